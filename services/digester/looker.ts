import type { Pool } from "workerpool";
import type { Logger } from "pino";
import { AppError, coerceError } from "../contract/errors.ts";
import type { DryRun, Preview, PreviewRequest } from "../contract/preview.ts";
import type { DryRunOrder, Looked } from "./look.ts";
import { createPool, type WorkerPoolOptions } from "./worker-pool.ts";

/** Looks at files for people who wait, beside the jobs that run. */
export interface Looker {
  /** @throws AppError as `previewFile`; `unavailable` where it takes too long, `full` where too many look. */
  readonly preview: (request: PreviewRequest) => Promise<Preview>;
  /** @throws AppError `unavailable`, `full`. */
  readonly dryRun: (order: DryRunOrder) => Promise<DryRun>;
  readonly close: () => Promise<void>;
}

/** A hostile expression, or a file server that hangs, is given up after this. */
const PATIENCE_MS = 20_000;
/** Whoever comes later is told to come again. */
const MOST_WAITING = 20;

/**
 * One worker of its own, which is started when it is first needed: a person does not wait for a job to end, and whatever is
 * in the file, the service goes on answering.
 */
export function createLooker(
  options: Pick<WorkerPoolOptions, "workerPath" | "kind"> & {
    readonly log: Logger;
    /** @default 20 s */
    readonly patienceMs?: number;
  },
): Looker {
  const { log, patienceMs = PATIENCE_MS } = options;
  let pool: Pool | null = null;
  let waiting = 0;

  const ask = async <T>(method: string, argument: unknown): Promise<T> => {
    if (waiting >= MOST_WAITING) {
      throw new AppError("full", "Too many files are being looked at; try again in a moment.");
    }
    pool ??= createPool({ ...options, workers: 1 });
    waiting++;
    try {
      const promise = pool.exec(method, [argument]).timeout(patienceMs);
      return valueOf<T>((await promise) as Looked<T>, log);
    } catch (thrown) {
      if (thrown instanceof AppError) throw thrown;
      log.warn({ err: coerceError(thrown), method }, "A look at a file did not end well");
      throw new AppError(
        "unavailable",
        `Looking at it was given up: it took longer than ${patienceMs / 1000} s, or the worker ended.`,
        { cause: thrown },
      );
    } finally {
      waiting--;
    }
  };

  return {
    preview: (request) => ask("preview", request),
    dryRun: (order) => ask("dryRun", order),
    close: async () => {
      await pool?.terminate(true).catch(() => undefined);
    },
  };
}

function valueOf<T>(looked: Looked<T>, log: Logger): T {
  if ("value" in looked) return looked.value;
  if ("error" in looked) {
    const { code, message, hint } = looked.error;
    throw new AppError(code, message, hint === undefined ? {} : { hint });
  }
  log.error({ thrown: looked.thrown }, "A look at a file failed");
  throw new AppError("internal", "Something went wrong on the digester.");
}
