import type { Event } from "../../../contract/event.ts";
import type { StoredInstruction } from "../../../contract/instruction.ts";
import { AppError } from "../../../contract/errors.ts";
import { toEvent, type JobRecord, type NewEvent, type NewJob } from "../../jobs/job-record.ts";
import { keyWithin } from "../change-rules.ts";

/** What changes that share a transaction want to look at, and what the database says of it. */
export interface Looked {
  readonly lastId: number;
  readonly lastSeq: number;
  readonly jobs: ReadonlyMap<number, JobRecord>;
  /** By `keyWithin`. */
  readonly takenKeys: ReadonlySet<string>;
  readonly settings: ReadonlyMap<string, unknown>;
}

/** What is looked at before a change can be decided upon. */
export interface Wants {
  readonly jobs?: readonly number[];
  readonly keys?: ReadonlyArray<{ readonly crop: string; readonly key: string }>;
  readonly settings?: readonly string[];
}

/** A changed job, and the attempt it was in before: the fence of its update. */
interface ChangedJob {
  readonly before: JobRecord;
  readonly after: JobRecord;
}

/**
 * The record as the changes of one transaction see it, each on top of those before it, and what is to be written of it.
 * One change either throws before it has changed anything, or counts whole.
 */
export interface Batch {
  job(id: number): JobRecord | undefined;
  hasKey(crop: string, key: string): boolean;
  setting(name: string): unknown;
  addJob(job: NewJob, instruction: StoredInstruction | null): JobRecord;
  changeJob(after: JobRecord): void;
  /** With everything that belongs to it. */
  removeJob(id: number): void;
  addEvent(event: NewEvent): Event;
  /**
   * The record lacks so many events that were in it before: it is a copy that was behind. Their numbers, and those of the jobs
   * that they may have made, are not given again, since digesters and consoles may still know them.
   *
   * @param at milliseconds since 1970.
   */
  passOver(events: number, at: number): void;
  /** `undefined` removes it. */
  changeSetting(name: string, value: unknown): void;
  changes(): BatchChanges;
}

export interface BatchChanges {
  readonly lastId: number;
  readonly lastSeq: number;
  readonly created: readonly JobRecord[];
  readonly changed: readonly ChangedJob[];
  /** Attempts that began or ended, in order. */
  readonly attempts: readonly AttemptChange[];
  readonly instructions: ReadonlyArray<{
    readonly job: number;
    readonly instruction: StoredInstruction;
  }>;
  /** Each with its job after the change that it tells of. */
  readonly events: ReadonlyArray<{ readonly event: Event; readonly job: JobRecord | null }>;
  readonly settings: ReadonlyMap<string, unknown>;
  /** Jobs that are gone. */
  readonly removed: readonly number[];
}

export interface AttemptChange {
  readonly job: number;
  readonly attempt: number;
  readonly digester: string | null;
  readonly claimedAt: number;
  readonly endedAt: number | null;
  /** The status that the job came to. */
  readonly endedAs: string | null;
}

/** @param looked what the changes wanted to look at; a job that is not in it cannot be changed. */
export function createBatch(looked: Looked): Batch {
  const before = looked.jobs;
  const jobs = new Map(looked.jobs);
  const created = new Map<number, JobRecord>();
  const changed = new Set<number>();
  const removed = new Set<number>();
  const keys = new Set(looked.takenKeys);
  const attempts = new Map<string, AttemptChange>();
  const instructions: Array<{ job: number; instruction: StoredInstruction }> = [];
  const events: Array<{ event: Event; job: JobRecord | null }> = [];
  const settings = new Map(looked.settings);
  const changedSettings = new Map<string, unknown>();
  let { lastId, lastSeq } = looked;

  const noteAttempt = (was: JobRecord, is: JobRecord): void => {
    const began = is.attempt > was.attempt;
    const ended =
      was.status === "in_progress" && (is.status !== "in_progress" || began) ? was : null;
    if (ended !== null && !began) attempts.set(`${ended.id}/${ended.attempt}`, ending(ended, is));
    if (began) attempts.set(`${is.id}/${is.attempt}`, beginning(is));
  };

  const addEvent = (event: NewEvent): Event => {
    lastSeq += 1;
    const kept = toEvent(lastSeq, event);
    events.push({ event: kept, job: kept.job === null ? null : (jobs.get(kept.job) ?? null) });
    return kept;
  };

  return {
    job: (id) => jobs.get(id),
    hasKey: (crop, key) => keys.has(keyWithin(crop, key)),
    setting: (name) => settings.get(name),
    addJob(input, instruction) {
      lastId += 1;
      const job: JobRecord = { ...input, id: lastId };
      jobs.set(job.id, job);
      created.set(job.id, job);
      keys.add(keyWithin(job.crop, job.key));
      if (instruction !== null) instructions.push({ job: job.id, instruction });
      return job;
    },
    changeJob(after) {
      const was = jobs.get(after.id);
      if (was === undefined) throw new AppError("internal", `Job ${after.id} was not looked at.`);
      jobs.set(after.id, after);
      if (created.has(after.id)) created.set(after.id, after);
      else changed.add(after.id);
      noteAttempt(was, after);
    },
    removeJob(id) {
      jobs.delete(id);
      removed.add(id);
    },
    addEvent,
    passOver(lost, at) {
      lastId += lost;
      lastSeq += lost;
      const message = `The database lacks the last ${lost} events that were in it before. What was accepted in them is lost.`;
      const about = { job: null, key: null, attempt: null, digester: null };
      addEvent({ type: "record_went_back", at, ...about, message });
    },
    changeSetting(name, value) {
      settings.set(name, value);
      changedSettings.set(name, value);
    },
    changes: () => ({
      lastId,
      lastSeq,
      created: [...created.values()],
      changed: [...changed].flatMap((id) => {
        const [was, is] = [before.get(id), jobs.get(id)];
        return was === undefined || is === undefined ? [] : [{ before: was, after: is }];
      }),
      attempts: [...attempts.values()],
      instructions,
      events,
      settings: changedSettings,
      removed: [...removed],
    }),
  };
}

function beginning({ id, attempt, digester, startedAt, updatedAt }: JobRecord): AttemptChange {
  const claimedAt = startedAt ?? updatedAt;
  return { job: id, attempt, digester, claimedAt, endedAt: null, endedAs: null };
}

function ending(was: JobRecord, is: JobRecord): AttemptChange {
  return { ...beginning(was), endedAt: is.updatedAt, endedAs: is.status };
}
