import { Readable } from "node:stream";
import { z } from "zod";
import {
  DigesterStatus,
  DispatchBatchAnswer,
  RegulatorState,
  type Dispatch,
} from "../../contract/digester.ts";
import { AppError, coerceError, ErrorBody, type ErrorCode } from "../../contract/errors.ts";
import {
  DryRun,
  Preview,
  type DryRunRequest,
  type PreviewRequest,
} from "../../contract/preview.ts";
import { FileLines, type FileLinesRequest } from "../../contract/file-lines.ts";
import { FileSizes } from "../../contract/made-files.ts";
import {
  RegulatorPreview,
  type RegulatorChoice,
  type RegulatorSwap,
} from "../../contract/regulator.ts";
import { parseJson } from "../../gate/parse-json.ts";

import type { Answer, Call, Transport } from "./transport.ts";

/** What became of handing a job to a digester. `message` is for people. */
export type DispatchOutcome =
  | { readonly kind: "taken" }
  | { readonly kind: "full" | "draining" | "refused" | "unreachable"; readonly message: string };

/** The digester's own API, seen from the web service. Every call ends within its time limit. */
export interface DigesterClient {
  /** @param since answered at once unless given; then when there is something newer, or after five seconds. */
  status(since: number | null, signal: AbortSignal): Promise<DigesterStatus>;
  /** Hands over many at once; what becomes of each, in their order. */
  dispatch(dispatches: readonly Dispatch[]): Promise<DispatchOutcome[]>;
  /**
   * Takes a job out of the line, or stops it. A job that the digester does not know is no error.
   *
   * @param callbackUrl tells our job from another caller's job of the same number.
   */
  remove(job: number, callbackUrl: string): Promise<void>;
  drain(draining: boolean): Promise<void>;
  pause(paused: boolean): Promise<void>;
  regulator(): Promise<RegulatorState>;
  swapRegulator(swap: RegulatorSwap): Promise<void>;
  previewRegulator(choice: RegulatorChoice): Promise<RegulatorPreview>;
  /** What a file is and how it begins. */
  preview(request: PreviewRequest): Promise<Preview>;
  /** What an instruction would make of the first lines of its sources. */
  dryRun(request: DryRunRequest): Promise<DryRun>;
  /** A few lines of a file below its data roots. */
  fileLines(request: FileLinesRequest): Promise<FileLines>;
  /** A file below its data roots, as it is. */
  file(path: string): Promise<Readable>;
  /** Bytes of each file; null for those that it does not see. */
  fileSizes(files: readonly string[]): Promise<(number | null)[]>;
}

/** The digester gives up looking after 20 s, and others may look before. */
const lookTimeoutMs = 30_000;
const callTimeoutMs = 10_000;
/** Lines far down a large file. */
const linesTimeoutMs = 600_000;
/** A matrix of many GB over a slow line. Whoever waits for it may leave before. */
const fileTimeoutMs = 6 * 3_600_000;
/** The digester holds a status for five seconds at most. */
const statusTimeoutMs = 9_000;

