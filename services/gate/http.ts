import { createHash, timingSafeEqual } from "node:crypto";
import type { Request, RequestHandler } from "express";
import { AppError } from "../contract/errors.ts";

/** Whether both texts are equal, in a time that tells nothing about where they differ. */
export function isSameSecret(given: string, expected: string): boolean {
  return timingSafeEqual(digestOf(given), digestOf(expected));
}

/** Digests have one length, as `timingSafeEqual` wants it. */
function digestOf(text: string): Buffer {
  return createHash("sha256").update(text).digest();
}

/** The token of `Authorization: Bearer …`. */
export function bearerOf(request: Request): string | null {
  return /^Bearer +(\S+) *$/i.exec(request.headers.authorization ?? "")?.[1] ?? null;
}

/** What no route took. */
export const notFound: RequestHandler = (request, _response, next) => {
  const path = request.baseUrl + request.path;
  next(new AppError("not_found", `There is nothing at ${request.method} ${path}.`));
};
