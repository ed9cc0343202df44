import type { z } from "zod";
import { AppError, ErrorBody, type ErrorCode } from "../../../services/contract/errors.ts";

interface RequestOptions {
  readonly method?: "GET" | "POST" | "PUT" | "DELETE";
  readonly body?: unknown;
  readonly signal?: AbortSignal;
}

/**
 * One call of the own API, same origin, with the cookie.
 *
 * @throws AppError as the service worded it; `unavailable` when it does not answer at all.
 */
export async function request<T>(
  schema: z.ZodType<T>,
  path: string,
  { method = "GET", body, signal }: RequestOptions = {},
): Promise<T> {
  const response = await send(path, {
    method,
    headers: {
      accept: "application/json",
      ...(body === undefined ? {} : { "content-type": "application/json" }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    ...(signal === undefined ? {} : { signal }),
  });
  const answer = await readJson(response);
  if (!response.ok) throw toAppError(response.status, answer);
  const parsed = schema.safeParse(answer);
  if (parsed.success) return parsed.data;
  throw new AppError("upstream_failed", "The web service answered something unexpected.", {
    cause: parsed.error,
    hint: "The console and the service may be of different versions: reload the page.",
  });
}

/**
 * A file of the own API, as text.
 *
 * @throws AppError like `request`.
 */
export async function requestText(
  path: string,
  { signal }: Pick<RequestOptions, "signal"> = {},
): Promise<string> {
  const response = await send(path, signal === undefined ? {} : { signal });
  if (!response.ok) throw toAppError(response.status, await readJson(response));
  return response.text();
}

async function send(path: string, init: RequestInit): Promise<Response> {
  try {
    return await fetch(path, init);
  } catch (thrown) {
    if (thrown instanceof DOMException && thrown.name === "AbortError") throw thrown;
    throw new AppError("unavailable", "The web service does not answer.", {
      cause: thrown,
      hint: "Is it running? The console keeps trying.",
    });
  }
}

async function readJson(response: Response): Promise<unknown> {
  const text = await response.text();
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
