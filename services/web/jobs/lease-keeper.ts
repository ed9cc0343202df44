import { coerceError } from "../../contract/errors.ts";
import type { Log } from "../log.ts";
import type { Store } from "../store/store.ts";
import { loseAttempt } from "./job-model.ts";
import type { JobRecord } from "./job-record.ts";
import { couldNotHear, leasesAt, whyLost, type Clocks, type Lease } from "./leases.ts";
import type { RetryPolicy } from "./retries.ts";

/** Puts jobs back in line whose digester is not heard from any more, by the rules of `leases.ts`. */
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

export function leaseKeeper(deps: LeaseKeeperDeps): LeaseKeeper {
  const { store, log, leaseMs, graceMs, tickMs = 1000, now, monotonic } = deps;
  const timer = deps.timer ?? plainTimer;
  const terms = { leaseMs, graceMs, tickMs };
  let leases: ReadonlyMap<number, Lease> = new Map();
  let lastLook: Clocks | null = null;
  let cancelTimer: (() => void) | null = null;
  let ticking: Promise<void> = Promise.resolve();
  let stopped = false;

  async function tick(): Promise<void> {
    const at = { wall: now(), monotonic: monotonic() };
    const unheard = couldNotHear(lastLook, at, terms);
    // A record that cannot be read cannot be written either: nobody could have renewed a lease.
    lastLook = null;
    const running = (await store.unsettled()).filter((job) => job.status === "in_progress");
    lastLook = at;
    leases = leasesAt(leases, running, at.monotonic, unheard, terms);
    await Promise.all(running.map((job) => loseIf(job, whyLost(job, leases.get(job.id), at))));
  }

  async function loseIf(job: JobRecord, reason: string | null): Promise<void> {
    if (reason === null) return;
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
