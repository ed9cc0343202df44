import express, { type Express, type RequestHandler } from "express";
import helmet from "helmet";
import { BulkAnswer, JobEvents, JobFacets, JobList, SubmitAnswer } from "../contract/api.ts";
import { JobPatch, PatchAnswer, UnsettledJobs } from "../contract/callback.ts";
import { Cluster } from "../contract/cluster.ts";
import { AttachAnswer, AttachedDigester } from "../contract/digester.ts";
import { Event } from "../contract/event.ts";
import { StoredInstruction } from "../contract/instruction.ts";
import { Job, JobSummary } from "../contract/job.ts";
import { Detection, DryRun, Preview } from "../contract/preview.ts";
import { RegulatorInfo, RegulatorPreview } from "../contract/regulator.ts";
import { DigestResult } from "../contract/result.ts";
import { SavedTemplate } from "../contract/saved-template.ts";
import { isSameSecret, notFound } from "../gate/http.ts";
import { aboutRoutes, eventRoutes, sampleRoutes } from "./api/about-routes.ts";
import type { ApiDeps } from "./api/api-deps.ts";
import { clusterRoutes } from "./api/cluster-routes.ts";
import { digesterRoutes } from "./api/digester-routes.ts";
import { instructionRoutes } from "./api/instruction-routes.ts";
import { jobRoutes } from "./api/job-routes.ts";
import { previewRoutes } from "./api/preview-routes.ts";
import { lineRoutes } from "./api/line-routes.ts";
import { madeFileRoutes } from "./api/made-file-routes.ts";
import { qualityRoutes } from "./api/quality-routes.ts";
import { templateRoutes } from "./api/template-routes.ts";
import { tokenRoutes } from "./api/token-routes.ts";
import {
  callbackGuard,
  callbackRoutes,
  type CallbackRoutesDeps,
} from "./callback/callback-routes.ts";
import type { Role } from "./crop.ts";
import type { GobiiSessions } from "./gobii-sessions.ts";
import { fileRoutes } from "./api/file-routes.ts";
import { errorHandler as gobiiErrorHandler, mergeSlashes } from "./gobii/http.ts";
import { gobiiRouter } from "./gobii/router.ts";
import { consolePages, tokenExchange } from "./http/console.ts";
import { errorHandler } from "./http/errors.ts";
import { hostGuard, originGuard, tokenGuard, tokensOf } from "./http/guards.ts";
import { openApiDocument, type ApiPart } from "./http/openapi.ts";
import { roleGuard } from "./http/roles.ts";
import { mount } from "./http/route.ts";
import type { Mailboxes } from "./jobs/mailboxes.ts";
import { relayRouter } from "./jobs/relay.ts";
import type { Log } from "./log.ts";
import type { WebMetrics } from "./metrics.ts";
import type { Accounts } from "./users.ts";

interface AppOnlyDeps {
  /** Who may sign in at a crop's GOBii face. */
  readonly usersOf: (crop: string) => Accounts;
  readonly sessions: GobiiSessions;
  /** The largest file that the GOBii face takes, in MiB. */
  readonly maxUploadMbytes?: number;
  readonly advertised: { readonly host: string; readonly port: number };
  /** The port that the service listens on. */
  readonly port: number;
  readonly isOurHost: (host: string | undefined) => boolean;
  /** The built console; null when there is none. */
  readonly consoleDir: string | null;
  readonly log: Log;
  readonly metrics: Pick<WebMetrics, "contentType" | "text" | "bytesFetched" | "bytesReturned">;
  readonly mailboxes: Pick<Mailboxes, "ask" | "answer" | "transportTo" | "isAsking">;
  /** Whether new work is taken: not while the service ends. */
  readonly isReady: () => boolean;
}

export type AppDeps = ApiDeps & CallbackRoutesDeps & AppOnlyDeps;

const bodyLimitBytes = 50 * 1024 * 1024;

/** Schemas that the OpenAPI document shows under their own name. */
const components = {
  AttachAnswer,
  AttachedDigester,
  BulkAnswer,
  Cluster,
  Detection,
  DigestResult,
  DryRun,
  Event,
  Job,
  JobEvents,
  JobFacets,
  JobList,
  JobPatch,
  JobSummary,
  PatchAnswer,
  Preview,
  RegulatorInfo,
  RegulatorPreview,
  SavedTemplate,
  StoredInstruction,
  SubmitAnswer,
  UnsettledJobs,
};

