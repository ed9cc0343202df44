import { z } from "zod";
import { GobiiStatusTerm } from "./gobii-terms.ts";
import { JobStatus, JobStep, JobSummary } from "./job.ts";

export const eventTypes = [
  /** Instruction stored, job made. */
  "submitted",
  /** Handed to a digester, where it waits. */
  "placed",
  /** A digester took it and began: a new attempt. */
  "claimed",
  /** A callback with a step, a message or both. */
  "step",
  /** The running attempt was allowed to move its files into the destination. */
  "publishing",
  /** Completed, failed or aborted. */
  "settled",
  /** Back in line by a person's wish. */
  "requeued",
  "held",
  "released",
  "priority",
  /** Put at the front of the line, or back to where the strategy has it. */
  "front",
  /** What a person did was taken back. */
  "undone",
  /** A person wants the running attempt to stop. */
  "cancel_requested",
  /** The running attempt was not heard from; the job is back in line. */
  "lease_expired",
  /** The attempt failed in a way that may pass; the job is back in line and is tried again later. */
  "retried",
  /** The digester gave the job back; the attempt does not count against it. */
  "handed_back",
  /** A callback that was not applied, with what it said under `refused`. */
  "refused",
  /** Changed through GOBii's own job calls. */
  "edited",
  /** Settled jobs that are not to be kept any longer are gone, with all that belonged to them. */
  "jobs_removed",
  /** The database is a copy that lacks the last events of the one before: a failover to a standby that was behind. */
  "record_went_back",
  "digester_attached",
  "digester_detached",
  "digester_lost",
  "digester_found",
  "digester_draining",
  "digester_paused",
  "regulator_swapped",
  "template_saved",
  "template_renamed",
  "template_removed",
] as const;
export const EventType = z.enum(eventTypes);
export type EventType = z.infer<typeof EventType>;

/** Something that happened, kept for good. `seq` rises by one with each, over all jobs. */
export const Event = z.object({
  seq: z.number().int().positive(),
  at: z.iso.datetime(),
  type: EventType,
  /** Job id; null for what concerns no single job. */
  job: z.number().int().nullable(),
  key: z.string().nullable(),
  attempt: z.number().int().nullable(),
  digester: z.string().nullable(),
  /** Only where this event changed the job's status. */
  status: JobStatus.optional(),
  step: JobStep.optional(),
  gobiiStatus: GobiiStatusTerm.optional(),
  message: z.string().optional(),
  /** Who did it, where a person did. */
  by: z.string().optional(),
  /** Ids of the jobs that are gone. */
  removed: z.array(z.number().int()).optional(),
  /** The payload of a refused callback. */
  refused: z.record(z.string(), z.unknown()).optional(),
});
export type Event = z.infer<typeof Event>;

/**
 * What the event stream sends, each as `event: <kind>`.
 *
 * - `event` carries an id for replay, the event and the job after it.
 * - `progress` carries the job only, no id: it is not replayed, the next one supersedes it.
 * - `digesters` tells that the list of digesters or what they do has changed.
 * - `reset` tells that the gap is too old to replay: forget what you know and ask again.
 */
export const StreamMessage = z.discriminatedUnion("kind", [
  z.object({ kind: z.literal("event"), event: Event, job: JobSummary.nullable() }),
  z.object({ kind: z.literal("progress"), job: JobSummary }),
  z.object({ kind: z.literal("digesters") }),
  z.object({ kind: z.literal("reset") }),
]);
export type StreamMessage = z.infer<typeof StreamMessage>;
