import { isSettled, statusOfGobiiStatus, stepOfGobiiStatus } from "../../contract/job.ts";
import { eventOf } from "../jobs/change-parts.ts";
import { cancel } from "../jobs/person-changes.ts";
import type { JobRecord, NewEvent } from "../jobs/job-record.ts";
import type { Change } from "../store/store.ts";
import type { GobiiEdit } from "./job-dto.ts";

/**
 * Applies GOBii's `PUT jobs/{name}`, which replaces type, payload type, status, message, submitter and data sets.
 *
 * A job without an instruction belongs to the client that made it: all of it is replaced.
 *
 * A job with an instruction belongs to its digester, and only the digester's fenced callbacks move it. GOBii's own clients
 * read a job, change the message and write all of it back, so the status that they send is as old as their reading: taken
 * at its word it could make a running attempt look completed, a completed one run, or a lost one settled. It is therefore
 * accepted and not applied, with one exception: `aborted` is what an operator sets to stop a load, and cancels the job
 * unless it has ended. The rest, which decides nothing, is replaced.
 *
 * What is null (but for the message, which may be) is left as it is: the reference's columns are not nullable, and a
 * client that does not know a field sends none.
 *
 * @param by the user who asks. @param now milliseconds since 1970.
 * @returns the job itself and no events when nothing changes.
 */
export function replaceByGobii(job: JobRecord, edit: GobiiEdit, by: string, now: number): Change {
  const edited: JobRecord = {
    ...job,
    message: edit.message,
    gobii: {
      type: edit.type ?? job.gobii.type,
      payloadType: edit.payloadType ?? job.gobii.payloadType,
      contactId: edit.contactId ?? job.gobii.contactId,
      datasetIds: edit.datasetIds ?? job.gobii.datasetIds,
    },
  };
  if (!job.hasInstruction) return told(job, replaceStatus(edited, edit, now), by, now);

  const change = told(job, edited, by, now);
  if (edit.status !== "aborted" || isSettled(job.status)) return change;
  const cancelled = cancel(change.job, by, now);
  return { job: cancelled.job, events: [...change.events, ...cancelled.events] };
}

function replaceStatus(job: JobRecord, edit: GobiiEdit, now: number): JobRecord {
  if (edit.status === null) return job;
  const status = statusOfGobiiStatus(edit.status);
  const settledAt = isSettled(status) ? (job.settledAt ?? now) : null;
  return {
    ...job,
    status,
    gobiiStatus: edit.status,
    step: stepOfGobiiStatus(edit.status) ?? job.step,
    startedAt: status === "submitted" ? null : (job.startedAt ?? now),
    settledAt,
    cancelledBy: settledAt === null ? job.cancelledBy : null,
    reason: reasonOf(status, job),
  };
}

function reasonOf(status: JobRecord["status"], job: JobRecord): string | null {
  switch (status) {
    case "submitted":
      return withoutInstruction;
    case "in_progress":
    case "completed":
      return null;
    case "failed":
    case "aborted":
      return job.message;
  }
}

/** Why such a job waits: nothing here will ever run it. */
export const withoutInstruction =
  "Made without an instruction by a client of GOBii, which also says when it is done.";

function told(before: JobRecord, after: JobRecord, by: string, now: number): Change {
  if (JSON.stringify(before) === JSON.stringify(after)) return { job: before, events: [] };
  const job = { ...after, updatedAt: now };
  const event: NewEvent = {
    ...eventOf(job, "edited", now),
    by,
    ...(job.message === before.message || job.message === null ? {} : { message: job.message }),
    ...(job.status === before.status ? {} : { status: job.status }),
    ...(job.step === before.step ? {} : { step: job.step }),
    ...(job.gobiiStatus === before.gobiiStatus ? {} : { gobiiStatus: job.gobiiStatus }),
  };
  return { job, events: [event] };
}
