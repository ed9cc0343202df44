import { createReadStream } from "node:fs";
import { pipeline } from "node:stream/promises";
import express, { type Express, type Request, type RequestHandler, type Response } from "express";
import type { Logger } from "pino";
import { z } from "zod";
import {
  Dispatch,
  DispatchBatch,
  DrainRequest,
  PauseRequest,
  type DispatchBatchAnswer,
  type DigesterStatus,
  type RegulatorState,
} from "../contract/digester.ts";
import { parseOrThrow } from "../contract/errors.ts";
import { largestInstruction, type StoredInstruction } from "../contract/instruction.ts";
import {
  dryRunInstruction,
  DryRunRequest,
  PreviewRequest,
  type DryRun,
  type Preview,
} from "../contract/preview.ts";
import { FileLinesRequest, type FileLines } from "../contract/file-lines.ts";
import { FileRequest, FileSizesRequest, type FileSizes } from "../contract/made-files.ts";
import {
  RegulatorSwap,
  type RegulatorChoice,
  type RegulatorPreview,
} from "../contract/regulator.ts";
import { notFound } from "../gate/http.ts";
import { jsonBodyOf } from "../gate/json-body.ts";
import { errorHandler, failureAnswer, hostGuard, tokenGuard } from "./http.ts";
import type { DigesterMetrics } from "./metrics.ts";
import { chooseRegulator, listRegulators, type ChosenRegulator } from "./regulators/index.ts";

/** What the API offers, without a word of HTTP. Everything throws AppError. */
export interface Node {
  readonly accept: (dispatch: Dispatch) => Promise<void>;
  readonly withdraw: (job: number, callbackUrl: string | null) => "waiting" | "running" | "unknown";
  /** Waits up to `waitMs` for a revision other than `since`. */
  readonly status: (since: number | null, waitMs: number) => Promise<DigesterStatus>;
  readonly regulator: () => RegulatorChoice;
  readonly swap: (
    regulator: ChosenRegulator,
    told: { by?: string | undefined; why?: string | undefined },
  ) => Promise<void>;
  readonly preview: (regulator: ChosenRegulator) => RegulatorPreview;
  /** What a file is and how it begins. */
  readonly look: (request: PreviewRequest) => Promise<Preview>;
  /** What an instruction would make of the first lines of its sources. */
  readonly dryRun: (instruction: StoredInstruction, request: DryRunRequest) => Promise<DryRun>;
  readonly drain: (on: boolean) => void;
  readonly pause: (on: boolean) => void;
  /** A few lines of a text file below the data roots; throws AppError. */
  readonly fileLines: (request: FileLinesRequest) => Promise<FileLines>;
  /** Where a file lies that may be sent; throws AppError `not_found` or `bad_request`. */
  readonly fileToSend: (file: string) => Promise<string>;
  /** Bytes of each file; null for those that it does not see. */
  readonly fileSizes: (files: readonly string[]) => Promise<(number | null)[]>;
  /** Why it cannot take jobs right now; null when it can. */
  readonly notReady: () => string | null;
}

export interface ApiOptions {
  readonly token: string;
  /** Names, beside addresses and the machine's own, under which it is reached. */
  readonly names: readonly string[];
  readonly log: Logger;
  readonly metrics: Pick<DigesterMetrics, "contentType" | "text">;
}

/** How long a status waits for news. */
const STATUS_WAIT_MS = 5000;
/** The largest instruction, and what may go along with it in a batch. */
const BODY_LIMIT_BYTES = largestInstruction + 16 * 1024 * 1024;

const JobParams = z.object({ job: z.coerce.number().int().positive() });
const WithdrawQuery = z.object({ callback: z.url().optional() });
const StatusQuery = z.object({ since: z.coerce.number().int().nonnegative().optional() });

