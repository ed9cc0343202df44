import { z } from "zod";
import { GobiiStatusTerm, type GobiiStatus } from "./gobii-terms.ts";
import { DigestResult } from "./result.ts";

export const jobStatuses = ["submitted", "in_progress", "completed", "failed", "aborted"] as const;
export const JobStatus = z.enum(jobStatuses);
export type JobStatus = z.infer<typeof JobStatus>;

/** Where a job in progress is. The order is the order of a load; `submitted` and `completed` are its ends. */
const jobSteps = [
  "submitted",
  "validating",
  "transforming",
  "loading_metadata",
  "building_dataset",
  "quality_control",
  "completed",
] as const;
export const JobStep = z.enum(jobSteps);
export type JobStep = z.infer<typeof JobStep>;

export type SettledStatus = Extract<JobStatus, "completed" | "failed" | "aborted">;

/** Whether a job has ended for good, unless a person has it done again. */
export function isSettled(status: JobStatus): status is SettledStatus {
  return status === "completed" || status === "failed" || status === "aborted";
}

/** The step that GOBii's term stands for; null where the term says nothing about the step. */
export function stepOfGobiiStatus(term: GobiiStatus): JobStep | null {
  switch (term) {
    case "pending":
      return "submitted";
    case "validation":
      return "validating";
    case "digest":
    case "transformation":
      return "transforming";
    case "metadata_load":
      return "loading_metadata";
    case "matrix_load":
      return "building_dataset";
    case "qc_processing":
      return "quality_control";
    case "completed":
      return "completed";
    case "in_progress":
    case "failed":
    case "aborted":
    case "metadata_extract":
    case "final_assembly":
    case "no_status":
      return null;
  }
}

/** The status that GOBii's term stands for. */
export function statusOfGobiiStatus(term: GobiiStatus): JobStatus {
  switch (term) {
    case "pending":
    case "no_status":
      return "submitted";
    case "completed":
    case "failed":
    case "aborted":
      return term;
    case "in_progress":
    case "validation":
    case "digest":
    case "transformation":
    case "metadata_load":
    case "matrix_load":
    case "metadata_extract":
    case "final_assembly":
    case "qc_processing":
      return "in_progress";
  }
}

/**
 * Why a job failed, in the coarsest terms: its files are wrong, what was made of them breaks the rules of a table, its
 * digester was lost too often, something in the way did not pass (a full disk, a crash), or none of these.
 */
const failureKinds = ["input", "validation", "lost", "environment", "other"] as const;
export const FailureKind = z.enum(failureKinds);
export type FailureKind = z.infer<typeof FailureKind>;

const time = z.iso.datetime();

/** A job as the own API and the event stream show it. Times are ISO 8601 in UTC. */
export const Job = z.object({
  /** The same number as GOBii's `jobId`. */
  id: z.number().int().positive(),
  /** The key of its instruction; unique within the crop. GOBii's `jobName`. */
  key: z.string(),
  crop: z.string(),
  status: JobStatus,
  step: JobStep,
  /** GOBii's own term for where the job is. */
  gobiiStatus: GobiiStatusTerm,
  /** The last message of a callback, e.g. `Beginning Digest`. */
  message: z.string().nullable(),
  held: z.boolean(),
  /** Higher runs earlier, where the strategy in force looks at it. */
  priority: z.number().int(),
  /** When a person put it at the front of the line; the latest goes first. Null: it stands where the strategy puts it. */
  front: time.nullable().default(null),
  /** The number of the last claim; 0 before the first. */
  attempt: z.number().int().nonnegative(),
  /** Share of the source bytes that were read, 0 to 1; null while nothing runs. */
  progress: z.number().min(0).max(1).nullable(),
  bytesRead: z.number().nonnegative().nullable(),
  bytesTotal: z.number().nonnegative().nullable(),
  /** Id of the digester that runs it or has it in its line. */
  digester: z.string().nullable(),
  /** Why it waits, or why it ended as it did, in words. */
  reason: z.string().nullable(),
  /** Null unless it failed. */
  failure: FailureKind.nullable().default(null),
  tables: z.array(z.string()),
  source: z.string().nullable(),
  /** It goes to digesters only that carry all of these. */
  labels: z.array(z.string()),
  submittedBy: z.string().nullable(),
  submittedAt: time,
  startedAt: time.nullable(),
  settledAt: time.nullable(),
  updatedAt: time,
  result: DigestResult.nullable(),
});
export type Job = z.infer<typeof Job>;

/** A job in a list: all of it but the result, which may be long. */
export const JobSummary = Job.omit({ result: true });
export type JobSummary = z.infer<typeof JobSummary>;

/** What tells digesters apart by what they are for or what they have, e.g. `wheat`, `big-memory` or `site=ithaca`. */
export const Labels = z
  .array(
    z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._=-]{0,62}$/, {
      error: "expected letters, digits and . _ = -, beginning with a letter or digit",
    }),
  )
  .max(32);

/** Whether a key may be given to a load: keys are also names of files at some sites. */
export function isAllowedKey(key: string): boolean {
  return /^[A-Za-z0-9][A-Za-z0-9._-]{0,199}$/.test(key);
}

/** The smallest and largest priority. */
export const priorityRange = { min: -1000, max: 1000 } as const;
export const Priority = z.number().int().min(priorityRange.min).max(priorityRange.max);
