import { z } from "zod";

/**
 * Every way a request can end other than well. The set is closed: a new code is added here, with its HTTP status, and
 * nowhere else.
 */
export const errorCodes = {
  bad_request: 400,
  invalid_instruction: 400,
  unauthenticated: 401,
  forbidden: 403,
  not_found: 404,
  duplicate_key: 409,
  conflict: 409,
  stale_attempt: 409,
  payload_too_large: 413,
  unsupported_media_type: 415,
  full: 429,
  internal: 500,
  upstream_failed: 502,
  draining: 503,
  unavailable: 503,
} as const;

export type ErrorCode = keyof typeof errorCodes;

/** The one error type. `message` is written for the person who reads it; `hint` says what to do about it. */
export class AppError extends Error {
  readonly code: ErrorCode;
  readonly hint: string | undefined;
  readonly details: readonly string[];

  constructor(
    code: ErrorCode,
    message: string,
    options: { cause?: unknown; hint?: string; details?: readonly string[] } = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = "AppError";
    this.code = code;
    this.hint = options.hint;
    this.details = options.details ?? [];
  }
}

/** Turns whatever was thrown into an Error, so that a catch block can rely on `message`. */
export function coerceError(thrown: unknown): Error {
  return thrown instanceof Error ? thrown : new Error(String(thrown));
}

/** The code of an error that the system has reported, e.g. `ENOENT`; empty where it has none. */
export function systemCode(thrown: unknown): string {
  return thrown instanceof Error && "code" in thrown ? String(thrown.code) : "";
}

/** The body of every failed answer of our own APIs. Stack traces never leave the process. */
export const ErrorBody = z.object({
  error: z.object({
    code: z.enum(Object.keys(errorCodes) as [ErrorCode, ...ErrorCode[]]),
    message: z.string(),
    hint: z.string().optional(),
    details: z.array(z.string()).optional(),
  }),
});
export type ErrorBody = z.infer<typeof ErrorBody>;

/**
 * The one place where an error becomes an HTTP answer. What is not an AppError is our own fault: it is answered as
 * `internal` without its text, which may name paths or contain input.
 */
export function toErrorAnswer(thrown: unknown): { status: number; body: ErrorBody } {
  const error =
    thrown instanceof AppError
      ? thrown
      : new AppError("internal", "Something went wrong on the server.");
  return {
    status: errorCodes[error.code],
    body: {
      error: {
        code: error.code,
        message: error.message,
        ...(error.hint === undefined ? {} : { hint: error.hint }),
        ...(error.details.length === 0 ? {} : { details: [...error.details] }),
      },
    },
  };
}

/**
 * Parses `input` and reports what is wrong in words that name the place, e.g. `instructions[2].table: expected string`.
 *
 * @throws AppError with `code`, one detail per problem.
 */
export function parseOrThrow<T>(
  schema: z.ZodType<T>,
  input: unknown,
  code: ErrorCode = "bad_request",
  what = "The request",
): T {
  const parsed = schema.safeParse(input);
  if (parsed.success) return parsed.data;
  const details = describeIssues(parsed.error);
  throw new AppError(code, `${what} is not valid: ${details[0] ?? "unknown problem"}`, { details });
}

/** One line per problem: where, what was expected. */
export function describeIssues(error: z.ZodError): string[] {
  return error.issues.map((issue) => {
    const where = issue.path
      .map((part, i) =>
        typeof part === "number" ? `[${part}]` : `${i === 0 ? "" : "."}${String(part)}`,
      )
      .join("");
    return where === "" ? issue.message : `${where}: ${issue.message}`;
  });
}
