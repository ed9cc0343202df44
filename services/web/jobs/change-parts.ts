import type { JobPatch } from "../../contract/callback.ts";
import { AppError } from "../../contract/errors.ts";
import { isSettled } from "../../contract/job.ts";
import type { Change } from "../store/store.ts";
import type { JobRecord, NewEvent } from "./job-record.ts";

/* What the changes of the job model are put together from. */

/** An event of this job, with nothing but its place in it. */
export function eventOf(job: JobRecord, type: NewEvent["type"], at: number): NewEvent {
  return { type, at, job: job.id, key: job.key, attempt: job.attempt, digester: job.digester };
}

/**
 * Whether this callback of the current attempt is one that was applied before. Of a settled job only its outcome is: whoever
 * claims it again, or wants to publish again, was told late and must not.
 */
export function wasApplied(job: JobRecord, patch: JobPatch): boolean {
  if (isSettled(job.status)) return patch.status === job.status;
  return patch.callback !== undefined && patch.callback <= job.callback;
}

export function stale(job: JobRecord, patch: JobPatch): AppError {
  const running = job.digester === null ? "" : ` on ${job.digester}`;
  return new AppError(
    "stale_attempt",
    `Attempt ${patch.attempt} of ${patch.digester} does not speak for job ${job.id}, ` +
      `which is ${job.status} in attempt ${job.attempt}${running}.`,
  );
}

export function patchedFields(patch: JobPatch): Partial<JobRecord> {
  return {
    ...(patch.step === undefined ? {} : { step: patch.step }),
    ...(patch.gobiiStatus === undefined ? {} : { gobiiStatus: patch.gobiiStatus }),
    ...(patch.message === undefined ? {} : { message: patch.message }),
    ...(patch.progress === undefined ? {} : { progress: patch.progress }),
    ...(patch.bytesRead === undefined ? {} : { bytesRead: patch.bytesRead }),
    ...(patch.bytesTotal === undefined ? {} : { bytesTotal: patch.bytesTotal }),
    ...(patch.callback === undefined ? {} : { callback: patch.callback }),
  };
}

export function eventFields(patch: Partial<JobPatch>): Partial<NewEvent> {
  const message = patch.message ?? patch.reason;
  return {
    ...(patch.step === undefined ? {} : { step: patch.step }),
    ...(patch.gobiiStatus === undefined ? {} : { gobiiStatus: patch.gobiiStatus }),
    ...(message === undefined ? {} : { message }),
  };
}

export function requireSubmitted(job: JobRecord, verb: string): void {
  if (job.status === "submitted") return;
  throw new AppError(
    "conflict",
    `Job ${job.id} is ${job.status}: only a submitted job can be ${verb}.`,
  );
}

export function requireInstruction(job: JobRecord): void {
  if (job.hasInstruction) return;
  throw new AppError(
    "conflict",
    `Job ${job.id} was made without an instruction: nothing to digest.`,
  );
}

export function unchanged(job: JobRecord): Change {
  return { job, events: [] };
}
