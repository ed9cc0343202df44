import type { JobPatch } from "../../contract/callback.ts";
import { AppError } from "../../contract/errors.ts";
import type { Change } from "../store/store.ts";
import {
  backInLine,
  eventFields,
  eventOf,
  patchedFields,
  settle,
  stale,
  unchanged,
  wasApplied,
} from "./change-parts.ts";
import type { JobRecord, NewEvent, NewJob } from "./job-record.ts";
import {
  defaultRetryPolicy,
  isDue,
  lostOftenReason,
  nextRetry,
  retryReason,
  triedOftenReason,
  type RetryPolicy,
} from "./retries.ts";

/**
 * Every way in which a job changes, but for what a person does to it (`person-changes.ts`), as pure functions from a job to
 * a change, or to an error when the change is not possible. What must never happen (an attempt applied after a newer one
 * began, a completion applied twice) is decided here and nowhere else.
 */

/** A new submitted job. `now` in milliseconds since 1970. */
export function newJob(
  input: Pick<JobRecord, "key" | "crop"> &
    Partial<
      Pick<
        JobRecord,
        | "held"
        | "priority"
        | "submittedBy"
        | "tables"
        | "source"
        | "labels"
        | "hasInstruction"
        | "gobii"
        | "message"
        | "editOf"
      >
    >,
  now: number,
): NewJob {
  return {
    status: "submitted",
    step: "submitted",
    gobiiStatus: "pending",
    message: null,
    held: false,
    priority: 0,
    front: null,
    attempt: 0,
    callback: 0,
    digester: null,
    reason: input.held === true ? "Held." : "Waiting to be placed on a digester.",
    tables: [],
    source: null,
    labels: [],
    submittedBy: null,
    submittedAt: now,
    startedAt: null,
    settledAt: null,
    updatedAt: now,
    result: null,
    losses: 0,
    failures: 0,
    failure: null,
    retry: null,
    cancelledBy: null,
    publishing: false,
    hasInstruction: true,
    editOf: null,
    gobii: { type: "load", payloadType: null, contactId: null, datasetIds: null },
    progress: null,
    bytesRead: null,
    bytesTotal: null,
    leaseUntil: null,
    ...input,
  };
}

/** The first event of a job's life. The store has just given it its number. */
export function submittedEvent(job: JobRecord): NewEvent {
  return {
    ...eventOf(job, "submitted", job.submittedAt),
    status: "submitted",
    step: "submitted",
    gobiiStatus: job.gobiiStatus,
    ...(job.message === null ? {} : { message: job.message }),
    ...(job.submittedBy === null ? {} : { by: job.submittedBy }),
  };
}

/**
 * Applies a callback of a digester. See `JobPatch` for the kinds.
 *
 * @throws AppError `stale_attempt` when the patch does not speak for the current attempt on its digester, `conflict` when
 * the job is held, waits for its next try or has nothing to digest.
 */
export function applyPatch(
  job: JobRecord,
  patch: JobPatch,
  now: number,
  leaseMs: number,
  retries: RetryPolicy = defaultRetryPolicy,
): Change {
  if (patch.attempt === job.attempt + 1) return claim(job, patch, now, leaseMs);
  const speaksForIt = patch.attempt === job.attempt && patch.digester === job.digester;
  if (speaksForIt && wasApplied(job, patch)) return unchanged(job);
  if (!speaksForIt || job.status !== "in_progress") throw stale(job, patch);

  const told = { ...job, ...patchedFields(patch), updatedAt: now, leaseUntil: now + leaseMs };
  switch (patch.status) {
    case undefined:
    case "in_progress":
      return stepOn(job, told, patch, now);
    case "submitted":
      return backInLine(
        told,
        now,
        "handed_back",
        patch.reason ?? "The digester gave the job back.",
        patch,
      );
    case "failed":
      return patch.mayPass === true
        ? failForNow(told, patch, now, retries)
        : settle(told, "failed", now, patch);
    case "completed":
    case "aborted":
      return settle(told, patch.status, now, patch);
  }
}

