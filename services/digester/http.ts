import { isIP } from "node:net";
import { hostname } from "node:os";
import type { ErrorRequestHandler, Request, RequestHandler } from "express";
import type { Logger } from "pino";
import { AppError, coerceError, toErrorAnswer } from "../contract/errors.ts";
import { bearerOf, isSameSecret } from "../gate/http.ts";

/*
 * Whoever gets in can have files read and overwritten with the rights of this process. So it listens on the loopback
 * address unless told otherwise, every call carries the token, nothing is taken from cookies, and a name that was pointed
 * at our address (DNS rebinding) is not answered.
 */

/** Refuses a `Host` that is neither an address in digits nor one of our names. */
export function hostGuard(names: readonly string[]): RequestHandler {
  const own = new Set(["localhost", hostname(), ...names].map((name) => name.toLowerCase()));
  return (request, _response, next) => {
    const host = (request.headers.host ?? "").toLowerCase();
    const name = /^(?:\[([0-9a-f:.]+)\]|([^:[\]]+))(?::\d{1,5})?$/.exec(host);
    const bare = name?.[1] ?? name?.[2] ?? "";
    if (isIP(bare) !== 0 || own.has(bare)) return next();
    next(new AppError("forbidden", "This digester does not answer under that name."));
  };
}

/** Requires `Authorization: Bearer <token>`. */
export function tokenGuard(token: string): RequestHandler {
  return (request, response, next) => {
    const given = bearerOf(request);
    if (given !== null && isSameSecret(given, token)) return next();
    response.setHeader("WWW-Authenticate", "Bearer");
    next(
      new AppError(
        "unauthenticated",
        given === null ? "A token is needed." : "The token is not the right one.",
        { hint: "Send the digester's own token: Authorization: Bearer TOKEN" },
      ),
    );
  };
}

/** The one way in which a request, or a part of one, fails. What is not foreseen is logged, not shown. */
export function failureAnswer(
  thrown: unknown,
  { method, path }: Pick<Request, "method" | "path">,
  log: Logger,
): ReturnType<typeof toErrorAnswer> {
  const answer = toErrorAnswer(toAppError(thrown));
  if (answer.status === 500) log.error({ err: coerceError(thrown), method, path }, "Failed");
  return answer;
}

/** Answers a request that failed with the error body of all APIs. Fits at the end of the chain. */
export function errorHandler(log: Logger): ErrorRequestHandler {
  return (thrown: unknown, request, response, next) => {
    const { status, body } = failureAnswer(thrown, request, log);
    if (response.headersSent) return next(thrown);
    response.status(status).set("Cache-Control", "no-store").json(body);
  };
}

function toAppError(thrown: unknown): AppError {
  if (thrown instanceof AppError) return thrown;
  const error: Error & { type?: unknown; status?: unknown } = coerceError(thrown);
  switch (error.type) {
    case "entity.too.large":
      return new AppError("payload_too_large", "The body is too large.");
    case "encoding.unsupported":
      return new AppError(
        "unsupported_media_type",
        "The body's Content-Encoding is not supported.",
      );
    default:
  }
  // A path that cannot be decoded, a compressed body that cannot be inflated.
  if (typeof error.status === "number" && error.status >= 400 && error.status < 500) {
    return new AppError("bad_request", "The request cannot be read.");
  }
  return new AppError("internal", "Something went wrong on the digester.", { cause: error });
}
