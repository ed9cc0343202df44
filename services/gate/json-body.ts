import type { Request } from "express";
import { AppError, coerceError } from "../contract/errors.ts";

/** Deeper than any instruction by far, and shallow enough for whatever walks a body recursively. */
const deepest = 200;
/** Objects and lists: a hundred times what the largest instruction has. A million of them keep a service busy for a minute. */
const mostParts = 250_000;

/**
 * The JSON of a request whose body was read by `express.raw`; `{}` where there is none.
 *
 * @throws AppError `unsupported_media_type` where it is not declared as JSON, so that no HTML form can send it; `bad_request`
 * as `parseJsonBody`.
 */
export function jsonBodyOf(request: Request): unknown {
  const bytes: unknown = request.body;
  if (!Buffer.isBuffer(bytes) || bytes.length === 0) return {};
  const type = request.headers["content-type"] ?? "";
  if (!/^application\/([\w.-]+\+)?json\b/i.test(type)) {
    throw new AppError("unsupported_media_type", "The body is not declared as JSON.", {
      hint: "Send it with Content-Type: application/json",
    });
  }
  return parseJsonBody(bytes);
}

/**
 * Reads a JSON body.
 *
 * @param what it is, in words for whoever sent it.
 * @returns `{}` for an empty body.
 * @throws AppError `bad_request` naming line and column where it is no JSON; also where it is no UTF-8, is nested too deeply or
 * has too many parts.
 */
export function parseJsonBody(bytes: Uint8Array, what = "The body"): unknown {
  if (bytes.length === 0) return {};
  const text = decodeUtf8(bytes, what);
  refuseTooMuch(bytes, what);
  try {
    return JSON.parse(text);
  } catch (thrown) {
    throw notJson(what, text, coerceError(thrown).message);
  }
}

function decodeUtf8(bytes: Uint8Array, what: string): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    throw new AppError("bad_request", `${what} is not valid UTF-8.`, {
      hint: "Send JSON in UTF-8.",
    });
  }
}

function notJson(what: string, text: string, said: string): AppError {
  const reason = said
    .replace(/ in JSON at position.*$/s, "")
    .replace(/, (\.\.\.)?".*/s, "")
    .replace(/^Unexpected end of.*/s, "it ends too early");
  const position = positionIn(text, said);
  return new AppError(
    "bad_request",
    `${what} is not valid JSON${position === null ? "" : lineAndColumn(text, position)}: ${reason}`,
  );
}

function lineAndColumn(text: string, position: number): string {
  const before = text.slice(0, position).split("\n");
  return `, line ${before.length}, column ${(before.at(-1)?.length ?? 0) + 1}`;
}

/** Larger texts are not worth the search. */
const searched = 1024 * 1024;

/**
 * The parser does not always say where it stopped. It stopped behind the longest beginning of the text with which nothing
 * is wrong but that it ends.
 */
function positionIn(text: string, said: string): number | null {
  const told = positionToldBy(said);
  if (told !== null) return told;
  if (said.startsWith("Unexpected end")) return text.length;
  if (text.length > searched) return null;
  let fine = 0;
  let wrong = text.length;
  while (wrong - fine > 1) {
    const middle = (fine + wrong) >> 1;
    if (onlyEnds(text.slice(0, middle))) fine = middle;
    else wrong = middle;
  }
  return fine;
}

function positionToldBy(said: string): number | null {
  const found = / at position (\d+)/.exec(said)?.[1];
  return found === undefined ? null : Number(found);
}

function onlyEnds(beginning: string): boolean {
  try {
    JSON.parse(beginning);
    return true;
  } catch (thrown) {
    const said = coerceError(thrown).message;
    return (
      said.startsWith("Unexpected end") ||
      said.startsWith("Unterminated") ||
      positionToldBy(said) === beginning.length
    );
  }
}

const quote = 0x22;
const backslash = 0x5c;
const openers = new Set([0x5b, 0x7b]);
const closers = new Set([0x5d, 0x7d]);

function refuseTooMuch(bytes: Uint8Array, what: string): void {
  let depth = 0;
  let parts = 0;
  let inString = false;
  for (let i = 0; i < bytes.length; i++) {
    const byte = bytes[i] ?? 0;
    if (inString) {
      if (byte === backslash) i++;
      else if (byte === quote) inString = false;
    } else if (byte === quote) inString = true;
    else if (openers.has(byte)) {
      depth++;
      parts++;
      if (depth > deepest) {
        throw new AppError("bad_request", `${what} is nested deeper than ${deepest} levels.`);
      }
      if (parts > mostParts) {
        throw new AppError("bad_request", `${what} has more than ${mostParts} objects and lists.`);
      }
    } else if (closers.has(byte)) depth--;
  }
}
