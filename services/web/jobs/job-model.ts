import type { JobPatch } from "../../contract/callback.ts";
import { AppError } from "../../contract/errors.ts";
import { isSettled, type FailureKind } from "../../contract/job.ts";
import type { DigestResult } from "../../contract/result.ts";
import type { Change } from "../store/store.ts";
import {
  eventFields,
  eventOf,
  patchedFields,
  requireInstruction,
  requireSubmitted,
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
 * Every way in which a job changes, as pure functions from a job to a change, or to an error when the change is not
 * possible. What must never happen (an attempt applied after a newer one began, a completion applied twice) is decided
 * here and nowhere else.
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

function settle(
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
function backInLine(
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

/**
 * A person wants the job digested again: a new attempt of a settled job, or a new place for a waiting one.
 *
 * @throws AppError `conflict` while it is in progress.
 */
export function requeue(job: JobRecord, by: string, now: number): Change {
  if (job.status === "in_progress") {
    throw new AppError("conflict", `Job ${job.id} is in progress and cannot be requeued.`, {
      hint: "Cancel it first, or wait until it has ended.",
    });
  }
  requireInstruction(job);
  const settled = { ...job, cancelledBy: null, losses: 0, failures: 0 };
  return backInLine(settled, now, "requeued", `Requeued by ${by}.`, { by });
}

/** @throws AppError `conflict` unless it is submitted. */
export function hold(job: JobRecord, by: string, now: number): Change {
  requireSubmitted(job, "held");
  if (job.held) return unchanged(job);
  const held: JobRecord = {
    ...job,
    held: true,
    digester: null,
    updatedAt: now,
    reason: `Held by ${by}.`,
  };
  return { job: held, events: [{ ...eventOf(job, "held", now), by }] };
}

/** @throws AppError `conflict` unless it is submitted. */
export function release(job: JobRecord, by: string, now: number): Change {
  requireSubmitted(job, "released");
  if (!job.held) return unchanged(job);
  const released: JobRecord = {
    ...job,
    held: false,
    updatedAt: now,
    reason: "Waiting to be placed on a digester.",
  };
  return { job: released, events: [{ ...eventOf(job, "released", now), by }] };
}

/** @throws AppError `conflict` when it has ended. */
export function setPriority(job: JobRecord, priority: number, by: string, now: number): Change {
  if (isSettled(job.status)) {
    throw new AppError(
      "conflict",
      `Job ${job.id} has ended: its priority does not matter any more.`,
    );
  }
  if (job.priority === priority) return unchanged(job);
  const changed = { ...job, priority, updatedAt: now };
  const message = `Priority ${job.priority} → ${priority}`;
  return { job: changed, events: [{ ...eventOf(job, "priority", now), by, message }] };
}

/**
 * Puts a job at the front of the line, before all that were put there earlier; `at` null: back to where the strategy has it.
 *
 * @param at milliseconds since 1970.
 * @throws AppError `conflict` unless it is submitted.
 */
export function setFront(job: JobRecord, at: number | null, by: string, now: number): Change {
  requireSubmitted(job, "put at the front of the line");
  if (job.front === at) return unchanged(job);
  const changed = { ...job, front: at, updatedAt: now };
  const message = at === null ? "No longer at the front of the line." : "To the front of the line.";
  return { job: changed, events: [{ ...eventOf(job, "front", now), by, message }] };
}

/**
 * Takes back what a person did to a job, provided that nothing has come of it since.
 *
 * @param before the job as it was, its result included.
 * @param after the job as the person left it.
 * @throws AppError `conflict` when it has gone on meanwhile, or when it cannot be taken back.
 */
export function undo(
  job: JobRecord,
  before: JobRecord,
  after: JobRecord,
  by: string,
  now: number,
): Change {
  const hasGoneOn =
    job.status !== after.status ||
    job.attempt !== after.attempt ||
    job.held !== after.held ||
    job.priority !== after.priority ||
    job.front !== after.front ||
    job.cancelledBy !== after.cancelledBy ||
    job.failures !== after.failures;
  if (hasGoneOn) throw new AppError("conflict", `Job ${job.id} has gone on since.`);
  if (job.status === "in_progress" && before.cancelledBy !== after.cancelledBy) {
    throw new AppError("conflict", `Job ${job.id} was asked to stop, which it may have done.`);
  }
  const isSameStatus = before.status === job.status;
  const keepsPlace = isSameStatus && before.held === job.held;
  const restored: JobRecord = {
    ...(isSameStatus ? job : before),
    held: before.held,
    priority: before.priority,
    front: before.front,
    updatedAt: now,
    ...(keepsPlace || before.status !== "submitted"
      ? {}
      : {
          digester: null,
          reason: before.held ? before.reason : "Waiting to be placed on a digester.",
        }),
  };
  const event: NewEvent = {
    ...eventOf(restored, "undone", now),
    ...(job.status === restored.status ? {} : { status: restored.status }),
    ...(job.step === restored.step ? {} : { step: restored.step }),
    ...(job.gobiiStatus === restored.gobiiStatus ? {} : { gobiiStatus: restored.gobiiStatus }),
    by,
    message: `Taken back: ${differenceWords(before, after)}.`,
  };
  return { job: restored, events: [event] };
}

/** Whether there is anything for `undo` to take back. */
export function isUndoable(before: JobRecord, after: JobRecord): boolean {
  const differs =
    before.status !== after.status ||
    before.held !== after.held ||
    before.priority !== after.priority ||
    before.front !== after.front;
  return differs && !(before.status === "in_progress" && after.status !== "in_progress");
}

function differenceWords(before: JobRecord, after: JobRecord): string {
  if (before.status !== after.status) {
    return after.status === "submitted" ? "the requeue" : "the cancellation";
  }
  if (before.held !== after.held) return after.held ? "the hold" : "the release";
  if (before.priority !== after.priority) return `priority ${before.priority} → ${after.priority}`;
  return "its place at the front";
}

/**
 * Aborts at once a job that waits or that no digester runs; asks a running attempt to stop, which then reports `aborted`.
 *
 * @throws AppError `conflict` when it has ended.
 */
export function cancel(job: JobRecord, by: string, now: number): Change {
  switch (job.status) {
    case "submitted":
      return settle({ ...job, cancelledBy: by, digester: null }, "aborted", now, {
        reason: `Cancelled by ${by}.`,
      });
    case "in_progress": {
      if (!job.hasInstruction) {
        const reason = `Cancelled by ${by}.`;
        return settle({ ...job, cancelledBy: by }, "aborted", now, { reason });
      }
      if (job.cancelledBy !== null) return unchanged(job);
      const asked = { ...job, cancelledBy: by, updatedAt: now };
      return { job: asked, events: [{ ...eventOf(job, "cancel_requested", now), by }] };
    }
    case "completed":
    case "failed":
    case "aborted":
      throw new AppError("conflict", `Job ${job.id} has ended: there is nothing to cancel.`);
  }
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
