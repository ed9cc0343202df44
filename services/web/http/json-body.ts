import { AppError, coerceError } from "../../contract/errors.ts";

/** Deeper than any instruction by far, and shallow enough for whatever walks a body recursively. */
const deepest = 200;

/**
 * Reads a JSON body.
 *
 * @returns `{}` for an empty body.
 * @throws AppError `bad_request` naming line and column where it is no JSON, is no UTF-8 or is nested too deeply.
 */
export function parseJsonBody(bytes: Uint8Array): unknown {
  if (bytes.length === 0) return {};
  const text = decodeUtf8(bytes);
  refuseDeepNesting(bytes);
  try {
    return JSON.parse(text);
  } catch (thrown) {
    throw notJson(text, coerceError(thrown).message);
  }
}

function decodeUtf8(bytes: Uint8Array): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    throw new AppError("bad_request", "The body is not valid UTF-8.", {
      hint: "Send JSON in UTF-8.",
    });
  }
}

/** The parser says where it stopped except at the end of the text. */
function notJson(text: string, said: string): AppError {
  const position = Number(/at position (\d+)/.exec(said)?.[1] ?? text.length);
  const reason = said
    .replace(/ in JSON at position.*$/s, "")
    .replace(/^Unexpected end of.*/s, "it ends too early");
  const before = text.slice(0, position).split("\n");
  const line = before.length;
  const column = (before.at(-1)?.length ?? 0) + 1;
  return new AppError(
    "bad_request",
    `The body is not valid JSON, line ${line}, column ${column}: ${reason}`,
  );
}

const quote = 0x22;
const backslash = 0x5c;
const openers = new Set([0x5b, 0x7b]);
const closers = new Set([0x5d, 0x7d]);

function refuseDeepNesting(bytes: Uint8Array): void {
  let depth = 0;
  let inString = false;
  for (let i = 0; i < bytes.length; i++) {
    const byte = bytes[i] ?? 0;
    if (inString) {
      if (byte === backslash) i++;
      else if (byte === quote) inString = false;
    } else if (byte === quote) inString = true;
    else if (openers.has(byte)) {
      depth++;
      if (depth > deepest) {
        throw new AppError("bad_request", `The body is nested deeper than ${deepest} levels.`);
      }
    } else if (closers.has(byte)) depth--;
  }
}
