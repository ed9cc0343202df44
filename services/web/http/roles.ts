import type { RequestHandler, Response } from "express";
import { AppError } from "../../contract/errors.ts";
import { mayDo, roles, type Role } from "../crop.ts";

/** Paths of the own API below which submitting and moving jobs lie, and what makes it easier. */
const jobPaths = [
  "/instructions",
  "/jobs",
  "/samples",
  "/files",
  "/preview",
  "/dry-run",
  "/templates",
];

/** What a call of the own API needs: looking is free to all who may sign in, and what concerns no job is the admin's. */
function neededRole(method: string, path: string): Role {
  const below = (root: string): boolean => path === root || path.startsWith(`${root}/`);
  if (["/tokens", "/users", "/diagnostics"].some(below)) return "admin";
  if (method === "GET" || method === "HEAD") return "read";
  return jobPaths.some(below) ? "submit" : "admin";
}

/** Notes whose call it is; for `roleGuard` further on. */
export function setRole(response: Response, role: Role): void {
  response.locals["role"] = role;
}

/** Turns away who may not do what is asked. To be mounted at the root of the own API, behind the guard of the token. */
export const roleGuard: RequestHandler = (request, response, next) => {
  const noted: unknown = response.locals["role"];
  const role = roles.find((one) => one === noted);
  const needed = neededRole(request.method, request.path);
  if (role !== undefined && mayDo(role, needed)) return next();
  next(
    new AppError(
      "forbidden",
      `This needs the role "${needed}"; the token has "${role ?? "none"}".`,
    ),
  );
};
