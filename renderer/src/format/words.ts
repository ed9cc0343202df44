import type { EventType } from "../../../services/contract/event.ts";
import type { JobStatus, JobStep } from "../../../services/contract/job.ts";

/** How a job stands as a person sees it: a submitted job that is held has its own mark. */
export type Standing = JobStatus | "held";

export function standingOf(job: { status: JobStatus; held: boolean }): Standing {
  return job.held && job.status === "submitted" ? "held" : job.status;
}

export const standingWords: Record<Standing, string> = {
  submitted: "Submitted",
  in_progress: "In progress",
  completed: "Completed",
  failed: "Failed",
  aborted: "Aborted",
  held: "Held",
};

export const stepWords: Record<JobStep, string> = {
  submitted: "Submitted",
  validating: "Validating",
  transforming: "Transforming",
  loading_metadata: "Loading metadata",
  building_dataset: "Building data set",
  quality_control: "Quality control",
  completed: "Completed",
};

export const eventWords: Record<EventType, string> = {
  submitted: "Submitted",
  placed: "Placed",
  claimed: "Started",
  step: "Step",
  publishing: "Publishing files",
  settled: "Ended",
  requeued: "Requeued",
  held: "Held",
  released: "Released",
  priority: "Priority changed",
  front: "Put at the front",
  undone: "Taken back",
  cancel_requested: "Cancel requested",
  lease_expired: "Digester lost",
  retried: "Failed, tries again",
  handed_back: "Handed back",
  refused: "Callback refused",
  edited: "Edited",
  digester_attached: "Digester attached",
  digester_detached: "Digester detached",
  digester_lost: "Digester lost",
  digester_found: "Digester found again",
  digester_draining: "Digester draining",
  digester_paused: "Digester paused",
  jobs_removed: "Jobs removed",
  record_went_back: "Record went back",
  regulator_swapped: "Regulator swapped",
  template_saved: "Template saved",
  template_renamed: "Template renamed",
  template_removed: "Template deleted",
};
