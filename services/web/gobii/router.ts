import express, { type NextFunction, type Request, type Response, type Router } from "express";
import { AppError, coerceError, errorCodes } from "../../contract/errors.ts";
import type { Crop } from "../crop.ts";
import type { GobiiSessions } from "../gobii-sessions.ts";
import type { Log } from "../log.ts";
import type { Store } from "../store/store.ts";
import type { Users } from "../users.ts";
import { authenticator, type Identity } from "./authentication.ts";
import { configSettings, maxBodyMbytes, type Advertised } from "./config-settings.ts";
import { failureEnvelope, readEnvelope, toEnvelope, type Outcome } from "./envelope.ts";
import { commonForm, generationOf, generations, tellGeneration } from "./generations.ts";
import type { Generation } from "./generations.ts";
import { createInstruction, showInstruction } from "./instructions.ts";
import { createJob, listJobs, replaceJob, showJob } from "./jobs.ts";
import { failed, invalid, type StatusMessage } from "./status-message.ts";

export interface GobiiDeps {
  readonly crop: Crop;
  readonly store: Store;
  readonly users: Pick<Users, "verify">;
  readonly sessions: GobiiSessions;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** Read at each request, since the port is known only once the service listens. */
  readonly advertised: Advertised;
  readonly log: Pick<Log, "error">;
}

/** A call whose caller is known. */
interface Call {
  readonly identity: Identity;
  readonly request: Request;
}

/** A call that carries an envelope. */
interface PostedCall extends Call {
  readonly user: string;
  readonly data: readonly unknown[];
  readonly generation: Generation;
}

/** An answer, and the generation in whose form it is written. */
interface Answer {
  readonly outcome: Outcome;
  readonly generation: Generation;
}

/**
 * GOBii's web API as its clients of 2017 to 2021 speak it: sign-in, createInstruction, reading back, jobs. To be mounted
 * at the crop's context path, before anything that reads bodies: their content type and charset say little of what they
 * are.
 *
 * Success is 201 (200 to PUT and for `configsettings`), failure 500 with the same envelope; 400, 401 and 404 are plain,
 * and clients do not look into them.
 */
export function gobiiRouter(deps: GobiiDeps): Router {
  const { crop, sessions, now } = deps;
  const authenticate = authenticator(deps.users, sessions);

  /** Lets in who may, and tells the client who it is taken for, under header names in exactly this case. */
  const entering =
    (purpose: "sign-in" | "call", work: (call: Call, response: Response) => Promise<void> | void) =>
    async (request: Request, response: Response): Promise<void> => {
      const identity = await authenticate(request.headers, purpose);
      if (identity === null) {
        response.status(401).end();
        return;
      }
      response.setHeader("X-Auth-Token", identity.token);
      response.setHeader("Gobii-Crop-Type", crop.name);
      if (identity.byPassword) response.setHeader("X-Username", identity.user);
      await work({ identity, request }, response);
    };

  function write(response: Response, identity: Identity | null, answer: Answer): void {
    const { outcome, generation } = answer;
    const auth =
      identity === null
        ? null
        : {
            userName: identity.byPassword ? identity.user : null,
            token: identity.token,
            crop: crop.name,
          };
    const envelope = toEnvelope(outcome, { generation, contextPath: crop.contextPath, auth });
    writeJson(response, "failure" in outcome ? 500 : outcome.status, envelope);
  }

  /** A call without a body: nothing tells the generation but what the token is known for. */
  const reading = (work: (call: Call, generation: Generation) => Promise<Outcome | Answer>) =>
    entering("call", async (call, response) => {
      const generation = generationOf(call.identity.generation);
      const done = await work(call, generation);
      const answer = "outcome" in done ? done : { outcome: done, generation };
      write(response, call.identity, answer);
    });

  /** A call with an envelope, which tells the generation of who sent it. */
  const posting = (work: (call: PostedCall) => Promise<Outcome>) =>
    entering("call", async ({ identity, request }, response) => {
      const { data, header } = readEnvelope(await readBody(request, response));
      const told = tellGeneration(header, data[0], identity.generation);
      if (told !== null) sessions.rememberGeneration(identity.token, told);
      const generation = generationOf(told);
      const call = { identity, request, user: identity.user, data, generation };
      write(response, identity, { outcome: await work(call), generation });
    });

  const router = express.Router();
  router.use(mergeSlashes);

  router.get("/gobii/v1/configsettings", (request, response) => {
    const session = sessions.find(request.get("x-auth-token") ?? "");
    const known = session?.generation ?? null;
    const generation = known === null ? commonForm : generations[known];
    const outcome = configSettings(crop, deps.advertised, generation);
    write(response, null, { outcome, generation });
  });

  router.post(
    "/gobii/v1/auth",
    entering("sign-in", ({ identity: { token, byPassword, user } }, response) => {
      const userName = byPassword ? user : null;
      writeJson(response, 200, { userName, password: null, token, gobiiCropType: crop.name });
    }),
  );

  router.post(
    "/gobii/v1/instructions/loader",
    posting((call) => createInstruction(deps, call, now())),
  );
  const showByName = reading(({ identity, request }) => {
    const known = identity.generation === null ? null : generations[identity.generation];
    return showInstruction(deps, param(request), known);
  });
  router.get("/gobii/v1/instructions/loader/jobs/:name", showByName);
  router.get("/gobii/v1/instructions/loader/:name", showByName);

  router.get(
    "/gobii/v1/jobs",
    reading((_call, generation) => listJobs(deps, generation)),
  );
  router.get(
    "/gobii/v1/jobs/:name",
    reading(({ request }, generation) => showJob(deps, param(request), generation)),
  );
  router.post(
    "/gobii/v1/jobs",
    posting((call) => createJob(deps, call, now())),
  );
  router.put(
    "/gobii/v1/jobs/:name",
    posting((call) => replaceJob(deps, param(call.request), call, now())),
  );

  router.use(
    "/gobii/v1",
    entering("call", (_call, response) => writeNotFound(response)),
  );
  router.use((_request, response) => writeNotFound(response));
  router.use(errorHandler(deps.log));
  return router;
}

