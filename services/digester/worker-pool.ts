import workerpool, { type Pool } from "workerpool";
import type { Logger } from "pino";
import { AppError, coerceError } from "../contract/errors.ts";
import type { DigestResult } from "../contract/result.ts";
import type { Phase } from "../digest/failure-message.ts";
import type { WorkerAnswer, WorkerEvent, WorkerRequest } from "./worker-protocol.ts";

/** How a digest ended on a worker. */
export type DigestEnd =
  | { readonly kind: "done"; readonly result: DigestResult }
  /** It was told to stop, and has. */
  | { readonly kind: "stopped" }
  /** The worker is gone; `reason` says how, in words. */
  | {
      readonly kind: "crashed";
      readonly reason: string;
      /** Another try may go well. */
      readonly mayPass: boolean;
    };

export interface DigestListener {
  readonly onPhase: (phase: Phase) => void;
  readonly onProgress: (progress: { bytesRead: number; bytesTotal: number }) => void;
}

export interface WorkerPool {
  readonly workers: number;
  /**
   * Runs one digest on a free worker. An aborted `signal` stops it, by persuasion or, after a second and a half, by ending
   * the worker. Resolves when it does not touch its files any more.
   */
  readonly run: (
    request: WorkerRequest,
    listener: DigestListener,
    signal: AbortSignal,
  ) => Promise<DigestEnd>;
  readonly close: () => Promise<void>;
}

export interface WorkerPoolOptions {
  /** The built worker, a JavaScript file. */
  readonly workerPath: string;
  /** Processes keep one job's crash or memory from the others; under Electron only threads can be had. */
  readonly kind: "process" | "thread";
  readonly workers: number;
  readonly log: Logger;
  /** A worker that crashed, or had to be ended, was replaced. */
  readonly onRestart?: () => void;
}

/** How long a worker may take to stop by itself. */
const STOP_MS = 1500;

type WorkerMessage =
  readonly WorkerEvent[] | { readonly stdout: string } | { readonly stderr: string };
type DigestMethod = (request: WorkerRequest) => WorkerAnswer;

interface Slot {
  pool: Pool;
  busy: boolean;
}

/**
 * A fixed number of workers that are kept. Each is a pool of one: a worker that crashed, or that had to be ended by force,
 * is replaced with its pool, and nothing that happens to one can unsettle the bookkeeping of another.
 */
export function createWorkerPool(options: WorkerPoolOptions): WorkerPool {
  const slots: Slot[] = Array.from({ length: options.workers }, () => ({
    pool: createPool(options),
    busy: false,
  }));
  let closed = false;

  const replace = (slot: Slot): void => {
    void slot.pool.terminate(true).catch(() => undefined);
    if (closed) return;
    slot.pool = createPool(options);
    options.onRestart?.();
  };

  const runOn = async (
    slot: Slot,
    request: WorkerRequest,
    listener: DigestListener,
    signal: AbortSignal,
  ): Promise<DigestEnd> => {
    // A worker that died while it was idle is found out only by using it.
    for (let tries = 1; ; tries += 1) {
      if (signal.aborted) return { kind: "stopped" };
      const end = await runOnce(slot.pool, request, listener, signal, options.log);
      if (end.kind === "crashed" || end.kind === "forced") replace(slot);
      if (end.kind === "forced") return { kind: "stopped" };
      if (end.kind !== "crashed") return end;
      if (end.begun || tries === 3 || closed) return end;
    }
  };

  return {
    workers: options.workers,
    run: async (request, listener, signal) => {
      const slot = slots.find(({ busy }) => !busy);
      if (slot === undefined) throw new AppError("internal", "No worker is free.");
      slot.busy = true;
      try {
        return await runOn(slot, request, listener, signal);
      } finally {
        slot.busy = false;
      }
    },
    close: async () => {
      closed = true;
      await Promise.all(slots.map(({ pool }) => pool.terminate(true).catch(() => undefined)));
    },
  };
}

type OnceEnd =
  | Extract<DigestEnd, { kind: "done" | "stopped" }>
  | { readonly kind: "forced" }
  | (Extract<DigestEnd, { kind: "crashed" }> & { readonly begun: boolean });

