import type { Event, EventType } from "../../contract/event.ts";
import type { GobiiStatus } from "../../contract/gobii-terms.ts";
import type { FailureKind, Job, JobStatus, JobStep, JobSummary } from "../../contract/job.ts";
import type { DigestResult } from "../../contract/result.ts";
import type { Retry } from "./retries.ts";

/** A job as the web service knows it. Times are milliseconds since 1970; the wire has ISO texts. */
export interface JobRecord extends Volatile {
  readonly id: number;
  readonly key: string;
  readonly crop: string;
  readonly status: JobStatus;
  readonly step: JobStep;
  readonly gobiiStatus: GobiiStatus;
  readonly message: string | null;
  readonly held: boolean;
  readonly priority: number;
  /** When a person put it at the front of the line. */
  readonly front: number | null;
  /** The number of the last claim: the fence of every callback and of every output. */
  readonly attempt: number;
  /** The ordinal of the last callback that was applied in this attempt, so that one delivered twice counts once. */
  readonly callback: number;
  /** The digester that runs it or has it in its line. */
  readonly digester: string | null;
  readonly tables: readonly string[];
  readonly source: string | null;
  /** It goes to digesters only that carry all of these. */
  readonly labels: readonly string[];
  readonly submittedBy: string | null;
  readonly submittedAt: number;
  readonly startedAt: number | null;
  readonly settledAt: number | null;
  readonly updatedAt: number;
  readonly result: DigestResult | null;
  /** Attempts that ended because their digester was not heard from, since it was submitted or requeued. */
  readonly losses: number;
  /** Attempts that failed in a way that may pass, since it was submitted or requeued. */
  readonly failures: number;
  /** Why it failed; null unless it did. */
  readonly failure: FailureKind | null;
  /** It waits for its next try; null: it does not, or that was claimed. */
  readonly retry: Retry | null;
  /** Who wants the running attempt to stop. */
  readonly cancelledBy: string | null;
  /** The running attempt may be moving its files into the destination. */
  readonly publishing: boolean;
  /** Jobs made through GOBii's own `POST jobs` have none, and are never digested. */
  readonly hasInstruction: boolean;
  /** The key of the instruction that this one is an edit of. */
  readonly editOf: string | null;
  readonly gobii: GobiiFields;
}

/** What the next heartbeat says again; the only fields that `Store.touch` changes. */
export interface Volatile {
  readonly reason: string | null;
  readonly progress: number | null;
  readonly bytesRead: number | null;
  readonly bytesTotal: number | null;
  /** When the running attempt counts as lost unless it is heard from. */
  readonly leaseUntil: number | null;
}

/** What GOBii's JobDTO has beside the job itself. */
export interface GobiiFields {
  /** Terms of cv groups `job_type` and `payload_type`. */
  readonly type: string;
  readonly payloadType: string | null;
  /** Contact id. */
  readonly contactId: number | null;
  readonly datasetIds: readonly (number | null)[] | null;
}

/** Everything of a new job but its number, which the store gives. */
export type NewJob = Omit<JobRecord, "id">;

/** An event before the store gives it its number. `job` and `key` are those of the job at hand. */
export interface NewEvent {
  readonly type: EventType;
  readonly at: number;
  readonly job: number | null;
  readonly key: string | null;
  readonly attempt: number | null;
  readonly digester: string | null;
  readonly status?: JobStatus;
  readonly step?: JobStep;
  readonly gobiiStatus?: GobiiStatus;
  readonly message?: string;
  readonly by?: string;
  readonly removed?: number[];
  readonly refused?: Record<string, unknown>;
}

const iso = (time: number): string => new Date(time).toISOString();
const isoOrNull = (time: number | null): string | null => (time === null ? null : iso(time));

/** The wire form of a job, without its result. */
export function toJobSummary(job: JobRecord): JobSummary {
  return {
    id: job.id,
    key: job.key,
    crop: job.crop,
    status: job.status,
    step: job.step,
    gobiiStatus: job.gobiiStatus,
    message: job.message,
    held: job.held,
    priority: job.priority,
    front: isoOrNull(job.front),
    attempt: job.attempt,
    progress: job.progress,
    bytesRead: job.bytesRead,
    bytesTotal: job.bytesTotal,
    digester: job.digester,
    reason: job.reason,
    failure: job.failure,
    tables: [...job.tables],
    source: job.source,
    labels: [...job.labels],
    submittedBy: job.submittedBy,
    submittedAt: iso(job.submittedAt),
    startedAt: isoOrNull(job.startedAt),
    settledAt: isoOrNull(job.settledAt),
    updatedAt: iso(job.updatedAt),
  };
}

/** The wire form of a job. */
export function toJob(job: JobRecord): Job {
  return { ...toJobSummary(job), result: job.result };
}

/** What a digester is told of the next attempt of a job, beside its instruction. */
export function nextAttemptOf(job: JobRecord) {
  return {
    job: job.id,
    key: job.key,
    /** The number with which it is claimed. */
    attempt: job.attempt + 1,
    priority: job.priority,
    front: isoOrNull(job.front),
    submittedBy: job.submittedBy,
    submittedAt: iso(job.submittedAt),
  };
}

/** The wire form of an event, once it has its number. */
export function toEvent(seq: number, event: NewEvent): Event {
  return { ...event, seq, at: iso(event.at) };
}
