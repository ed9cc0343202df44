import type { JobAction } from "../../../../services/contract/api.ts";

export const actionWords: Record<JobAction, string> = {
  requeue: "Requeue",
  hold: "Hold",
  release: "Release",
  cancel: "Cancel",
  priority: "Priority",
  front: "To the front",
};

export const doneWords: Record<JobAction, string> = {
  requeue: "Requeued",
  hold: "Held",
  release: "Released",
  cancel: "Cancelled",
  priority: "Changed the priority of",
  front: "Put at the front:",
};

/** When the action is possible. */
export const conditionWords: Record<JobAction, string> = {
  requeue: "a job in progress cannot be requeued.",
  hold: "only submitted jobs can be held.",
  release: "only held jobs can be released.",
  cancel: "they have ended.",
  priority: "they have ended.",
  front: "only submitted jobs stand in a line.",
};