function runOnce(
  pool: Pool,
  request: WorkerRequest,
  listener: DigestListener,
  signal: AbortSignal,
  log: Logger,
): Promise<OnceEnd> {
  return new Promise((resolve) => {
    let pid: number | null = null;
    let lastWords = "";
    let force: NodeJS.Timeout | undefined;

    const end = (how: OnceEnd): void => {
      clearTimeout(force);
      signal.removeEventListener("abort", stop);
      resolve(how);
    };
    const on = (message: WorkerMessage): void => {
      if ("stdout" in message || "stderr" in message) {
        const text = "stdout" in message ? message.stdout : message.stderr;
        lastWords = `${lastWords}${text}`.slice(-4000);
        log.warn({ text: text.trimEnd() }, "A worker printed");
        return;
      }
      for (const event of message) heed(event);
    };
    const heed = (event: WorkerEvent): void => {
      switch (event.kind) {
        case "started":
          pid = event.pid;
          log.debug({ pid }, "A worker has begun");
          break;
        case "phase":
          listener.onPhase(event.phase);
          break;
        case "progress":
          listener.onProgress(event);
          break;
        case "stopped":
          end({ kind: "stopped" });
          break;
      }
    };
    const running = pool.exec<DigestMethod>("digest", [request], { on });
    const stop = (): void => {
      // Asks the worker's abort listener; the promise is rejected at once, long before the worker has stopped.
      running.cancel();
      force = setTimeout(() => {
        log.warn({ pid }, "A worker did not stop by itself and is ended");
        if (pid !== null && pid !== process.pid) killNow(pid);
        end({ kind: "forced" });
      }, STOP_MS);
    };
    running.then(
      ({ result, events }) => {
        for (const event of events) heed(event);
        return end(result === null ? { kind: "stopped" } : { kind: "done", result });
      },
      (thrown: unknown) => {
        if (signal.aborted) return;
        const error = coerceError(thrown);
        const reason = crashReason(error, lastWords);
        const mayPass = !ranOutOfMemory(error, lastWords);
        end({ kind: "crashed", reason, mayPass, begun: pid !== null });
      },
    );
    signal.addEventListener("abort", stop, { once: true });
  });
}

/** A pool of one worker. */
export function createPool({ workerPath, kind, log }: WorkerPoolOptions): Pool {
  log.debug({ workerPath, kind }, "Starting a worker");
  return workerpool.pool(workerPath, {
    minWorkers: 1,
    maxWorkers: 1,
    workerType: kind,
    workerTerminateTimeout: STOP_MS,
    // A worker must not write into the data that this process prints.
    emitStdStreams: true,
    ...(kind === "process" ? { forkOpts: { env: workerEnvironment(process.env) } } : {}),
  });
}

function killNow(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch {
    // It has just ended by itself.
  }
}

const environmentNames = [
  "PATH",
  "HOME",
  "LANG",
  "LC_ALL",
  "TZ",
  "TMPDIR",
  "TEMP",
  "TMP",
  "SystemRoot",
  "NODE_OPTIONS",
];

/** A worker needs no secret of this process, so it gets none. */
function workerEnvironment(env: NodeJS.ProcessEnv): Record<string, string> {
  const entries = environmentNames.flatMap((name) => {
    const value = env[name];
    return value === undefined ? [] : [[name, value] as const];
  });
  return Object.fromEntries(entries);
}

/** From workerpool's report of a worker's end to a sentence. */
export function crashReason(error: Error, lastWords: string): string {
  const signal = /signalCode: `(SIG\w+)`/.exec(error.message)?.[1];
  const code = /exitCode: `(-?\d+)`/.exec(error.message)?.[1];
  if (ranOutOfMemory(error, lastWords)) {
    return (
      "The worker ran out of memory and ended. Requeue the job on a node with more memory, or raise the limit with " +
      "NODE_OPTIONS=--max-old-space-size."
    );
  }
  if (signal !== undefined || code !== undefined) {
    const how = signal === undefined ? `exit code ${code}` : `signal ${signal}`;
    const likely =
      signal === "SIGKILL"
        ? " This is how the system ends a process when memory runs out, or a person did it."
        : "";
    return `The worker process ended unexpectedly (${how}).${likely}`;
  }
  return `The worker failed unexpectedly: ${error.message.split("\n")[0] ?? "unknown"}.`;
}

/** Of its own limit, which it would meet again. */
function ranOutOfMemory(error: Error, lastWords: string): boolean {
  return /heap out of memory|memory limit/i.test(`${lastWords}${error.message}`);
}
