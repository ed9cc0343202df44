import { setImmediate as nextTurn } from "node:timers/promises";
import { jobSorts, type JobSort } from "../../contract/api.ts";
import { AppError } from "../../contract/errors.ts";
import type { JobRecord } from "../jobs/job-record.ts";
import type { JobListQuery, JobPage } from "./store.ts";

/** Jobs looked at before other work gets its turn: a few milliseconds even with a text to look for. */
const jobsPerTurn = 4_000;

/** Where a job stands in a sorted list. Two jobs never share a position, since no two share an id. */
interface Position {
  readonly value: number | string;
  readonly id: number;
}

interface Order {
  readonly direction: 1 | -1;
  readonly valueOf: (job: JobRecord) => number | string;
}

/**
 * One page of the jobs that match, each without its result. `jobs` may be in any order and must not change until the
 * promise resolves.
 *
 * @param find a job by id, for cursors that name a job.
 * @throws AppError `bad_request` for a cursor that is none, or is of another sort.
 */
export async function queryJobs(
  jobs: readonly JobRecord[],
  query: JobListQuery,
  find: (id: number) => JobRecord | undefined,
): Promise<JobPage> {
  const order = orderOf(query.sort);
  const matches = matcher(query);
  const after = query.cursor === null ? null : readCursor(query.cursor, query.sort, find);
  const compare = (a: JobRecord, b: JobRecord): number =>
    comparePositions(positionOf(a, order), positionOf(b, order), order.direction);
  const best = createBest(query.limit + 1, compare);
  let total = 0;
  for (let start = 0; start < jobs.length; start += jobsPerTurn) {
    if (start > 0) await nextTurn();
    for (const job of jobs.slice(start, start + jobsPerTurn)) {
      if (!matches(job)) continue;
      total++;
      if (after === null || isAfter(job, after, order)) best.add(job);
    }
  }
  const found = best.sorted();
  const page = found.slice(0, query.limit);
  const last = page.at(-1);
  return {
    jobs: page.map(withoutResult),
    total,
    nextCursor:
      found.length > page.length && last !== undefined ? toCursor(last, query.sort) : null,
  };
}

/** The job as lists carry it. */
export function withoutResult(job: JobRecord): JobRecord {
  return job.result === null ? job : { ...job, result: null };
}

function matcher(query: JobListQuery): (job: JobRecord) => boolean {
  const statuses = query.statuses === null ? null : new Set(query.statuses);
  const text = query.text === null || query.text === "" ? null : query.text.toLowerCase();
  return (job) =>
    (statuses === null || statuses.has(job.status)) &&
    (query.crop === null || job.crop === query.crop) &&
    (text === null || hasText(job, text));
}

function hasText(job: JobRecord, text: string): boolean {
  const has = (field: string | null): boolean =>
    field !== null && field.toLowerCase().includes(text);
  return (
    has(job.key) ||
    has(job.source) ||
    has(job.reason) ||
    has(job.message) ||
    has(job.submittedBy) ||
    job.tables.some(has)
  );
}

function orderOf(sort: JobSort): Order {
  switch (sort) {
    case "id":
    case "-id":
      return { direction: directionOf(sort), valueOf: (job) => job.id };
    case "updatedAt":
    case "-updatedAt":
      return { direction: directionOf(sort), valueOf: (job) => job.updatedAt };
    case "priority":
    case "-priority":
      return { direction: directionOf(sort), valueOf: (job) => job.priority };
    case "key":
    case "-key":
      return { direction: directionOf(sort), valueOf: (job) => job.key };
  }
}

function directionOf(sort: JobSort): 1 | -1 {
  return sort.startsWith("-") ? -1 : 1;
}

function positionOf(job: JobRecord, order: Order): Position {
  return { value: order.valueOf(job), id: job.id };
}

function comparePositions(a: Position, b: Position, direction: 1 | -1): number {
  if (a.value !== b.value) return a.value < b.value ? -direction : direction;
  return (a.id - b.id) * direction;
}

function isAfter(job: JobRecord, after: Position, order: Order): boolean {
  return comparePositions(positionOf(job, order), after, order.direction) > 0;
}

/** Keeps the first `size` in order of all that it is given, without sorting all of them. */
function createBest(size: number, compare: (a: JobRecord, b: JobRecord) => number) {
  let kept: JobRecord[] = [];
  let worst: JobRecord | undefined;
  const cut = (): void => {
    kept = kept.toSorted(compare).slice(0, size);
    worst = kept.length === size ? kept.at(-1) : undefined;
  };
  return {
    add(job: JobRecord): void {
      if (worst !== undefined && compare(job, worst) > 0) return;
      kept.push(job);
      if (kept.length >= 2 * size + 500) cut();
    },
    sorted(): JobRecord[] {
      cut();
      return kept;
    },
  };
}

/** `<sort>.<id>`, or `<sort>.<id>.<value>` where the value of a job may change between two pages. */
function toCursor(job: JobRecord, sort: JobSort): string {
  switch (sort) {
    case "id":
    case "-id":
    case "key":
    case "-key":
      return `${sort}.${job.id}`;
    case "updatedAt":
    case "-updatedAt":
      return `${sort}.${job.id}.${job.updatedAt}`;
    case "priority":
    case "-priority":
      return `${sort}.${job.id}.${job.priority}`;
  }
}

const cursorPattern = /^([^.]+)\.(\d{1,15})(?:\.(-?\d{1,16}))?$/;

function readCursor(
  cursor: string,
  sort: JobSort,
  find: (id: number) => JobRecord | undefined,
): Position {
  const [, named, id, value] = cursorPattern.exec(cursor) ?? [];
  if (!jobSorts.some((known) => known === named)) throw notACursor(cursor);
  if (named !== sort) {
    throw new AppError("bad_request", `The cursor "${cursor}" is not of a list sorted by ${sort}.`);
  }
  if (value !== undefined) return { value: Number(value), id: Number(id) };
  const job = find(Number(id));
  if (job === undefined) throw notACursor(cursor);
  return positionOf(job, orderOf(sort));
}

function notACursor(cursor: string): AppError {
  return new AppError("bad_request", `"${cursor}" is not a cursor that a list has given out.`);
}
