import { AppError } from "../../contract/errors.ts";
import { isSettled } from "../../contract/job.ts";
import type { Change } from "../store/store.ts";
import { backInLine, eventOf, settle, unchanged } from "./change-parts.ts";
import type { JobRecord, NewEvent } from "./job-record.ts";

/* What a person does to a job, as pure functions like those of `job-model.ts`. */

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

function requireSubmitted(job: JobRecord, verb: string): void {
  if (job.status === "submitted") return;
  throw new AppError(
    "conflict",
    `Job ${job.id} is ${job.status}: only a submitted job can be ${verb}.`,
  );
}

function requireInstruction(job: JobRecord): void {
  if (job.hasInstruction) return;
  throw new AppError(
    "conflict",
    `Job ${job.id} was made without an instruction: nothing to digest.`,
  );
}
