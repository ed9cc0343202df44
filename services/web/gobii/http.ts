import express, { type NextFunction, type Request, type Response } from "express";
import { AppError, coerceError, errorCodes } from "../../contract/errors.ts";
import type { Log } from "../log.ts";
import { maxBodyMbytes } from "./config-settings.ts";
import { failureEnvelope } from "./envelope.ts";
import { commonForm } from "./generations.ts";
import { failed, invalid, type StatusMessage } from "./status-message.ts";

/** GOBii's clients put two slashes before `gobii`, and may put more anywhere. */
export function mergeSlashes(request: Request, _response: Response, next: NextFunction): void {
  const query = request.url.indexOf("?");
  const path = query === -1 ? request.url : request.url.slice(0, query);
  request.url = path.replace(/\/{2,}/g, "/") + request.url.slice(path.length);
  next();
}

/** A part of the path by its name in the route; empty where the route has none. */
export function param(request: Request, name = "name"): string {
  const value = request.params[name];
  return typeof value === "string" ? value : "";
}

/** Null where the query does not have it, or more than once. */
export function queryParam(request: Request, name: string): string | null {
  const value = request.query[name];
  return typeof value === "string" ? value : null;
}

const raw = express.raw({ type: () => true, limit: maxBodyMbytes * 1024 * 1024 });

/** Read only once the caller is known, so that nobody else can make us hold 50 MB. */
export function readBody(request: Request, response: Response): Promise<Buffer> {
  return new Promise((fulfil, reject) => {
    raw(request, response, (thrown?: unknown) => {
      if (thrown !== undefined && thrown !== null) return reject(coerceError(thrown));
      const body: unknown = request.body;
      fulfil(Buffer.isBuffer(body) ? body : Buffer.alloc(0));
    });
  });
}

/** Not `response.json`, which would write the charset in its own way, and answer 304 to a repeated GET. */
export function writeJson(response: Response, status: number, body: object): void {
  write(response, status, "application/json;charset=UTF-8", JSON.stringify(body));
}

/** Exactly this text; some clients show it. */
export function writeText(response: Response, status: number, text: string): void {
  write(response, status, "text/plain;charset=UTF-8", text);
}

function write(response: Response, status: number, contentType: string, text: string): void {
  const bytes = Buffer.from(text, "utf8");
  response.statusCode = status;
  response.setHeader("Content-Type", contentType);
  response.setHeader("Content-Length", bytes.length);
  response.end(bytes);
}

export function writePlain(response: Response, status: number, text: string): void {
  response.status(status).type("text/plain").send(`${text}\n`);
}

export const writeNotFound = (response: Response): void => writePlain(response, 404, "Not found.");

/** A request that fails before it was read does not tell its generation: it is answered in the form that all read. */
export function errorHandler(log: Pick<Log, "error">) {
  return (thrown: unknown, request: Request, response: Response, next: NextFunction): void => {
    if (response.headersSent) return next(thrown);
    const { status, message } = explain(thrown);
    if (status >= 500) log.error({ err: thrown, path: request.path }, "GOBii request failed");
    if (status === 400) writePlain(response, status, message.text);
    else writeJson(response, status, failureEnvelope(message, commonForm));
  };
}

function explain(thrown: unknown): { status: number; message: StatusMessage } {
  const error = coerceError(thrown);
  if (error instanceof AppError) {
    const status = errorCodes[error.code];
    if (status === 413) return { status, message: invalid("BAD_REQUEST", error.message) };
    if (status === 403)
      return { status, message: failed([error.message, error.hint ?? ""].join(" ").trim()) };
    return {
      status: status === 400 ? 400 : 500,
      message: failed(error.code === "internal" ? ownFault : error.message),
    };
  }
  const status = httpStatusOf(error);
  if (status === 413) {
    const text = `The request is larger than ${maxBodyMbytes} MB`;
    return { status, message: invalid("BAD_REQUEST", text) };
  }
  // Express and its body reader mark with 4xx what the client did wrong, such as a path that cannot be decoded.
  if (status >= 400 && status < 500) return { status: 400, message: failed(error.message) };
  return { status: 500, message: failed(ownFault) };
}

const ownFault = "Something went wrong on the server.";

function httpStatusOf(error: Error & { status?: unknown }): number {
  return typeof error.status === "number" ? error.status : 500;
}