/** GOBii's clients put two slashes before `gobii`, and may put more anywhere. */
function mergeSlashes(request: Request, _response: Response, next: NextFunction): void {
  const query = request.url.indexOf("?");
  const path = query === -1 ? request.url : request.url.slice(0, query);
  request.url = path.replace(/\/{2,}/g, "/") + request.url.slice(path.length);
  next();
}

function param(request: Request): string {
  const { name } = request.params;
  return typeof name === "string" ? name : "";
}

const raw = express.raw({ type: () => true, limit: maxBodyMbytes * 1024 * 1024 });

/** Read only once the caller is known, so that nobody else can make us hold 50 MB. */
function readBody(request: Request, response: Response): Promise<Buffer> {
  return new Promise((fulfil, reject) => {
    raw(request, response, (thrown?: unknown) => {
      if (thrown !== undefined && thrown !== null) return reject(coerceError(thrown));
      const body: unknown = request.body;
      fulfil(Buffer.isBuffer(body) ? body : Buffer.alloc(0));
    });
  });
}

/** Not `response.json`, which would write the charset in its own way, and answer 304 to a repeated GET. */
function writeJson(response: Response, status: number, body: object): void {
  const bytes = Buffer.from(JSON.stringify(body), "utf8");
  response.statusCode = status;
  response.setHeader("Content-Type", "application/json;charset=UTF-8");
  response.setHeader("Content-Length", bytes.length);
  response.end(bytes);
}

function writePlain(response: Response, status: number, text: string): void {
  response.status(status).type("text/plain").send(`${text}\n`);
}

const writeNotFound = (response: Response): void => writePlain(response, 404, "Not found.");

/** A request that fails before it was read does not tell its generation: it is answered in the form that all read. */
function errorHandler(log: Pick<Log, "error">) {
  return (thrown: unknown, request: Request, response: Response, next: NextFunction): void => {
    if (response.headersSent) return next(thrown);
    const { status, message } = explain(thrown);
    if (status === 500) log.error({ err: thrown, path: request.path }, "GOBii request failed");
    if (status === 400) writePlain(response, status, message.text);
    else writeJson(response, status, failureEnvelope(message, commonForm));
  };
}

function explain(thrown: unknown): { status: number; message: StatusMessage } {
  const error = coerceError(thrown);
  if (error instanceof AppError) {
    const status = errorCodes[error.code];
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
