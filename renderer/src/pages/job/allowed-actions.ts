import type { JobAction } from "../../../../services/contract/api.ts";
import { isSettled, type JobStatus } from "../../../../services/contract/job.ts";

/** Why an action is not possible on a job now; null when it is. The service decides anew when it is asked. */
export function whyNot(
  action: JobAction,
  job: { status: JobStatus; held: boolean },
): string | null {
  switch (action) {
    case "requeue":
      return job.status === "in_progress"
        ? "It is in progress: cancel it first, or wait until it has ended."
        : null;
    case "front":
      return job.status === "submitted" ? null : "Only a submitted job stands in a line.";
    case "hold":
      if (job.status !== "submitted") return "Only a submitted job can be held.";
      return job.held ? "It is held already." : null;
    case "release":
      return job.status === "submitted" && job.held ? null : "It is not held.";
    case "cancel":
      return isSettled(job.status) ? "It has ended: there is nothing to cancel." : null;
    case "priority":
      return isSettled(job.status) ? "It has ended: its priority does not matter any more." : null;
  }
}
