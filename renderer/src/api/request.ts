import type { z } from "zod";
import { AppError, ErrorBody, type ErrorCode } from "../../../services/contract/errors.ts";

interface RequestOptions {
  readonly method?: "GET" | "POST" | "PUT" | "DELETE";
  readonly body?: unknown;
  readonly signal?: AbortSignal;
  /** Within which an answer must be there; left out, 20 s for what is read and 3 min for what is sent. */
  readonly timeoutMs?: number;
  readonly onHeaders?: (headers: Headers) => void;
}

/** Where no answer comes for so long, something on the way is broken, and nobody would say so. */
const readTimeoutMs = 20_000;
/** What is done to many jobs or read of large files takes its time, and what may have been done is not given up lightly. */
export const longTimeoutMs = 180_000;

/**
 * One call of the own API, same origin, with the cookie.
 *
 * @throws AppError as the service worded it; `unavailable` when it does not answer at all.
 */
export async function request<T>(
  schema: z.ZodType<T>,
  path: string,
  {
    method = "GET",
    body,
    signal,
    timeoutMs = method === "GET" ? readTimeoutMs : longTimeoutMs,
    onHeaders,
  }: RequestOptions = {},
): Promise<T> {
  const { response, text } = await send(path, timeoutMs, {
    method,
    headers: {
      accept: "application/json",
      ...(body === undefined ? {} : { "content-type": "application/json" }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    ...(signal === undefined ? {} : { signal }),
  });
  onHeaders?.(response.headers);
  const answer = readJson(text);
  if (!response.ok) throw toAppError(response.status, answer);
  const parsed = schema.safeParse(answer);
  if (parsed.success) return parsed.data;
  if (response.headers.get("content-type")?.startsWith("text/html") === true) {
    throw new AppError("upstream_failed", "Something else answered in place of the web service.", {
      hint: "A proxy or the sign-in page of a network stands between: open the console's address in a new tab.",
    });
  }
  throw new AppError("upstream_failed", "The web service answered something unexpected.", {
    cause: parsed.error,
    hint: "The console and the service may be of different versions: reload the page.",
  });
}

/**
 * A file of the own API, as text; it may be large.
 *
 * @throws AppError like `request`.
 */
export async function requestText(
  path: string,
  { signal }: Pick<RequestOptions, "signal"> = {},
): Promise<string> {
  const { response, text } = await send(
    path,
    longTimeoutMs,
    signal === undefined ? {} : { signal },
  );
  if (!response.ok) throw toAppError(response.status, readJson(text));
  return text;
}

async function send(
  path: string,
  timeoutMs: number,
  init: RequestInit,
): Promise<{ response: Response; text: string }> {
  const isWrite = init.method !== undefined && init.method !== "GET";
  const timeout = AbortSignal.timeout(timeoutMs);
  const signals = init.signal instanceof AbortSignal ? [init.signal, timeout] : [timeout];
  try {
    const response = await fetch(path, { ...init, signal: AbortSignal.any(signals) });
    return { response, text: await response.text() };
  } catch (thrown) {
    if (thrown instanceof DOMException && thrown.name === "AbortError") throw thrown;
    // Refused, broken off in the middle, or silent for too long.
    throw new AppError("unavailable", "The web service does not answer.", {
      cause: thrown,
      hint: isWrite
        ? "Whether it was done is not known: look before you try again."
        : "Is it running? The console keeps trying.",
    });
  }
}

/** Whether no answer came in time: to ask again at once would double the wait. */
export function isTimeout(error: unknown): boolean {
  return (
    error instanceof AppError &&
    error.cause instanceof DOMException &&
    error.cause.name === "TimeoutError"
  );
}

function readJson(text: string): unknown {
  if (text === "") return null;
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return text;
  }
}

/** The error of a failed answer, in the service's words where it has any. */
export function toAppError(status: number, answer: unknown): AppError {
  const parsed = ErrorBody.safeParse(answer);
  if (parsed.success) {
    const { code, message, hint, details } = parsed.data.error;
    return new AppError(code, message, {
      ...(hint === undefined ? {} : { hint }),
      ...(details === undefined ? {} : { details }),
    });
  }
  return new AppError(codeOfStatus(status), `The web service answered with HTTP status ${status}.`);
}

function codeOfStatus(status: number): ErrorCode {
  switch (status) {
    case 401:
      return "unauthenticated";
    case 403:
      return "forbidden";
    case 404:
      return "not_found";
    case 409:
      return "conflict";
    case 413:
      return "payload_too_large";
    case 429:
      return "full";
    default:
      return status >= 500 ? "unavailable" : "bad_request";
  }
}
