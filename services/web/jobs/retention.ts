import { setTimeout as sleep } from "node:timers/promises";
import { coerceError } from "../../contract/errors.ts";
import type { Log } from "../log.ts";
import type { Store } from "../store/store.ts";

/** How long settled jobs are kept: they go by either bound. Null: there is no such bound. */
export interface RetentionPolicy {
  /** After they were settled. */
  readonly days: number | null;
  /** Settled jobs, the newest. */
  readonly jobs: number | null;
}

export const keepAll: RetentionPolicy = { days: null, jobs: null };

/** Whether nothing is ever removed. */
export const keepsAll = ({ days, jobs }: RetentionPolicy): boolean =>
  days === null && jobs === null;

export interface RetentionDeps {
  readonly store: Pick<Store, "expired" | "remove">;
  readonly log: Pick<Log, "info" | "warn">;
  readonly policy: RetentionPolicy;
  readonly now: () => number;
  /** @default ten minutes */
  readonly everyMs?: number;
}

const dayMs = 86_400_000;
const everyTenMinutes = 600_000;
/** Asked for at once, since finding them means to look at all. */
const perQuestion = 5000;
/** Removed with one write: who waits for the store must not wait for all of them. */
const perWrite = 200;
/** Between two writes, so that jobs go on as before. */
const pauseMs = 20;

/**
 * Removes settled jobs that are not to be kept any longer, now and every ten minutes. What a crash or a full disk has kept it
 * from is found again the next time.
 */
export function startRetention(deps: RetentionDeps): { stop(): Promise<void> } {
  const { log, everyMs = everyTenMinutes } = deps;
  const ending = new AbortController();

  const run = async (): Promise<void> => {
    while (!ending.signal.aborted) {
      try {
        const removed = await removeExpired(deps, ending.signal);
        if (removed > 0) log.info({ removed }, "settled jobs were removed");
      } catch (thrown) {
        log.warn({ err: coerceError(thrown) }, "settled jobs could not be removed; tried again");
      }
      await pause(everyMs, ending.signal);
    }
  };
  const ended = run();

  return {
    async stop() {
      ending.abort();
      await ended;
    },
  };
}

/**
 * Removes all that has expired, some at a time.
 *
 * @returns how many jobs.
 */
export async function removeExpired(
  { store, policy, now }: Pick<RetentionDeps, "store" | "policy" | "now">,
  signal: AbortSignal,
): Promise<number> {
  if (keepsAll(policy)) return 0;
  const { days, jobs } = policy;
  const settledBefore = days === null ? null : now() - days * dayMs;
  let total = 0;
  for (;;) {
    const ids = await store.expired({ settledBefore, newest: jobs, limit: perQuestion });
    let removed = 0;
    for (let start = 0; start < ids.length && !signal.aborted; start += perWrite) {
      const some = ids.slice(start, start + perWrite);
      removed += (await store.remove(some, now(), inWords(policy))).length;
      await pause(pauseMs, signal);
    }
    total += removed;
    // Jobs that are just being changed are left, and would be named again.
    if (signal.aborted || ids.length < perQuestion || removed === 0) return total;
  }
}

/** What is kept, as people are told. */
export function inWords(policy: RetentionPolicy): string {
  if (keepsAll(policy)) return "All jobs are kept.";
  const { days, jobs } = policy;
  const bounds = [
    ...(days === null ? [] : [`for ${days} ${days === 1 ? "day" : "days"}`]),
    ...(jobs === null ? [] : [`while they are among the newest ${jobs}`]),
  ];
  return `Settled jobs are kept ${bounds.join(" and ")}.`;
}

async function pause(ms: number, signal: AbortSignal): Promise<void> {
  await sleep(ms, undefined, { signal, ref: false }).catch(() => undefined);
}
