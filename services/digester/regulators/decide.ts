import type { Decision, Hold, JobInLine, QueuedJob, Rule, Situation, Wait } from "./regulator.ts";
import { ordinal } from "./words.ts";

/**
 * Makes a decision of rules. The line is first in the order of submission; then every rule orders it, the last one first,
 * so that a rule decides between those that the rules before it do not tell apart; those that a person put at the front go
 * before all others, the latest first. A job starts where a worker is free and
 * no rule holds it; one that is held lets those behind it pass, unless a rule holds them for its sake.
 */
export function decideBy(rules: readonly Rule[], situation: Situation): Decision {
  const arranged = rules.reduceRight<readonly QueuedJob[]>(
    (ordered, rule) => rule.arrange?.(ordered) ?? ordered,
    situation.waiting.toSorted(bySubmission),
  );
  const line = arranged.some(({ front }) => front !== null)
    ? arranged.toSorted((a, b) => (b.front ?? -Infinity) - (a.front ?? -Infinity) || 0)
    : arranged;
  const active: JobInLine[] = situation.running.toSorted(
    (a, b) => a.startedAt - b.startedAt || compare(a.id, b.id),
  );
  const start: string[] = [];
  const stay: Array<{ job: QueuedJob; hold: Hold | null }> = [];
  const held = new Map<Rule, QueuedJob[]>();
  for (const job of line) {
    const hold = firstHold(rules, job, active, held);
    if (hold === null && start.length < situation.node.freeWorkers) {
      start.push(job.id);
      active.push(job);
    } else {
      stay.push({ job, hold });
    }
  }
  const times = stay.flatMap(({ hold }) => hold?.until ?? []).filter((at) => at > situation.now);
  let waiting: readonly Wait[] | null = null;
  return {
    start,
    until: times.length === 0 ? null : Math.min(...times),
    // Most decisions are made to start a job, and nobody reads the reasons of a thousand others.
    get waiting() {
      return (waiting ??= inOrderOfTurn(explain(rules, stay, active)));
    },
  };
}

function firstHold(
  rules: readonly Rule[],
  job: QueuedJob,
  active: readonly JobInLine[],
  held: Map<Rule, QueuedJob[]>,
): Hold | null {
  for (const rule of rules) {
    const before = held.get(rule);
    const hold = rule.hold?.(job, active, before ?? []) ?? null;
    if (hold === null) continue;
    if (before === undefined) held.set(rule, [job]);
    else before.push(job);
    return hold;
  }
  return null;
}

function explain(
  rules: readonly Rule[],
  stay: ReadonlyArray<{ job: QueuedJob; hold: Hold | null }>,
  active: readonly JobInLine[],
): Wait[] {
  // With one job per worker, a waiting job's turn comes when the job that many places ahead of it ends.
  const ahead = [...active];
  let place = 0;
  return stay.map(({ job, hold }) => {
    if (hold !== null) return { id: job.id, ...hold };
    const after = ahead[place];
    place += 1;
    ahead.push(job);
    const reason = reasonOf(place, wordsOf(rules, job), after);
    return { id: job.id, reason, after: after?.id ?? null, until: null };
  });
}

function wordsOf(rules: readonly Rule[], job: QueuedJob): string {
  if (job.front !== null) return "put at the front by a person";
  const words = rules.map((rule) => rule.words?.(job) ?? null).filter((said) => said !== null);
  return words.length === 0 ? firstComeWords : words.join(", ");
}

export const firstComeWords = "first come, first served";

function reasonOf(place: number, words: string, after: JobInLine | undefined): string {
  const standing = place === 1 ? "Next in line" : `${ordinal(place)} in line`;
  const turn =
    after === undefined ? "starts when a worker is free" : `starts after ${nameOf(after)}`;
  return `${standing}: ${words}; ${turn}.`;
}

/** Those that wait for a certain time come last: all others may start before. */
function inOrderOfTurn(waits: readonly Wait[]): Wait[] {
  return waits.toSorted((a, b) => (a.until ?? -Infinity) - (b.until ?? -Infinity) || 0);
}

/** A job as reasons name it. */
export function nameOf(job: JobInLine): string {
  return `job ${job.job} (${job.key})`;
}

/** By the moment of submission, then by number. */
function bySubmission(a: JobInLine, b: JobInLine): number {
  return a.submittedAt - b.submittedAt || a.job - b.job || compare(a.id, b.id);
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