/** A failure that may pass: back in line, to be tried again later, unless it has had all its tries. */
function failForNow(job: JobRecord, patch: JobPatch, now: number, policy: RetryPolicy): Change {
  const why = patch.reason ?? patch.message ?? "It failed without a word.";
  const failures = job.failures + 1;
  const retry = nextRetry(failures, why, now, policy);
  if (retry === null) {
    const reason = triedOftenReason(why, failures);
    return settle({ ...job, failures }, "failed", now, { ...patch, reason }, "environment");
  }
  const change = backInLine(job, now, "retried", retryReason(failures, retry, now));
  if (change.job.status !== "submitted") return change;
  return { ...change, job: { ...change.job, failures, retry } };
}

function claim(job: JobRecord, patch: JobPatch, now: number, leaseMs: number): Change {
  if (job.status !== "submitted") throw stale(job, patch);
  if (job.held) throw new AppError("conflict", `Job ${job.id} is held.`);
  if (!job.hasInstruction) throw new AppError("conflict", `Job ${job.id} has no instruction.`);
  if (!isDue(job, now)) throw new AppError("conflict", `Job ${job.id} waits for its next try.`);
  if (patch.status !== undefined && patch.status !== "in_progress") throw stale(job, patch);
  const claimed: JobRecord = {
    ...job,
    ...patchedFields(patch),
    status: "in_progress",
    gobiiStatus: patch.gobiiStatus ?? "in_progress",
    attempt: patch.attempt,
    callback: patch.callback ?? 0,
    digester: patch.digester,
    startedAt: now,
    settledAt: null,
    updatedAt: now,
    result: null,
    failure: null,
    reason: null,
    retry: null,
    cancelledBy: null,
    publishing: false,
    progress: patch.progress ?? 0,
    leaseUntil: now + leaseMs,
  };
  const event: NewEvent = {
    ...eventOf(claimed, "claimed", now),
    status: "in_progress",
    gobiiStatus: claimed.gobiiStatus,
    ...(patch.step === undefined ? {} : { step: patch.step }),
    ...(patch.message === undefined ? {} : { message: patch.message }),
  };
  return { job: claimed, events: [event] };
}

function stepOn(before: JobRecord, after: JobRecord, patch: JobPatch, now: number): Change {
  const publishing = before.publishing || patch.publish === true;
  const job = { ...after, publishing };
  const tells =
    patch.step !== undefined || patch.gobiiStatus !== undefined || patch.message !== undefined;
  const events: NewEvent[] = [];
  if (tells) events.push({ ...eventOf(job, "step", now), ...eventFields(patch) });
  if (publishing && !before.publishing) events.push(eventOf(job, "publishing", now));
  return { job, events };
}

/**
 * The running attempt was not heard from in time, or its digester began a new life. A job without an instruction has no
 * attempt: the client that made it says what becomes of it. One that was lost too often has failed.
 */
export function loseAttempt(
  job: JobRecord,
  reason: string,
  now: number,
  policy: RetryPolicy = defaultRetryPolicy,
): Change {
  if (job.status !== "in_progress" || !job.hasInstruction) return unchanged(job);
  const losses = job.losses + 1;
  if (losses < policy.losses || job.cancelledBy !== null) {
    const change = backInLine(job, now, "lease_expired", reason);
    return { ...change, job: { ...change.job, losses } };
  }
  const told = { reason: lostOftenReason(reason, losses) };
  const given = settle({ ...job, losses }, "failed", now, told, "lost");
  return { ...given, events: [lossOf(job, reason, now), ...given.events] };
}

function lossOf(job: JobRecord, reason: string, now: number): NewEvent {
  return { ...eventOf(job, "lease_expired", now), message: reason };
}

/** A digester took the job into its line. */
export function place(job: JobRecord, digester: string, now: number): Change {
  if (job.status !== "submitted" || job.digester === digester) return unchanged(job);
  const placed = { ...job, digester, updatedAt: now, reason: `In the line of ${digester}.` };
  return { job: placed, events: [eventOf(placed, "placed", now)] };
}

/** The digester that had the job in its line is gone or does not know it any more. */
export function unplace(job: JobRecord, reason: string, now: number): Change {
  if (job.status !== "submitted" || job.digester === null) return unchanged(job);
  return { job: { ...job, digester: null, updatedAt: now, reason }, events: [] };
}

/** The event that keeps a callback which was not applied. */
export function refusedEvent(job: JobRecord, patch: JobPatch, why: string, now: number): NewEvent {
  return {
    ...eventOf(job, "refused", now),
    attempt: patch.attempt,
    digester: patch.digester,
    message: why,
    refused: { ...patch },
  };
}
