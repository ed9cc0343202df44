import type { Event } from "../../contract/event.ts";
import type { StoredInstruction } from "../../contract/instruction.ts";
import type { JobFacets, JobSort } from "../../contract/api.ts";
import type { JobStatus } from "../../contract/job.ts";
import type { JobSearch, Qualifier } from "../../contract/job-search.ts";
import type { JobRecord, NewEvent, NewJob, Volatile } from "../jobs/job-record.ts";

/**
 * The one record of what was asked and what became of it. Every driver passes the same conformance suite
 * (`store-conformance.ts`).
 *
 * Two kinds of writing: `create`, `update`, `record` and the settings are durable when their promise resolves (on disk, not
 * in a cache); `touch` is for what the next heartbeat says again (progress, leases, reasons for waiting) and may be lost
 * with the process.
 */
export interface Store {
  /**
   * Keeps an instruction under its key and makes its job, in one step. Ids rise from 1 and are never used again.
   *
   * @throws AppError `duplicate_key` when the crop has a job of that key.
   */
  create(job: NewJob, instruction: StoredInstruction | null): Promise<JobRecord>;

  /** The instruction of a job, as stored; null when there is no such job or it was made without one. */
  instruction(id: number): Promise<StoredInstruction | null>;

  job(id: number): Promise<JobRecord | null>;
  jobByKey(crop: string, key: string): Promise<JobRecord | null>;

  /**
   * Changes one job: `decide` gets it as it is and says what it becomes and which events tell of it. Nothing else touches
   * the job in between. Whatever `decide` throws is passed on, and nothing has changed then. `decide` must be pure: a
   * driver may call it again after a conflict. When it returns the same record and no events, nothing is written.
   *
   * @throws AppError `not_found`.
   */
  update(id: number, decide: (job: JobRecord) => Change): Promise<JobRecord>;

  /**
   * Overwrites volatile fields of an unsettled job; does nothing to a settled or unknown one.
   *
   * @param whileIn where alone it is true what the fields say: it may be written a moment later.
   */
  touch(id: number, fields: Partial<Volatile>, whileIn?: Standing): void;

  /** One page of the jobs that match. Their `result` is left out (null), since it may be long: ask for the `job`. */
  list(query: JobListQuery): Promise<JobPage>;
  /** The values that jobs have for qualifiers; see `JobFacets` for over which jobs they are counted. */
  facets(query: FacetsQuery): Promise<JobFacets>;
  counts(): Promise<Record<JobStatus, number>>;
  /** Every job that is submitted or in progress, oldest first. */
  unsettled(): Promise<JobRecord[]>;

  /** The ids of settled jobs that are not to be kept any longer, those that were settled first before others. */
  expired(query: ExpiredQuery): Promise<number[]>;
  /**
   * Removes settled jobs with their instructions, attempts and events, and keeps one event, `jobs_removed`, that names them.
   * A job that is unknown, not settled or just being changed is left alone. Their keys are free then, their ids are not.
   *
   * @param at milliseconds since 1970, for the event; `message` says why.
   * @returns the ids of those that are gone.
   */
  remove(ids: readonly number[], at: number, message: string): Promise<number[]>;

  /**
   * Takes waiting jobs for a while, so that no other service on the same record hands them out meanwhile. Where there is no
   * other, all of them are ours. Jobs that do not wait any more are left out.
   *
   * @param ms by the store's clock; asking again before it is over keeps them.
   * @returns the ids that are ours now.
   */
  reserve(ids: readonly number[], ms: number): Promise<number[]>;

  /** Keeps an event that changes no job. */
  record(event: NewEvent): Promise<Event>;
  /** The events of one job, oldest first; null for those that concern no single job. */
  events(job: number | null): Promise<Event[]>;
  /**
   * Events after `seq`, oldest first, at most `limit`; null when some of them are not at hand any more, or `seq` is yet to
   * come, so that the caller knows that it cannot replay without a gap.
   */
  eventsAfter(seq: number, limit: number): Promise<Event[] | null>;
  /** The number of the newest event; 0 when there is none. */
  lastSeq(): Promise<number>;

  /** Small things to remember, each a JSON value under a name: the token, attached digesters, users. */
  setting(name: string): Promise<unknown>;
  /** `undefined` removes it. */
  setSetting(name: string, value: unknown): Promise<void>;
  /**
   * Changes one setting by what it is: `decide` is pure and may be called again, as in `update`. When it returns what it
   * was given, nothing is written.
   *
   * @returns what the setting is then.
   */
  updateSetting(name: string, decide: (value: unknown) => unknown): Promise<unknown>;
  settings(prefix: string): Promise<Array<{ name: string; value: unknown }>>;

  /**
   * Calls `listener` after each durable change, in the order of `seq`, with the job after it, whose `result` may be left
   * out as in lists. Returns the way out.
   */
  subscribe(listener: StoreListener): () => void;

  /** Milliseconds since 1970 by the clock that all services on this record go by: the database's, where there is one. */
  now(): number;
  /** Whether other services may work on the same record at the same time. */
  readonly isShared: boolean;

  /** Brings everything to disk and lets go of it. */
  close(): Promise<void>;
}

export interface Change {
  readonly job: JobRecord;
  readonly events: readonly NewEvent[];
}

/** Where a job must stand for something to be true of it. What is left out may be anything. */
export interface Standing {
  readonly status?: "submitted" | "in_progress";
  readonly attempt?: number;
  readonly held?: boolean;
}

export type StoreListener = (event: Event, job: JobRecord | null) => void;

export interface JobListQuery {
  readonly statuses: readonly JobStatus[] | null;
  /** Of which a job must meet each term. A text is looked for in the instruction too. */
  readonly search: JobSearch;
  readonly crop: string | null;
  readonly sort: JobSort;
  readonly limit: number;
  /** From the page before. */
  readonly cursor: string | null;
  /** Jobs to pass over. */
  readonly offset: number;
}

export interface JobPage {
  readonly jobs: JobRecord[];
  /** Jobs that match, on all pages. */
  readonly total: number;
  readonly nextCursor: string | null;
  /** Instructions that a text was not looked for in, since they have yet to be read. */
  readonly unsearched: number;
}

/** A job expires by either bound; null: there is no such bound. */
export interface ExpiredQuery {
  /** It was settled before this time. */
  readonly settledBefore: number | null;
  /** So many jobs were settled after it. */
  readonly newest: number | null;
  readonly limit: number;
}

export interface FacetsQuery {
  readonly search: JobSearch;
  readonly qualifiers: readonly Qualifier[];
  /** A part of the values, ignoring case. */
  readonly like: string | null;
  /** Values of each. */
  readonly limit: number;
}