/** Every route below `/api`, by where it is mounted. */
function apiParts(deps: AppDeps): { own: ApiPart; callback: ApiPart } {
  return {
    own: {
      root: "/api/v1",
      tag: "Own API",
      routes: [
        ...instructionRoutes(deps),
        ...jobRoutes(deps),
        ...lineRoutes(deps),
        ...qualityRoutes(deps),
        ...madeFileRoutes(deps),
        ...fileRoutes(deps),
        ...previewRoutes(deps),
        ...templateRoutes(deps),
        ...eventRoutes(deps),
        ...digesterRoutes(deps),
        ...clusterRoutes(deps),
        ...sampleRoutes(deps),
        ...tokenRoutes(deps),
        ...aboutRoutes(deps),
      ],
    },
    callback: { root: "/api/callback", tag: "Callback API", routes: callbackRoutes(deps) },
  };
}

/** The web service as an Express application. */
export function createApp(deps: AppDeps): Express {
  const { port } = deps;
  const app = express();
  app.disable("x-powered-by");
  app.disable("etag");
  app.set("query parser", "simple");

  app.use(mergeSlashes);
  app.use(securityHeaders(), hostGuard(deps.isOurHost), originGuard(deps.isOurHost));
  app.get("/healthz", (_request, response) => void response.json({ ok: true }));
  app.get("/readyz", (_request, response) => {
    const ready = deps.isReady();
    response.status(ready ? 200 : 503).json({ ok: ready });
  });

  const learnTokens = sessionLearner(deps);
  app.use(learnTokens);
  for (const crop of deps.crops) {
    app.use(crop.contextPath, gobiiRouter({ ...deps, crop, users: deps.usersOf(crop.name) }));
  }

  const { own, callback } = apiParts(deps);
  const callbackRouter = express.Router().use(callbackGuard(deps));
  mount(callbackRouter, callback.routes, bodyLimitBytes);
  app.use(callback.root, callbackRouter);

  app.use(relayRouter(deps, bodyLimitBytes));
  const roleOf = roleByToken(deps);
  app.get("/metrics", tokenGuard(roleOf, port), async (_request, response) => {
    response.type(deps.metrics.contentType).send(await deps.metrics.text());
  });
  const apiRouter = express.Router().use(tokenGuard(roleOf, port));
  app.use("/api", apiRouter);
  // Made when somebody asks, since it takes longer than all else of a start.
  let document: ReturnType<typeof openApiDocument> | undefined;
  apiRouter.get("/openapi.json", (_request, response) => {
    document ??= openApiDocument([own, callback], components, deps.about.version);
    response.json(document);
  });
  const ownRouter = express.Router().use(roleGuard);
  mount(ownRouter, own.routes, bodyLimitBytes);
  apiRouter.use("/v1", ownRouter);
  apiRouter.use(notFound);

  app.use(tokenExchange((given) => roleOf(given) !== null, port));
  if (deps.consoleDir !== null) app.use(consolePages(deps.consoleDir));
  app.use(notFound);
  // What was refused on its way to a GOBii face: its clients read no other form.
  for (const { contextPath } of deps.crops) app.use(contextPath, gobiiErrorHandler(deps.log));
  app.use(errorHandler(deps.log));
  return app;
}

/** Finds out about the tokens of users that a request carries, which another service on the same record may have issued. */
function sessionLearner({ token, sessions, port }: AppDeps): RequestHandler {
  return async (request, _response, next) => {
    if (!request.path.startsWith("/api/callback")) {
      for (const given of tokensOf(request, port)) {
        if (!isSameSecret(given, token)) await sessions.learn(given);
      }
    }
    next();
  };
}

/** The service's own token may do everything; that of a user of the whole service, what the user may. */
function roleByToken({ token, sessions }: AppDeps): (given: string) => Role | null {
  return (given) => {
    if (isSameSecret(given, token)) return "admin";
    const session = sessions.find(given);
    return session?.everywhere === true ? session.role : null;
  };
}

function securityHeaders() {
  return helmet({
    contentSecurityPolicy: {
      useDefaults: false,
      directives: {
        defaultSrc: ["'self'"],
        scriptSrc: ["'self'"],
        connectSrc: ["'self'"],
        imgSrc: ["'self'", "data:", "blob:"],
        fontSrc: ["'self'", "data:"],
        // Mantine writes its variables into style elements.
        styleSrc: ["'self'", "'unsafe-inline'"],
        objectSrc: ["'none'"],
        baseUri: ["'none'"],
        formAction: ["'self'"],
        frameAncestors: ["'none'"],
      },
    },
    // Plain HTTP on the loopback address; a reverse proxy that adds TLS adds this as well.
    strictTransportSecurity: false,
  });
}
