import type { Event } from "../../services/contract/event.ts";
import type { Job } from "../../services/contract/job.ts";

/** A kill as it was done. Times are milliseconds since 1970. */
export interface Kill {
  readonly at: number;
  readonly signal: "SIGKILL" | "SIGTERM" | "SIGSTOP";
  /** `web`, or the name of a digester. */
  readonly target: string;
  /** What it waited for. */
  readonly moment: string;
  /** When the process was there again; null: not yet. */
  backAt: number | null;
}

/** What became of one accepted instruction, from the record and the disk after everything has come to rest. */
export interface Outcome {
  readonly key: string;
  /** Null: there is no record of it. */
  readonly job: Job | null;
  readonly events: readonly Event[];
  /** How its output differs from the bytes that had to come of it; null: it does not. */
  readonly difference: string | null;
}

export interface Verdict {
  readonly lost: string[];
  readonly completedTwice: string[];
  readonly different: string[];
  /** Events that were told to those who watch and are not in the record any more. */
  readonly unkept: string[];
  readonly refused: number;
  /** Attempts begun, over all jobs. */
  readonly attempts: number;
  /** Seconds from a kill until a job that ran on the killed digester ran again, or had ended. */
  readonly recoveries: number[];
}

/**
 * Judges a run by the record alone.
 *
 * @param told what the event stream said while it ran.
 */
export function judge(
  outcomes: readonly Outcome[],
  kills: readonly Kill[],
  told: readonly Event[],
): Verdict {
  const kept = new Set(outcomes.flatMap(({ events }) => events.map(textOf)));
  const keys = new Set(outcomes.map(({ key }) => key));
  return {
    lost: outcomes.filter(({ job }) => job?.status !== "completed").map(howItEnded),
    completedTwice: outcomes.filter(({ events }) => isCompletedTwice(events)).map(({ key }) => key),
    different: outcomes.flatMap(({ key, difference }) =>
      difference === null ? [] : [`${key}: ${difference}`],
    ),
    unkept: told
      .filter((event) => event.key !== null && keys.has(event.key) && !kept.has(textOf(event)))
      .map(textOf),
    refused: countOf(outcomes, "refused"),
    attempts: countOf(outcomes, "claimed"),
    recoveries: outcomes.flatMap(({ events }) => recoveriesOf(events, kills)),
  };
}

const textOf = ({ seq, type, key, attempt }: Event): string => `${seq} ${type} ${key} ${attempt}`;

function howItEnded({ key, job }: Outcome): string {
  return job === null ? `${key}: no record` : `${key}: ${job.status}: ${job.reason ?? ""}`;
}

function countOf(outcomes: readonly Outcome[], type: Event["type"]): number {
  return outcomes.reduce((n, { events }) => n + events.filter((e) => e.type === type).length, 0);
}

/** A completion that was applied again, or anything of an attempt that was allowed after one. */
function isCompletedTwice(events: readonly Event[]): boolean {
  const first = events.findIndex(isCompletion);
  const after = first < 0 ? [] : events.slice(first + 1);
  return after.some((e) => isCompletion(e) || e.type === "claimed" || e.type === "publishing");
}

const isCompletion = ({ type, status }: Event): boolean =>
  type === "settled" && status === "completed";

/**
 * For each attempt that ran on a digester while that was killed: the seconds until the next claim, or until a later life
 * had brought the publish of it to its end. An attempt that came to its end by itself, before its process had ended or
 * after it was woken up, was not interrupted and does not count. Of several kills of one attempt the first one counts.
 */
function recoveriesOf(events: readonly Event[], kills: readonly Kill[]): number[] {
  const claims = events.filter(({ type }) => type === "claimed");
  return claims.flatMap((claim) => {
    const begun = Date.parse(claim.at);
    const rest = events.slice(events.indexOf(claim) + 1);
    const end = rest.find(({ type }) => type === "settled" || type === "claimed");
    const leave = rest.find(({ type }) => leaves.has(type));
    const left = Date.parse((leave ?? end)?.at ?? "") || Infinity;
    const kill = kills.find(
      ({ target, at, backAt }) =>
        target === claim.digester && (backAt ?? Infinity) >= begun && at <= left && left >= begun,
    );
    if (kill === undefined || end === undefined) return [];
    const isSame = end.type === "settled" && end.attempt === claim.attempt;
    const wasInterrupted = kill.signal !== "SIGSTOP" && Date.parse(end.at) > (kill.backAt ?? 0);
    if (isSame && !wasInterrupted) return [];
    return [Math.max(0, Date.parse(end.at) - kill.at) / 1000];
  });
}

const leaves: ReadonlySet<Event["type"]> = new Set([
  "settled",
  "claimed",
  "lease_expired",
  "retried",
  "handed_back",
]);

/** The value that so many percent do not exceed; null of none. */
export function percentile(values: readonly number[], percent: number): number | null {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil((percent / 100) * sorted.length) - 1)] ?? null;
}
