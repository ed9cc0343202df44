import type { ErrorRequestHandler } from "express";
import { AppError, coerceError, toErrorAnswer } from "../../contract/errors.ts";
import type { Log } from "../log.ts";

/** The one way in which a request fails. What is not foreseen is logged, not shown. */
export function errorHandler(log: Log): ErrorRequestHandler {
  return (thrown: unknown, request, response, next) => {
    const error = toAppError(thrown);
    const { status, body } = toErrorAnswer(error);
    if (status >= 500) {
      log.error(
        { err: coerceError(thrown), method: request.method, path: request.path },
        error.message,
      );
    }
    if (response.headersSent) return next(thrown);
    response.status(status).set("Cache-Control", "no-store").json(body);
  };
}

function toAppError(thrown: unknown): AppError {
  if (thrown instanceof AppError) return thrown;
  const error: Error & { type?: unknown; limit?: unknown; status?: unknown } = coerceError(thrown);
  switch (error.type) {
    case "entity.too.large":
      return new AppError(
        "payload_too_large",
        `The body is larger than ${megabytes(error.limit)}.`,
      );
    case "encoding.unsupported":
      return new AppError(
        "unsupported_media_type",
        "The body's Content-Encoding is not supported.",
      );
    case "request.aborted":
    case "request.size.invalid":
      return new AppError("bad_request", "The body did not arrive whole.");
    default:
  }
  // A path that cannot be decoded, a compressed body that cannot be inflated, a range that a page does not have.
  if (typeof error.status === "number" && error.status >= 400 && error.status < 500)
    return new AppError("bad_request", "The request cannot be read.");
  return new AppError("internal", "Something went wrong on the server.", { cause: error });
}

function megabytes(limit: unknown): string {
  return typeof limit === "number" ? `${limit / 1024 / 1024} MB` : "allowed";
}
