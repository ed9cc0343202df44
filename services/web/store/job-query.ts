import { setImmediate as nextTurn } from "node:timers/promises";
import { jobSortFields, jobSorts, type JobSort } from "../../contract/api.ts";
import { AppError } from "../../contract/errors.ts";
import { jobStatuses } from "../../contract/job.ts";
import { looksIntoInstructions, termMatcher, type JobSearch } from "../../contract/job-search.ts";
import type { JobRecord } from "../jobs/job-record.ts";
import type { InstructionWords } from "./instruction-words.ts";
import type { JobListQuery, JobPage } from "./store.ts";

/** Jobs looked at before other work gets its turn: a few milliseconds even with a text to look for. */
const jobsPerTurn = 4_000;

/** Where a job stands in a sorted list. Two jobs never share a position, since no two share an id. */
export interface Position {
  readonly value: number | string | null;
  readonly id: number;
}

interface Placed extends Position {
  readonly job: JobRecord;
}

interface Order {
  readonly direction: 1 | -1;
  readonly valueOf: (job: JobRecord) => number | string | null;
}

export interface QueryHelp {
  /** A job by id, for cursors that name a job. */
  readonly find: (id: number) => JobRecord | undefined;
  readonly words: InstructionWords;
}

/**
 * One page of the jobs that match, each without its result. `jobs` may be in any order and must not change until the
 * promise resolves.
 *
 * @throws AppError `bad_request` for a cursor that is none, or is of another sort.
 */
export async function queryJobs(
  jobs: readonly JobRecord[],
  query: JobListQuery,
  { find, words }: QueryHelp,
): Promise<JobPage> {
  const order = orderOf(query.sort);
  const matches = matcher(query, words);
  const after = query.cursor === null ? null : readCursor(query.cursor, query.sort, find);
  const compare = (a: Position, b: Position): number => comparePositions(a, b, order.direction);
  const found: Placed[] = [];
  let total = 0;
  await lookAtAll(jobs, (job) => {
    if (!matches(job)) return;
    total++;
    const placed = { value: order.valueOf(job), id: job.id, job };
    if (after === null || compare(placed, after) > 0) found.push(placed);
  });
  const end = query.offset + query.limit;
  const page = sortedWindow(found, query.offset, end, compare);
  const last = page.at(-1);
  return {
    jobs: page.map(({ job }) => withoutResult(job)),
    total,
    nextCursor: found.length > end && last !== undefined ? toCursor(last, query.sort) : null,
    unsearched: looksIntoInstructions(query.search) ? words.pending() : 0,
  };
}

/** Looks at each job, in turns between which other work gets its own. */
export async function lookAtAll(
  jobs: readonly JobRecord[],
  look: (job: JobRecord) => void,
): Promise<void> {
  for (let start = 0; start < jobs.length; start += jobsPerTurn) {
    if (start > 0) await nextTurn();
    for (const job of jobs.slice(start, start + jobsPerTurn)) look(job);
  }
}

/** How a search looks into instructions: not at all unless it has to, since that has all of them read. */
export function finderFor(
  search: JobSearch,
  words: InstructionWords,
): ReturnType<InstructionWords["finder"]> {
  return looksIntoInstructions(search) ? words.finder() : () => false;
}

/** The job as lists carry it. */
export function withoutResult(job: JobRecord): JobRecord {
  return job.result === null ? job : { ...job, result: null };
}

function matcher(query: JobListQuery, words: InstructionWords): (job: JobRecord) => boolean {
  const statuses = query.statuses === null ? null : new Set(query.statuses);
  const inInstruction = finderFor(query.search, words);
  const terms = query.search.map((term) => termMatcher(term, inInstruction));
  return (job) =>
    (statuses === null || statuses.has(job.status)) &&
    (query.crop === null || job.crop === query.crop) &&
    terms.every((meets) => meets(job));
}

/** The order that a sort asks for; by number where it names no field. */
export function orderOf(sort: JobSort): Order {
  const field = jobSortFields.find((one) => sort === one || sort === `-${one}`) ?? "id";
  const valueOf = (job: JobRecord): number | string | null =>
    field === "status" ? jobStatuses.indexOf(job.status) : job[field];
  return { direction: sort === field ? 1 : -1, valueOf };
}

