import { coerceError } from "../../contract/errors.ts";
import type { Log } from "../log.ts";
import type { Store } from "../store/store.ts";
import { loseAttempt } from "./job-model.ts";
import type { JobRecord } from "./job-record.ts";
import type { RetryPolicy } from "./retries.ts";

/**
 * Puts jobs back in line whose digester is not heard from any more.
 *
 * A lease is judged by a clock that only runs forward: how long its text in the record has stayed the same. So neither a
 * jump of the wall clock nor the time that this service was down counts against a digester: a running attempt that is seen
 * for the first time, and every running attempt after the machine has slept, gets one grace period.
 */
export interface LeaseKeeper {
  /** Looks at every lease once. */
  tick(): Promise<void>;
  start(): void;
  stop(): Promise<void>;
}

export interface LeaseKeeperDeps {
  readonly store: Store;
  readonly log: Log;
  readonly leaseMs: number;
  readonly graceMs: number;
  /** @default `defaultRetryPolicy` */
  readonly retries?: RetryPolicy;
  readonly tickMs?: number;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** Milliseconds of a clock that only runs forward. */
  readonly monotonic: () => number;
  /** Calls back once after so many milliseconds; returns the way to call that off. */
  readonly timer?: (work: () => void, ms: number) => () => void;
}

interface Lease {
  readonly attempt: number;
  readonly leaseUntil: number | null;
  /** On the clock that only runs forward. */
  readonly heardAt: number;
  readonly deadline: number;
}

const slept = 5000;

export function leaseKeeper(deps: LeaseKeeperDeps): LeaseKeeper {
  const { store, log, leaseMs, graceMs, tickMs = 1000, now, monotonic } = deps;
  const timer = deps.timer ?? plainTimer;
  let leases = new Map<number, Lease>();
  let lastTick: { wall: number; monotonic: number } | null = null;
  let cancelTimer: (() => void) | null = null;
  let ticking: Promise<void> = Promise.resolve();
  let stopped = false;

  async function tick(): Promise<void> {
    const at = monotonic();
    const hasSlept = couldNotHear(at);
    const running = (await store.unsettled()).filter((job) => job.status === "in_progress");
    const before = leases;
    leases = new Map(
      running.map((job) => [job.id, renewed(before.get(job.id), job, at, hasSlept)]),
    );
    const overdue = running.filter((job) => at > (leases.get(job.id)?.deadline ?? Infinity));
    await Promise.all(overdue.map((job) => lose(job, at)));
  }

  /** The service has just started, or either clock ran much further than a tick: the machine slept. */
  function couldNotHear(at: number): boolean {
    const wall = now();
    const last = lastTick;
    lastTick = { wall, monotonic: at };
    if (last === null) return true;
    return at - last.monotonic > tickMs + slept || wall - last.wall > tickMs + slept;
  }

  function renewed(known: Lease | undefined, job: JobRecord, at: number, hasSlept: boolean): Lease {
    const { attempt, leaseUntil } = job;
    const grace = hasSlept ? at + graceMs : 0;
    if (known?.attempt === attempt && known.leaseUntil === leaseUntil) {
      return { ...known, deadline: Math.max(known.deadline, grace) };
    }
    return { attempt, leaseUntil, heardAt: at, deadline: Math.max(at + leaseMs, grace) };
  }

  async function lose(job: JobRecord, at: number): Promise<void> {
    const lease = leases.get(job.id);
    if (lease === undefined) return;
    const silence = Math.round((at - lease.heardAt) / 1000);
    const since = new Date(now() - (at - lease.heardAt)).toISOString();
    const reason = `Attempt ${job.attempt} was lost: ${job.digester ?? "its digester"} was not heard from for ${silence} s (since ${since}).`;
    log.warn({ job: job.id, attempt: job.attempt, digester: job.digester }, reason);
    await store.update(job.id, (current) =>
      current.attempt === job.attempt && current.leaseUntil === job.leaseUntil
        ? loseAttempt(current, reason, now(), deps.retries)
        : { job: current, events: [] },
    );
  }

  async function safeTick(): Promise<void> {
    try {
      await tick();
    } catch (thrown) {
      log.error({ err: coerceError(thrown) }, "looking at the leases");
    }
  }

  function schedule(): void {
    if (stopped) return;
    cancelTimer = timer(() => {
      ticking = safeTick().then(schedule);
    }, tickMs);
  }

  return {
    tick,
    start: schedule,
    async stop() {
      stopped = true;
      cancelTimer?.();
      await ticking;
    },
  };
}

function plainTimer(work: () => void, ms: number): () => void {
  const handle = setTimeout(work, ms);
  return () => clearTimeout(handle);
}
