import type { JobRecord } from "./job-record.ts";

/*
 * When a running attempt counts as lost: the rules alone, without clock and store.
 *
 * A lease is judged by a clock that only runs forward: how long its text in the record has stayed the same. So neither a
 * jump of the wall clock nor the time that the service was down counts against a digester: a running attempt that is seen
 * for the first time, and every running attempt after the machine has slept, gets one grace period.
 */

/** Both clocks at one moment, in milliseconds. */
export interface Clocks {
  /** Since 1970. */
  readonly wall: number;
  /** Of a clock that only runs forward. */
  readonly monotonic: number;
}

export interface LeaseTerms {
  readonly leaseMs: number;
  readonly graceMs: number;
  /** Between two looks. */
  readonly tickMs: number;
}

/** Times are of the clock that only runs forward. */
export interface Lease {
  readonly attempt: number;
  readonly leaseUntil: number | null;
  readonly heardAt: number;
  readonly deadline: number;
}

const slept = 5000;

/** Nobody could be heard: the service has just started, or either clock ran much further than a tick since the last look. */
export function couldNotHear(last: Clocks | null, at: Clocks, { tickMs }: LeaseTerms): boolean {
  if (last === null) return true;
  const longest = Math.max(at.monotonic - last.monotonic, at.wall - last.wall);
  return longest > tickMs + slept;
}

/** The leases of all running attempts, by job, as they are at this look. */
export function leasesAt(
  before: ReadonlyMap<number, Lease>,
  running: readonly JobRecord[],
  at: number,
  unheard: boolean,
  { leaseMs, graceMs }: LeaseTerms,
): Map<number, Lease> {
  const grace = at + graceMs;
  return new Map(
    running.map(({ id, attempt, leaseUntil }) => {
      const known = before.get(id);
      const isSame = known?.attempt === attempt && known.leaseUntil === leaseUntil;
      const full = known === undefined && unheard ? grace : at + leaseMs;
      const deadline = isSame ? known.deadline : full;
      const heardAt = isSame ? known.heardAt : at;
      return [
        id,
        { attempt, leaseUntil, heardAt, deadline: unheard ? Math.max(deadline, grace) : deadline },
      ];
    }),
  );
}

/** Why an attempt counts as lost, in words; null: it does not. */
export function whyLost(job: JobRecord, lease: Lease | undefined, at: Clocks): string | null {
  if (lease === undefined || at.monotonic <= lease.deadline) return null;
  const silence = at.monotonic - lease.heardAt;
  const since = new Date(at.wall - silence).toISOString();
  const who = job.digester ?? "its digester";
  return `Attempt ${job.attempt} was lost: ${who} was not heard from for ${Math.round(silence / 1000)} s (since ${since}).`;
}
