import { z } from "zod";
import { AttachedDigester } from "./digester.ts";
import { Event } from "./event.ts";
import { ListInstruction, Procedure } from "./instruction.ts";
import { Job, JobStatus, JobSummary, Priority } from "./job.ts";

/**
 * Bodies of the own API, `/api/v1`, that are not a resource by themselves.
 */

/** `POST /instructions`. The instruction stands under `instructions` (list) or `procedure` (V2.2). */
export const SubmitRequest = z
  .looseObject({
    key: z.string().optional(),
    crop: z.string().optional(),
    instructions: z.array(z.unknown()).optional(),
    procedure: z.looseObject({}).optional(),
    priority: Priority.optional(),
    hold: z.boolean().optional(),
    submittedBy: z.string().max(200).optional(),
    /** The key of the instruction that this one is an edit of. */
    editOf: z.string().optional(),
  })
  .refine((body) => body.instructions !== undefined || body.procedure !== undefined, {
    error: "expected instructions: […] or procedure: {…}",
  });
export type SubmitRequest = z.infer<typeof SubmitRequest>;

export const SubmitAnswer = z.object({ key: z.string(), job: Job });
export type SubmitAnswer = z.infer<typeof SubmitAnswer>;

/** `GET /instructions/{key}`: the instruction as stored, under the name of its shape. */
export const InstructionAnswer = z.object({
  key: z.string(),
  crop: z.string(),
  editOf: z.string().nullable(),
  instructions: z.array(ListInstruction).optional(),
  procedure: Procedure.optional(),
});
export type InstructionAnswer = z.infer<typeof InstructionAnswer>;

export const jobSorts = [
  "-id",
  "id",
  "-updatedAt",
  "updatedAt",
  "-priority",
  "priority",
  "key",
  "-key",
] as const;
export const JobSort = z.enum(jobSorts);
export type JobSort = z.infer<typeof JobSort>;

/** Numbers are given in the order of submission. */
function toJobSort(sort: JobSort | "submittedAt" | "-submittedAt"): JobSort {
  switch (sort) {
    case "submittedAt":
      return "id";
    case "-submittedAt":
      return "-id";
    default:
      return sort;
  }
}

const StatusList = z
  .string()
  .transform((value) => value.split(",").filter((part) => part !== ""))
  .pipe(z.array(JobStatus));

/** Query of `GET /jobs`. `status` may name several, separated by commas; `q` is looked for in key, reason and source. */
export const JobQuery = z.object({
  status: StatusList.optional(),
  q: z.string().max(500).optional(),
  sort: z
    .enum([...jobSorts, "submittedAt", "-submittedAt"])
    .default("-id")
    .transform(toJobSort),
  limit: z.coerce.number().int().min(1).max(200).default(50),
  cursor: z.string().max(200).optional(),
});
export type JobQuery = z.infer<typeof JobQuery>;

export const JobList = z.object({
  jobs: z.array(JobSummary),
  total: z.number().int(),
  nextCursor: z.string().nullable(),
  /** Jobs by status over all, whatever the query asks for. */
  counts: z.record(JobStatus, z.number().int()),
});
export type JobList = z.infer<typeof JobList>;

export const JobEvents = z.object({ events: z.array(Event) });
export type JobEvents = z.infer<typeof JobEvents>;

export const jobActions = ["requeue", "hold", "release", "cancel", "priority"] as const;
export const JobAction = z.enum(jobActions);
export type JobAction = z.infer<typeof JobAction>;

/** Body of a single action: who does it and, for `priority`, the new value. */
export const ActionBody = z.object({
  by: z.string().max(200).optional(),
  why: z.string().max(2000).optional(),
  priority: Priority.optional(),
});
export type ActionBody = z.infer<typeof ActionBody>;

/** `POST /jobs/actions`: one action on many jobs, by ids or by the filter of `GET /jobs`. */
export const BulkAction = z
  .object({
    action: JobAction,
    ids: z.array(z.number().int().positive()).max(100_000).optional(),
    filter: z
      .object({
        status: z.union([z.array(JobStatus), StatusList]).optional(),
        q: z.string().max(500).optional(),
      })
      .optional(),
    dryRun: z.boolean().default(false),
    by: z.string().max(200).optional(),
    priority: Priority.optional(),
  })
  .refine((body) => (body.ids === undefined) !== (body.filter === undefined), {
    error: "expected either ids or filter",
  });
export type BulkAction = z.infer<typeof BulkAction>;

/**
 * `matched`: jobs that the filter or list names; `done`: those on which the action was possible and done. A dry run does
 * nothing and tells instead on how many it is `possible`.
 */
export const BulkAnswer = z.object({
  matched: z.number().int(),
  done: z.number().int(),
  possible: z.number().int().optional(),
});
export type BulkAnswer = z.infer<typeof BulkAnswer>;

export const DigesterList = z.object({ digesters: z.array(AttachedDigester) });
export type DigesterList = z.infer<typeof DigesterList>;

/** `GET /about`: what the console needs to know of the place it is in. */
export const About = z.object({
  version: z.string(),
  startedAt: z.iso.datetime(),
  crops: z.array(z.object({ name: z.string(), dataRoots: z.array(z.string()) })),
  gobiiUrl: z.string(),
});
export type About = z.infer<typeof About>;