/** @throws AppError from every call but `dispatch`: `upstream_failed` in words, or what the digester said is wrong. */
export function digesterClient(target: Named, transport: Transport): DigesterClient {
  const carry = async (given: Call): Promise<Answer> => {
    try {
      return await transport(given);
    } catch (thrown) {
      if (given.signal?.aborted === true) throw thrown;
      throw unreachable(target.url, thrown, given.timeoutMs);
    }
  };
  const send = async (
    method: Call["method"],
    path: string,
    { body, timeoutMs = callTimeoutMs, signal }: SendOptions = {},
  ): Promise<JsonAnswer> => {
    const answer = await carry({ method, path, body, timeoutMs, signal });
    return { status: answer.status, body: parseJson(await answer.text()) };
  };

  async function ask<T>(schema: z.ZodType<T>, ...call: Parameters<typeof send>): Promise<T> {
    const answer = await send(...call);
    if (!isOk(answer)) throw failure(target, answer);
    const read = schema.safeParse(answer.body);
    if (read.success) return read.data;
    throw new AppError("upstream_failed", `${target.url} does not answer as a digester does.`, {
      cause: read.error,
      hint: "Check the address, and that the digester is of the same version.",
    });
  }

  return {
    status: (since, signal) =>
      ask(DigesterStatus, "GET", since === null ? "/status" : `/status?since=${since}`, {
        timeoutMs: statusTimeoutMs,
        signal,
      }),
    async dispatch(dispatches) {
      const [only] = dispatches;
      try {
        if (only !== undefined && dispatches.length === 1) {
          return [outcomeOf(target, await send("POST", "/instructions", { body: only }))];
        }
        const call = { body: { dispatches } };
        const { answers } = await ask(DispatchBatchAnswer, "POST", "/instructions/batch", call);
        return dispatches.map((_, at) => {
          const { status, ...body } = answers[at] ?? { status: 500 };
          return outcomeOf(target, { status, body });
        });
      } catch (thrown) {
        const { message } = coerceError(thrown);
        return dispatches.map(() => ({ kind: "unreachable", message }));
      }
    },
    async remove(job, callbackUrl) {
      const query = new URLSearchParams({ callback: callbackUrl }).toString();
      const answer = await send("DELETE", `/instructions/${job}?${query}`);
      if (!isOk(answer) && answer.status !== 404) throw failure(target, answer);
    },
    async drain(draining) {
      await ask(z.unknown(), "POST", "/drain", { body: { draining } });
    },
    async pause(paused) {
      await ask(z.unknown(), "POST", "/pause", { body: { paused } });
    },
    regulator: () => ask(RegulatorState, "GET", "/regulator"),
    async swapRegulator(swap) {
      await ask(z.unknown(), "PUT", "/regulator", { body: swap });
    },
    previewRegulator: (choice) =>
      ask(RegulatorPreview, "POST", "/regulator/preview", { body: choice }),
    preview: (request) =>
      ask(Preview, "POST", "/preview", { body: request, timeoutMs: lookTimeoutMs }),
    dryRun: (request) =>
      ask(DryRun, "POST", "/dry-run", { body: request, timeoutMs: lookTimeoutMs }),
    fileLines({ file, ...others }) {
      const query = new URLSearchParams({ file });
      for (const [name, value] of Object.entries(others)) {
        if (value !== undefined) query.set(name, String(value));
      }
      return ask(FileLines, "GET", `/lines?${query.toString()}`, { timeoutMs: linesTimeoutMs });
    },
    async file(file) {
      const path = `/file?${new URLSearchParams({ file }).toString()}`;
      const told = { method: "GET", path, timeoutMs: fileTimeoutMs, isStreamed: true } as const;
      const answer = await carry(told);
      if (isOk(answer) && answer.body !== null) return Readable.from(answer.body);
      throw failure(target, { status: answer.status, body: parseJson(await answer.text()) });
    },
    fileSizes: async (files) =>
      (await ask(FileSizes, "POST", "/file-sizes", { body: { files } })).sizes,
  };
}

interface SendOptions {
  readonly body?: unknown;
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal;
}

interface JsonAnswer {
  readonly status: number;
  readonly body: unknown;
}

/** The address of a digester, to be named to people. */
interface Named {
  readonly url: string;
}

function unreachable(url: string, thrown: unknown, timeoutMs: number): AppError {
  const isLate = coerceError(thrown).name === "TimeoutError";
  const why = isLate ? `no answer within ${timeoutMs / 1000} s` : reasonOf(thrown);
  return new AppError("upstream_failed", `${url} cannot be reached: ${why}`, { cause: thrown });
}

/** `fetch` says "fetch failed" and keeps the reason to itself, in `cause`. */
function reasonOf(thrown: unknown): string {
  const { cause } = coerceError(thrown);
  const error: Error & { code?: unknown } = coerceError(cause ?? thrown);
  switch (error.code) {
    case "ECONNREFUSED":
      return "nothing listens there (connection refused)";
    case "ENOTFOUND":
    case "EAI_AGAIN":
      return "its name is not known";
    case "ECONNRESET":
    case "UND_ERR_SOCKET":
      return "the connection broke";
    case "EHOSTUNREACH":
    case "ENETUNREACH":
      return "there is no way to that machine";
    default:
      return error.message;
  }
}

const isOk = ({ status }: { status: number }): boolean => status >= 200 && status < 300;

/** What the digester says of our caller's wish is passed on; what concerns the two services alone is `upstream_failed`. */
const passedOn: readonly ErrorCode[] = [
  "bad_request",
  "invalid_instruction",
  "not_found",
  "conflict",
  "full",
  "draining",
  "unavailable",
];

function failure({ url }: Named, { status, body }: JsonAnswer): AppError {
  const said = ErrorBody.safeParse(body);
  if (status === 401 || status === 403) {
    return new AppError("upstream_failed", `The digester at ${url} refuses our token.`, {
      hint: "Attach it again with the token that it printed at its start.",
    });
  }
  if (!said.success) {
    return new AppError("upstream_failed", `${url} answered with HTTP status ${status}.`);
  }
  const { code, message, hint, details } = said.data.error;
  return new AppError(passedOn.includes(code) ? code : "upstream_failed", message, {
    ...(hint === undefined ? {} : { hint }),
    ...(details === undefined ? {} : { details }),
  });
}

function outcomeOf(target: Named, answer: JsonAnswer): DispatchOutcome {
  if (isOk(answer)) return { kind: "taken" };
  const { message } = failure(target, answer);
  switch (answer.status) {
    case 429:
      return { kind: "full", message };
    case 503:
      return { kind: "draining", message };
    case 400:
    case 409:
    case 413:
    case 422:
      return { kind: "refused", message };
    default:
      return { kind: "unreachable", message };
  }
}
