import { isIP } from "node:net";
import type { NextFunction, Request, RequestHandler, Response } from "express";
import { AppError } from "../../contract/errors.ts";
import { isWildcard } from "../../gate/address.ts";
import { bearerOf } from "../../gate/http.ts";
import type { Role } from "../crop.ts";
import { setRole } from "./roles.ts";

/*
 * Who must not get in, and what keeps them out. Whoever speaks to this service can make a compute node read and write
 * files, so it defends itself even on the loopback address.
 *
 * - A person on another machine: the service listens on 127.0.0.1 unless told otherwise, and every call of the own API
 *   and of the callback API carries a token (`Authorization: Bearer`, or the cookie that `GET /?token=…` sets).
 * - Another user of this machine: the same token; the file that holds it is readable by its owner only.
 * - A web page in the person's browser that posts to us (CSRF): the cookie is SameSite=Strict and HttpOnly, a request that
 *   carries a foreign `Origin` is refused whatever it asks, and bodies must be `application/json`.
 * - A web page whose name was pointed at our address (DNS rebinding): its `Host` is not in the list of our names.
 * - A page of another service on this machine: cookies know no ports, so ours is named after the port, and it only counts
 *   on requests that the browser marks as coming from our own pages.
 * - Guessing the token by the time of the answer: digests of equal length are compared in constant time.
 *
 * The GOBii face keeps its own sign-in, since its clients know no other; the guards of `Host` and `Origin` hold for it too.
 */

const loopbackNames = ["127.0.0.1", "localhost", "[::1]"];

/** Whether this is a loopback address or the name of one. */
export function isLoopback(host: string): boolean {
  return host === "localhost" || host === "::1" || /^127(\.\d{1,3}){3}$/.test(host);
}

export interface Names {
  /** The address the service listens on. */
  readonly host: string;
  readonly port: number;
  /** Further names, `name` or `name:port`, e.g. of a reverse proxy. */
  readonly allowedHosts: readonly string[];
}

/**
 * The test of a `Host` header. An address in digits is safe from DNS rebinding, so a service that listens on all
 * addresses answers to any of them.
 */
export function hostTest(names: Names): (host: string | undefined) => boolean {
  const allowed = names.allowedHosts.map((name) => name.toLowerCase());
  return (host) => {
    const parsed = /^(\[[0-9a-f:.]+\]|[a-z0-9._-]+)(?::(\d{1,5}))?$/.exec(
      host?.toLowerCase() ?? "",
    );
    if (parsed === null) return false;
    const name = parsed[1] ?? "";
    const port = Number(parsed[2] ?? 80);
    if (allowed.includes(name) || allowed.includes(`${name}:${port}`)) return true;
    if (port !== names.port) return false;
    if (loopbackNames.includes(name)) return true;
    const bare = name.replace(/^\[|\]$/g, "");
    return isWildcard(names.host) ? isIP(bare) !== 0 : bare === names.host.toLowerCase();
  };
}

/** Refuses, as 403, requests to a host name that is not ours: a page of another site may lead its name to this address. */
export function hostGuard(isOurs: (host: string | undefined) => boolean): RequestHandler {
  return (request, _response, next) => {
    if (isOurs(request.headers.host)) return next();
    next(
      new AppError("forbidden", "This service does not answer under that name.", {
        hint: "Name it with --allow-host when starting the service.",
      }),
    );
  };
}

/** Programs send no `Origin`; a browser does, and then it must be one of our own pages. */
export function originGuard(isOurs: (host: string | undefined) => boolean): RequestHandler {
  return (request, _response, next) => {
    const { origin } = request.headers;
    if (origin === undefined || isOurs(hostOf(origin))) return next();
    next(new AppError("forbidden", "Requests from other web pages are refused."));
  };
}

function hostOf(origin: string): string | undefined {
  return /^https?:\/\/([^/]+)$/i.exec(origin)?.[1];
}

export const cookieName = (port: number): string => `digester_${port}`;

function cookieOf(request: Request, name: string): string | null {
  for (const part of (request.headers.cookie ?? "").split(";")) {
    const [key, ...value] = part.split("=");
    if (key?.trim() === name) return decoded(value.join("=").trim());
  }
  return null;
}

function decoded(text: string): string | null {
  try {
    return decodeURIComponent(text);
  } catch {
    return null;
  }
}

/** Whatever a request carries that may be a token, wherever it does. */
export function tokensOf(request: Request, port: number): string[] {
  const inQuery = request.query["token"];
  return [
    bearerOf(request),
    request.get("x-auth-token") ?? null,
    cookieOf(request, cookieName(port)),
    typeof inQuery === "string" ? inQuery : null,
  ].filter((token): token is string => token !== null && token !== "");
}

/**
 * Requires a token of the own API, as bearer or cookie.
 *
 * @param roleOf what a token allows; null for one that does not count.
 */
export function tokenGuard(roleOf: (token: string) => Role | null, port: number): RequestHandler {
  return (request: Request, response: Response, next: NextFunction) => {
    const site = request.headers["sec-fetch-site"];
    const ownPage = site === undefined || site === "same-origin" || site === "none";
    const given = bearerOf(request) ?? (ownPage ? cookieOf(request, cookieName(port)) : null);
    const role = given === null ? null : roleOf(given);
    if (role !== null) {
      setRole(response, role);
      return next();
    }
    response.setHeader("WWW-Authenticate", "Bearer");
    next(
      new AppError(
        "unauthenticated",
        given === null ? "A token is needed." : "The token is not the right one.",
        {
          hint: "Send the token that the service printed at its start: Authorization: Bearer TOKEN",
        },
      ),
    );
  };
}
