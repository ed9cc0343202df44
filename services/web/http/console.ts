import { join } from "node:path";
import express, { type RequestHandler, type Router } from "express";
import { AppError } from "../../contract/errors.ts";
import { cookieName } from "./guards.ts";

/**
 * `GET /any/page?token=…` gives the browser the cookie and sends it to the same page without the token, so that the token
 * does not stay in the address bar and the history.
 */
export function tokenExchange(isToken: (given: string) => boolean, port: number): RequestHandler {
  return (request, response, next) => {
    const given = request.query["token"];
    if (request.method !== "GET" || given === undefined) return next();
    if (typeof given !== "string" || !isToken(given)) {
      return next(new AppError("unauthenticated", "The token is not the right one."));
    }
    const rest = new URLSearchParams(
      Object.entries(request.query).flatMap(([name, value]) =>
        name !== "token" && typeof value === "string" ? [[name, value]] : [],
      ),
    ).toString();
    response.cookie(cookieName(port), given, {
      httpOnly: true,
      sameSite: "strict",
      secure: request.secure,
      path: "/",
    });
    response.set("Cache-Control", "no-store");
    // Not as absolute path alone: "//elsewhere" would be another host.
    response.redirect(303, `/${request.path.replace(/^\/+/, "")}${rest === "" ? "" : `?${rest}`}`);
  };
}

/**
 * The built console. Pages are made by the browser, so every path that it asks for as a page is the one page (job keys may
 * have dots); an asset that is not there is 404, never the page, so that a broken build shows.
 */
export function consolePages(consoleDir: string): Router {
  const router = express.Router();
  router.use(
    "/assets",
    express.static(join(consoleDir, "assets"), {
      immutable: true,
      maxAge: "1y",
      index: false,
      redirect: false,
    }),
    (request, _response, next) => {
      next(new AppError("not_found", `There is no ${request.baseUrl}${request.path}.`));
    },
  );
  router.use(express.static(consoleDir, { index: false, redirect: false, maxAge: 0 }));
  router.get("/{*page}", (request, response, next) => {
    const asksForPage = request.headers.accept?.includes("text/html") === true;
    if (!asksForPage && /\.[^/]*$/.test(request.path)) return next();
    response.set("Cache-Control", "no-cache");
    // It calls back after success, too, when there is nothing left to answer.
    response.sendFile(join(consoleDir, "index.html"), (error?: Error) => {
      if (error !== undefined) next(error);
    });
  });
  return router;
}
