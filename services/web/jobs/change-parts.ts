import type { JobPatch } from "../../contract/callback.ts";
import { AppError } from "../../contract/errors.ts";
import { isSettled, type FailureKind } from "../../contract/job.ts";
import type { DigestResult } from "../../contract/result.ts";
import { withoutUndefined } from "../../contract/without-undefined.ts";
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

/** The error of a callback from an attempt that is not the one in force. */
export function stale(job: JobRecord, patch: JobPatch): AppError {
  const running = job.digester === null ? "" : ` on ${job.digester}`;
  return new AppError(
    "stale_attempt",
    `Attempt ${patch.attempt} of ${patch.digester} does not speak for job ${job.id}, ` +
      `which is ${job.status} in attempt ${job.attempt}${running}.`,
  );
}

/** What a callback says of the job. */
export function patchedFields(patch: JobPatch): Partial<JobRecord> {
  const { step, gobiiStatus, message, progress, bytesRead, bytesTotal, callback } = patch;
  return withoutUndefined({
    step,
    gobiiStatus,
    message,
    progress,
    bytesRead,
    bytesTotal,
    callback,
  });
}

/** What a callback says that is kept with its event. */
export function eventFields(patch: Partial<JobPatch>): Partial<NewEvent> {
  const message = patch.message ?? patch.reason;
  return withoutUndefined({ step: patch.step, gobiiStatus: patch.gobiiStatus, message });
}

/** A decision that leaves the job as it is, and tells nothing. */
export function unchanged(job: JobRecord): Change {
  return { job, events: [] };
}

/** The end of a job, however it came. */
export function settle(
  job: JobRecord,
  status: "completed" | "failed" | "aborted",
  now: number,
  patch: Partial<JobPatch>,
  failure: FailureKind = failureOf(patch.result ?? null),
): Change {
  const settled: JobRecord = {
    ...job,
    status,
    failure: status === "failed" ? failure : null,
    front: null,
    held: false,
    step: status === "completed" ? "completed" : job.step,
    gobiiStatus: status,
    settledAt: now,
    updatedAt: now,
    reason: status === "completed" ? null : (patch.reason ?? patch.message ?? null),
    result: patch.result ?? job.result,
    retry: null,
    progress: status === "completed" ? 1 : job.progress,
    leaseUntil: null,
    publishing: false,
    cancelledBy: null,
  };
  const event: NewEvent = {
    ...eventOf(settled, "settled", now),
    ...eventFields(patch),
    status,
    step: settled.step,
    gobiiStatus: status,
    ...(job.cancelledBy === null ? {} : { by: job.cancelledBy }),
  };
  return { job: settled, events: [event] };
}

/** What a result says of why it is none to be proud of. */
function failureOf(result: DigestResult | null): FailureKind {
  if (result === null) return "other";
  if (result.validation.some(({ status }) => status === "FAILED")) return "validation";
  return result.errors.some(({ file }) => file !== null) ? "input" : "other";
}

/** Back to submitted, to be placed anew. The next claim has the next number, so nothing old can be applied. */
export function backInLine(
  job: JobRecord,
  now: number,
  type: "handed_back" | "lease_expired" | "retried" | "requeued",
  reason: string,
  extra: { digester?: string; by?: string } = {},
): Change {
  if (job.cancelledBy !== null) {
    return settle(job, "aborted", now, { reason: `Cancelled by ${job.cancelledBy}. ${reason}` });
  }
  const waiting: JobRecord = {
    ...job,
    status: "submitted",
    step: "submitted",
    gobiiStatus: "pending",
    digester: null,
    startedAt: null,
    settledAt: null,
    updatedAt: now,
    result: null,
    failure: null,
    retry: null,
    reason: job.held ? "Held." : reason,
    progress: null,
    bytesRead: null,
    bytesTotal: null,
    leaseUntil: null,
    publishing: false,
  };
  const event: NewEvent = {
    ...eventOf(job, type, now),
    ...(job.status === "submitted" ? {} : { status: "submitted" }),
    step: "submitted",
    gobiiStatus: "pending",
    message: reason,
    ...(extra.by === undefined ? {} : { by: extra.by }),
  };
  return { job: waiting, events: [event] };
}
