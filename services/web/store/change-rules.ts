import { AppError } from "../../contract/errors.ts";
import { isSettled, type JobStatus } from "../../contract/job.ts";
import type { JobRecord, Volatile } from "../jobs/job-record.ts";
import type { Change, Standing } from "./store.ts";

/** What makes a key unique: keys are so within a crop only. */
export function keyWithin(crop: string, key: string): string {
  return `${crop}\n${key}`;
}

/** The error of a key that is in use. */
export function duplicateKey(crop: string, key: string): AppError {
  return new AppError("duplicate_key", `Crop ${crop} has a job with the key ${key} already.`, {
    hint: "Choose another key.",
  });
}

/** The error of a number that no job has. */
export function noSuchJob(id: number): AppError {
  return new AppError("not_found", `There is no job ${id}.`);
}

/** Whether there is nothing to write: a decision that leaves the job hands it back as it came. */
export function changesNothing(before: JobRecord, change: Change): boolean {
  return change.job === before && change.events.length === 0;
}

/** A job is found by these for good; a change of one would lose it. */
export function requireSameIdentity(before: JobRecord, after: JobRecord): void {
  if (before.id === after.id && before.key === after.key && before.crop === after.crop) return;
  throw new AppError("internal", `A change of job ${before.id} may not give it another identity.`);
}

/** The job after `Store.touch`; the same one where that has nothing to say to it. */
export function touched(
  job: JobRecord,
  fields: Partial<Volatile>,
  whileIn: Standing = {},
): JobRecord {
  return isSettled(job.status) || !standsAt(job, whileIn) ? job : { ...job, ...fields };
}

function standsAt(job: JobRecord, { status, attempt, held }: Standing): boolean {
  return (
    (status === undefined || job.status === status) &&
    (attempt === undefined || job.attempt === attempt) &&
    (held === undefined || job.held === held)
  );
}

/** Those of the jobs that wait: what `Store.reserve` gives who is alone with the record. */
export function waitingOf(
  ids: readonly number[],
  find: (id: number) => JobRecord | undefined,
): number[] {
  return ids.filter((id) => find(id)?.status === "submitted");
}

/** A count for each status. */
export function noJobs(): Record<JobStatus, number> {
  return { submitted: 0, in_progress: 0, completed: 0, failed: 0, aborted: 0 };
}

/** A copy of what JSON keeps of a value, so that nobody changes what is stored by changing what was given. */
export function copyOfJson(value: unknown): unknown {
  return value === undefined ? undefined : JSON.parse(JSON.stringify(value));
}

/** Calls each listener. One that throws is told of and keeps neither the others nor the store from going on. */
export function notifyAll<A extends readonly unknown[]>(
  listeners: ReadonlySet<(...args: A) => void>,
  onWarning: (message: string) => void,
  ...args: A
): void {
  for (const listener of listeners) {
    try {
      listener(...args);
    } catch (thrown) {
      onWarning(`A listener of the store failed: ${String(thrown)}`);
    }
  }
}
