import express, { type NextFunction, type Request, type Response, type Router } from "express";
import { mayDo, type Crop, type Role } from "../crop.ts";
import type { GobiiSessions } from "../gobii-sessions.ts";
import type { Log } from "../log.ts";
import type { Store } from "../store/store.ts";
import type { Accounts } from "../users.ts";
import { authenticator, type Identity } from "./authentication.ts";
import { configSettings, defaultUploadMbytes, type Advertised } from "./config-settings.ts";
import { failureEnvelope, readEnvelope, toEnvelope, type Outcome } from "./envelope.ts";
import { placeNamed } from "./file-places.ts";
import { commonForm, generationOf, generations, tellGeneration } from "./generations.ts";
import type { Generation } from "./generations.ts";
import * as http from "./http.ts";
import { createInstruction, showInstruction } from "./instructions.ts";
import { createJob, listJobs, replaceJob, showJob } from "./jobs.ts";
import { createLoaderDirectory, previewLoaderDirectory } from "./loader-files.ts";
import { masterDataPaths, noMasterData } from "./master-data.ts";
import { failed, invalid } from "./status-message.ts";
import { receiveUpload, type UploadEnd } from "./upload.ts";
import { upstreamAt } from "./upstream.ts";

export interface GobiiDeps {
  readonly crop: Crop;
  readonly store: Store;
  readonly users: Accounts;
  readonly sessions: GobiiSessions;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** Read at each request, since the port is known only once the service listens. */
  readonly advertised: Advertised;
  /** The largest file that can be uploaded, in MiB. @default 2048 */
  readonly maxUploadMbytes?: number;
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

type Work = (call: Call, response: Response, next: NextFunction) => Promise<void> | void;

/**
 * GOBii's web API as its clients of 2017 to 2021 speak it: sign-in, createInstruction, reading back, jobs, source files. To
 * be mounted at the crop's context path, before anything that reads bodies: their content type and charset say little of
 * what they are. What is not answered here is answered by the GOBii server behind this face, if there is one.
 *
 * Success is 201 (200 to PUT and for `configsettings`), failure 500 with the same envelope; 400, 401 and 404 are plain,
 * and clients do not look into them.
 */
export function gobiiRouter(deps: GobiiDeps): Router {
  const { crop, sessions, now, maxUploadMbytes = defaultUploadMbytes } = deps;
  const upstream = crop.upstream === undefined ? null : upstreamAt(crop.upstream.url);
  const authenticate = authenticator({ crop, users: deps.users, sessions, upstream });

  /** Lets in who may, and tells the client who it is taken for, under header names in exactly this case. */
  const entering =
    (purpose: "sign-in" | "call", needed: Role, work: Work) =>
    async (request: Request, response: Response, next: NextFunction): Promise<void> => {
      const identity = await authenticate(request.headers, purpose);
      if (identity === null) {
        response.status(401).end();
        return;
      }
      if ("status" in identity) {
        const { status, contentType, text } = identity;
        if (contentType !== null) response.setHeader("Content-Type", contentType);
        response.status(status).end(text);
        return;
      }
      response.setHeader("X-Auth-Token", identity.token);
      response.setHeader("Gobii-Crop-Type", crop.name);
      if (identity.byPassword) response.setHeader("X-Username", identity.user);
      if (mayDo(identity.role, needed)) await work({ identity, request }, response, next);
      else refuse(response, identity);
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
    http.writeJson(response, "failure" in outcome ? 500 : outcome.status, envelope);
  }

  /** A call without a body: nothing tells the generation but what the token is known for. */
  const reading = (work: (call: Call, generation: Generation) => Promise<Outcome | Answer>) =>
    entering("call", "read", async (call, response) => {
      const generation = generationOf(call.identity.generation);
      const done = await work(call, generation);
      const answer = "outcome" in done ? done : { outcome: done, generation };
      write(response, call.identity, answer);
    });

  /** A call with an envelope, which tells the generation of who sent it. */
  const posting = (work: (call: PostedCall) => Promise<Outcome>) =>
    entering("call", "submit", async ({ identity, request }, response) => {
      const { data, header } = readEnvelope(await http.readBody(request, response));
      const told = tellGeneration(header, data[0], identity.generation);
      if (told !== null) await sessions.rememberGeneration(identity.token, told);
      const generation = generationOf(told);
      const call = { identity, request, user: identity.user, data, generation };
      write(response, identity, { outcome: await work(call), generation });
    });

  const router = express.Router();
  router.use(http.mergeSlashes);
  router.use((request, _response, next) => {
    upstream?.refuseOwn(request.headers);
    next();
  });

  router.get("/gobii/v1/configsettings", (request, response) => {
    const session = sessions.find(request.get("x-auth-token") ?? "");
    const known = session?.generation ?? null;
    const generation = known === null ? commonForm : generations[known];
    const outcome = configSettings(crop, deps.advertised, maxUploadMbytes, generation);
    write(response, null, { outcome, generation });
  });

  router.post(
    "/gobii/v1/auth",
    entering("sign-in", "read", ({ identity: { token, byPassword, user } }, response) => {
      const userName = byPassword ? user : null;
      const body = { userName, password: null, token, gobiiCropType: crop.name };
      http.writeJson(response, 200, body);
    }),
  );

  router.post(
    "/gobii/v1/instructions/loader",
    posting((call) => createInstruction(deps, call, now())),
  );
  const showByName = reading(({ identity, request }) => {
    const known = identity.generation === null ? null : generations[identity.generation];
    return showInstruction(deps, http.param(request), known);
  });
  router.get("/gobii/v1/instructions/loader/jobs/:name", showByName);
  router.get("/gobii/v1/instructions/loader/:name", showByName);

  router.get(
    "/gobii/v1/jobs",
    reading((_call, generation) => listJobs(deps, generation)),
  );
  router.get(
    "/gobii/v1/jobs/:name",
    reading(({ request }, generation) => showJob(deps, http.param(request), generation)),
  );
  router.post(
    "/gobii/v1/jobs",
    posting((call) => createJob(deps, call, now())),
  );
  router.put(
    "/gobii/v1/jobs/:name",
    posting((call) => replaceJob(deps, http.param(call.request), call, now())),
  );

  router.put(
    "/gobii/v1/files/loader/:name",
    posting(({ request, generation }) =>
      createLoaderDirectory(crop, http.param(request), generation),
    ),
  );
  router.get("/gobii/v1/files/loader/:name", (request, response, next) => {
    const format = http.queryParam(request, "fileFormat");
    if (format === null) return http.writePlain(response, 400, "The query has no fileFormat.");
    const preview = reading((_call, generation) =>
      previewLoaderDirectory(crop, http.param(request), format, generation),
    );
    return preview(request, response, next);
  });
  router.post(
    "/gobii/v1/files/:job/:place",
    entering("call", "submit", async ({ request }, response, next) => {
      const place = placeNamed(http.param(request, "place"));
      if (place === null) return upstream === null ? writeNoPlace(request, response) : next();
      const fileName = http.queryParam(request, "fileName");
      const target = { job: http.param(request, "job"), place, fileName };
      writeUploadEnd(
        response,
        await receiveUpload(crop, target, request, maxUploadMbytes * 1024 * 1024),
      );
    }),
  );

  if (upstream === null) {
    for (const path of masterDataPaths) {
      router.get(
        path,
        reading(async () => noMasterData),
      );
    }
    router.use(
      "/gobii/v1",
      entering("call", "read", (_call, response) => http.writeNotFound(response)),
    );
    router.use((_request, response) => http.writeNotFound(response));
  } else {
    // Whoever only looks is let in or turned away by the other server; to change something there, one must be known here.
    const changing = entering("call", "submit", ({ request }, response) =>
      upstream.forward(request, response),
    );
    router.use((request, response, next) =>
      request.method === "GET" || request.method === "HEAD"
        ? upstream.forward(request, response)
        : changing(request, response, next),
    );
  }
  router.use(http.errorHandler(deps.log));
  return router;
}

function refuse(response: Response, { user, generation }: Identity): void {
  const text = `The user ${user} may read, but not make or change anything`;
  const envelope = failureEnvelope(failed(text), generationOf(generation));
  http.writeJson(response, 403, envelope);
}

function writeNoPlace(request: Request, response: Response): void {
  const text = `Files of this kind are not taken here: ${http.param(request, "place")}`;
  http.writeText(response, 406, text);
}

function writeUploadEnd(response: Response, end: UploadEnd): void {
  switch (end.kind) {
    case "stored":
      // GOBii's client wants a content type, and nothing else of the answer.
      return http.writeText(response, 200, "");
    case "refused":
      return http.writeText(response, 406, end.text);
    case "malformed":
      return http.writePlain(response, 400, end.text);
    case "too_large": {
      const message = invalid("BAD_REQUEST", end.text);
      return http.writeJson(response, 413, failureEnvelope(message, commonForm));
    }
  }
}