/** Jobs without a value come last, whichever way the others stand. */
function comparePositions(a: Position, b: Position, direction: 1 | -1): number {
  if (a.value === b.value) return (a.id - b.id) * direction;
  if (a.value === null) return 1;
  if (b.value === null) return -1;
  return a.value < b.value ? -direction : direction;
}

/** What a sort would put from `from` to `to`, without sorting all the rest. Reorders `items`. */
export function sortedWindow<T>(
  items: T[],
  from: number,
  to: number,
  compare: (a: T, b: T) => number,
): T[] {
  if (from >= items.length) return [];
  putInPlace(items, from, 0, compare);
  if (to < items.length) putInPlace(items, to, from, compare);
  return items.slice(from, to).toSorted(compare);
}

/** Hoare's selection: afterwards nothing before `place` belongs behind it, and nothing behind it before. */
function putInPlace<T>(
  items: T[],
  place: number,
  from: number,
  compare: (a: T, b: T) => number,
): void {
  let low = from;
  let high = items.length - 1;
  while (low < high) {
    const pivot = items[(low + high) >>> 1]!;
    let left = low;
    let right = high;
    while (left <= right) {
      while (compare(items[left]!, pivot) < 0) left++;
      while (compare(items[right]!, pivot) > 0) right--;
      if (left > right) break;
      const moved = items[left]!;
      items[left++] = items[right]!;
      items[right--] = moved;
    }
    if (place <= right) high = right;
    else if (place >= left) low = left;
    else return;
  }
}

/** `<sort>.<id>.<value>`: the value of a job may change between two pages. Its number never does, and is not repeated. */
export function toCursor({ id, value }: Position, sort: JobSort): string {
  const start = `${sort}.${id}`;
  if (sort === "id" || sort === "-id") return start;
  if (value === null) return `${start}.`;
  return `${start}.${typeof value === "number" ? value : `=${encodeURIComponent(value)}`}`;
}

const cursorPattern = /^([^.]+)\.(\d{1,15})(?:\.(-?\d{1,16}|=.*|))?$/;

function readCursor(
  cursor: string,
  sort: JobSort,
  find: (id: number) => JobRecord | undefined,
): Position {
  const position = parseCursor(cursor, sort);
  if (find(position.id) === undefined) throw notACursor(cursor);
  return position;
}

/**
 * Where the page before has ended.
 *
 * @throws AppError `bad_request` for a cursor that is none, or is of another sort. Whether there is such a job, it does not ask.
 */
export function parseCursor(cursor: string, sort: JobSort): Position {
  const [, named, number, value] = cursorPattern.exec(cursor) ?? [];
  if (!jobSorts.some((known) => known === named)) throw notACursor(cursor);
  if (named !== sort) {
    throw new AppError("bad_request", `The cursor "${cursor}" is not of a list sorted by ${sort}.`);
  }
  const id = Number(number);
  if (sort === "id" || sort === "-id") return { value: id, id };
  if (value === undefined) throw notACursor(cursor);
  if (value === "") return { value: null, id };
  const given = value.startsWith("=") ? decoded(value.slice(1)) : Number(value);
  const isFitting = isOfText(sort)
    ? typeof given === "string"
    : typeof given === "number" && Math.abs(given) <= latestTime;
  if (!isFitting) throw notACursor(cursor);
  return { value: given, id };
}

/** No date is further from 1970, in milliseconds. Source: ECMA-262, "Time Values and Time Range". */
const latestTime = 8.64e15;

/** Whether jobs are sorted by a text, else by a number or time. */
function isOfText(sort: JobSort): boolean {
  return /^-?(key|crop|digester|submittedBy)$/.test(sort);
}

function decoded(text: string): string | null {
  try {
    return decodeURIComponent(text);
  } catch {
    return null;
  }
}

export function notACursor(cursor: string): AppError {
  return new AppError("bad_request", `"${cursor}" is not a cursor that a list has given out.`);
}
