import { contains } from "../../gate/paths.ts";
import type { JobRecord } from "./job-record.ts";

/** A digester, as far as it matters for giving it work. */
export interface Candidate {
  readonly id: string;
  /** Why it cannot be given anything now; null when it can. */
  readonly problem: string | null;
  /** It was reached before and cannot be reached now. */
  readonly silent: boolean;
  readonly draining: boolean;
  /** It takes jobs into its line, which is for later: others go before it. */
  readonly paused: boolean;
  readonly workers: number;
  readonly lineLimit: number;
  /** Of its last status. */
  readonly revision: number;
  /** Ids of the jobs in its line, first to last, whoever sent them. */
  readonly waiting: readonly number[];
  readonly running: readonly number[];
  /** Empty: no limit. */
  readonly dataRoots: readonly string[];
  readonly labels: readonly string[];
  /** It does not see the data, and has to fetch it. */
  readonly fetches?: boolean | undefined;
}

/** What a job needs of a digester. */
export interface Needs {
  /** Sources and destinations. */
  readonly paths: readonly string[];
  readonly labels: readonly string[];
}

/** How much a digester has, counting what it was given since its last status. */
export interface Load {
  readonly candidate: Candidate;
  waiting: number;
  running: number;
}

/** Where a job goes, or why it goes nowhere yet, for the person who waits for it. */
export type Choice =
  | { readonly digester: string; readonly reason: null }
  | { readonly digester: null; readonly reason: string };

/** The load of each candidate: what it says itself and what the record says of it, whichever is more. */
export function loadsOf(
  candidates: readonly Candidate[],
  unsettled: readonly JobRecord[],
): Map<string, Load> {
  const loads = new Map<string, Load>();
  for (const candidate of candidates)
    loads.set(candidate.id, { candidate, waiting: 0, running: 0 });
  for (const job of unsettled) {
    const load = job.digester === null ? undefined : loads.get(job.digester);
    if (load === undefined) continue;
    if (job.status === "submitted") load.waiting++;
    else load.running++;
  }
  for (const load of loads.values()) {
    load.waiting = Math.max(load.waiting, load.candidate.waiting.length);
    load.running = Math.max(load.running, load.candidate.running.length);
  }
  return loads;
}

/**
 * Chooses the least loaded digester, before those that have to fetch the data, that can be reached, takes work, carries the job's labels, has room in its line and may
 * read and write where the job does.
 *
 * @param refusals what digesters said that would not have this job, by id.
 */
export function choose(
  { paths, labels }: Needs,
  loads: Iterable<Load>,
  refusals: ReadonlyMap<string, string> = new Map(),
): Choice {
  const all = [...loads];
  const blocked = whyNone(all);
  if (blocked !== null) return none(blocked);
  const open = all.filter(({ candidate }) => candidate.problem === null && !candidate.draining);
  const labelled = open.filter(({ candidate }) => carries(candidate, labels));
  if (labelled.length === 0) {
    return none(`No attached digester that takes work carries ${named(labels)}.`);
  }
  const readers = labelled.filter(({ candidate }) => foreign(candidate, paths) === undefined);
  if (readers.length === 0) {
    const path = labelled.map(({ candidate }) => foreign(candidate, paths)).find(Boolean) ?? "";
    return none(`No attached digester can read ${path}`);
  }
  const willing = readers.filter(({ candidate }) => !refusals.has(candidate.id));
  if (willing.length === 0) return none([...refusals.values()].join("; "));
  const best = willing.filter(hasRoom).toSorted(byLoad)[0];
  if (best === undefined) return none("The line of every digester that can take it is full.");
  return { digester: best.candidate.id, reason: null };
}

/** What stands in the way of every job alike; null when nothing does. */
export function whyNone(loads: readonly Load[]): string | null {
  if (loads.length === 0) {
    return "No digester is attached. Attach one under Digesters, or start one with: services digester --web URL";
  }
  const reachable = loads.filter(({ candidate }) => candidate.problem === null);
  if (reachable.length === 0) {
    const problems = loads.map(({ candidate }) => `${candidate.id}: ${candidate.problem ?? ""}`);
    return `No attached digester is reachable. ${problems.join("; ")}`;
  }
  const open = reachable.filter(({ candidate }) => !candidate.draining);
  if (open.length === 0) return "Every reachable digester is draining: it takes no new work.";
  if (!open.some(hasRoom)) return "The line of every reachable digester is full.";
  return null;
}

export interface Move {
  readonly job: JobRecord;
  readonly digester: string;
}

/**
 * Jobs that wait in the line of a digester that is draining, paused, cannot be reached or has its hands full, while another could
 * begin them at once. They are given to both: whoever claims first has the job, so nothing needs to be taken back.
 *
 * @param placed submitted jobs that stand in a line.
 * @param mayTake whether a digester may read and write where the job does.
 */
export function movesFrom(
  placed: readonly JobRecord[],
  loads: ReadonlyMap<string, Load>,
  mayTake: (job: JobRecord, candidate: Candidate) => boolean,
): Move[] {
  const moves: Move[] = [];
  for (const job of placed.toReversed()) {
    const from = job.digester === null ? undefined : loads.get(job.digester);
    if (from === undefined) continue;
    const { draining, paused, silent } = from.candidate;
    if (!draining && !paused && !silent && from.running + from.waiting <= from.candidate.workers)
      continue;
    const to = [...loads.values()]
      .filter(
        (load) =>
          load !== from &&
          load.candidate.problem === null &&
          !load.candidate.draining &&
          (draining || !load.candidate.paused) &&
          hasRoom(load) &&
          (draining || load.running + load.waiting < load.candidate.workers) &&
          mayTake(job, load.candidate),
      )
      .toSorted(byLoad)[0];
    if (to === undefined) continue;
    moves.push({ job, digester: to.candidate.id });
    from.waiting--;
    to.waiting++;
  }
  return moves;
}

/**
 * Whether the digester carries the labels and may read and write at all the places. Links are not followed: its disks may
 * not be ours.
 */
export function fits(candidate: Candidate, { paths, labels }: Needs): boolean {
  return carries(candidate, labels) && foreign(candidate, paths) === undefined;
}

function carries(candidate: Candidate, labels: readonly string[]): boolean {
  return labels.every((label) => candidate.labels.includes(label));
}

function named(labels: readonly string[]): string {
  return labels.length === 1 ? `the label ${labels[0]}` : `all of the labels ${labels.join(", ")}`;
}

function foreign({ dataRoots }: Candidate, paths: readonly string[]): string | undefined {
  if (dataRoots.length === 0) return undefined;
  return paths.find((path) => !dataRoots.some((root) => contains(root, path)));
}

function hasRoom({ candidate, waiting }: Load): boolean {
  return candidate.problem === null && !candidate.draining && waiting < candidate.lineLimit;
}

/** The least loaded first; but whoever sees the data and could begin at once goes before whoever has to fetch it. */
function byLoad(a: Load, b: Load): number {
  const share = ({ candidate, running, waiting }: Load): number =>
    (running + waiting) / candidate.workers;
  const rank = (load: Load): number =>
    load.candidate.paused ? 3 : share(load) >= 1 ? 2 : load.candidate.fetches === true ? 1 : 0;
  const far = ({ candidate }: Load): number => Number(candidate.fetches === true);
  return (
    rank(a) - rank(b) ||
    (rank(a) === 2 ? far(a) - far(b) : 0) ||
    share(a) - share(b) ||
    a.candidate.id.localeCompare(b.candidate.id)
  );
}

const none = (reason: string): Choice => ({ digester: null, reason });