/** The digester's own API. */
export function createApi(node: Node, { token, names, log, metrics }: ApiOptions): Express {
  const app = express();
  app.disable("x-powered-by");
  app.disable("etag");
  app.use((_request, response, next) => {
    response.set({ "Cache-Control": "no-store", "X-Content-Type-Options": "nosniff" });
    next();
  });
  app.use(hostGuard(names));

  app.get("/healthz", (_request, response) => {
    response.json({ ok: true });
  });
  app.get("/readyz", (_request, response) => {
    const reason = node.notReady();
    response.status(reason === null ? 200 : 503).json({ ok: reason === null, reason });
  });

  app.use(tokenGuard(token));
  app.use(express.raw({ type: () => true, limit: BODY_LIMIT_BYTES }));

  app.get(
    "/metrics",
    handler(async (_request, response) => {
      response.type(metrics.contentType).send(await metrics.text());
    }),
  );

  app.post(
    "/instructions",
    handler(async (request, response) => {
      const dispatch = parseOrThrow(Dispatch, jsonBodyOf(request), "bad_request", "The dispatch");
      await node.accept(dispatch);
      response.status(202).json({ job: dispatch.job, attempt: dispatch.attempt });
    }),
  );

  /** What `POST /instructions` would have answered. */
  const acceptOne = async (
    given: unknown,
    request: Request,
  ): Promise<DispatchBatchAnswer["answers"][number]> => {
    try {
      await node.accept(parseOrThrow(Dispatch, given, "bad_request", "The dispatch"));
      return { status: 202 };
    } catch (thrown) {
      const { status, body } = failureAnswer(thrown, request, log);
      return { status, ...body };
    }
  };

  app.post(
    "/instructions/batch",
    handler(async (request, response) => {
      const { dispatches } = parseOrThrow(DispatchBatch, jsonBodyOf(request), "bad_request");
      const answers = await Promise.all(dispatches.map((given) => acceptOne(given, request)));
      response.json({ answers } satisfies DispatchBatchAnswer);
    }),
  );

  app.delete("/instructions/:job", (request, response) => {
    const { job } = parseOrThrow(JobParams, request.params, "bad_request", "The path");
    const { callback } = parseOrThrow(WithdrawQuery, request.query, "bad_request", "The query");
    response.json({ job, was: node.withdraw(job, callback ?? null) });
  });

  app.get(
    "/status",
    handler(async (request, response) => {
      const { since } = parseOrThrow(StatusQuery, request.query, "bad_request", "The query");
      response.json(await node.status(since ?? null, STATUS_WAIT_MS));
    }),
  );

  app.get("/regulator", (_request, response) => {
    response.json(stateOf(node));
  });
  app.put(
    "/regulator",
    handler(async (request, response) => {
      const { name, options, by, why } = readSwap(request);
      await node.swap(chooseRegulator({ name, options }), { by, why });
      response.json(stateOf(node));
    }),
  );
  app.get("/regulators", (_request, response) => {
    response.json({ regulators: listRegulators() });
  });
  app.post("/regulator/preview", (request, response) => {
    const { name, options } = readSwap(request);
    response.json(node.preview(chooseRegulator({ name, options })));
  });

  app.get(
    "/lines",
    handler(async (request, response) => {
      const wanted = parseOrThrow(FileLinesRequest, request.query, "bad_request", "The query");
      response.json(await node.fileLines(wanted));
    }),
  );

  app.get(
    "/file",
    handler(async (request, response) => {
      const { file } = parseOrThrow(FileRequest, request.query, "bad_request", "The query");
      const path = await node.fileToSend(file);
      response.type("application/octet-stream");
      await pipeline(createReadStream(path), response);
    }),
  );
  app.post(
    "/file-sizes",
    handler(async (request, response) => {
      const { files } = parseOrThrow(
        FileSizesRequest,
        jsonBodyOf(request),
        "bad_request",
        "The body",
      );
      response.json({ sizes: await node.fileSizes(files) } satisfies z.infer<typeof FileSizes>);
    }),
  );

  app.post(
    "/preview",
    handler(async (request, response) => {
      const wanted = parseOrThrow(PreviewRequest, jsonBodyOf(request), "bad_request", "The body");
      response.json(await node.look(wanted));
    }),
  );
  app.post(
    "/dry-run",
    handler(async (request, response) => {
      const body = parseOrThrow(DryRunRequest, jsonBodyOf(request), "bad_request", "The body");
      response.json(await node.dryRun(dryRunInstruction(body), body));
    }),
  );

  app.post("/drain", (request, response) => {
    const { draining } = parseOrThrow(DrainRequest, jsonBodyOf(request), "bad_request", "The body");
    node.drain(draining);
    response.json({ draining });
  });

  app.post("/pause", (request, response) => {
    const { paused } = parseOrThrow(PauseRequest, jsonBodyOf(request), "bad_request", "The body");
    node.pause(paused);
    response.json({ paused });
  });

  app.use(notFound);
  app.use(errorHandler(log));
  return app;
}

/** A handler that takes its time. Express takes what it throws to where all errors end. */
function handler(work: (request: Request, response: Response) => Promise<void>): RequestHandler {
  return (request, response) => work(request, response);
}

function stateOf(node: Node): RegulatorState {
  return { regulator: node.regulator(), regulators: listRegulators() };
}

function readSwap(request: Request): RegulatorSwap {
  return parseOrThrow(RegulatorSwap, jsonBodyOf(request), "bad_request", "The choice");
}
