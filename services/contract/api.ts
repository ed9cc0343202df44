import { z } from "zod";
import { AttachedDigester } from "./digester.ts";
import { Event } from "./event.ts";
import { ListInstruction, Procedure } from "./instruction.ts";
import { Job, JobStatus, JobSummary, Labels, Priority } from "./job.ts";
import { parseSearch, qualifiers, type JobSearch } from "./job-search.ts";

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
    /** What a digester must carry to be given it; those of the crop unless given. */
    labels: Labels.optional(),
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

/** What lists can be ordered by, each also downwards, with a dash in front. Jobs without a value come last. */
export const jobSortFields = [
  "id",
  "key",
  "status",
  "submittedBy",
  "digester",
  "crop",
  "priority",
  "attempt",
  "startedAt",
  "settledAt",
  "updatedAt",
] as const;
type JobSortField = (typeof jobSortFields)[number];
export type JobSort = JobSortField | `-${JobSortField}`;
export const jobSorts: readonly JobSort[] = jobSortFields.flatMap((field): JobSort[] => [
  field,
  `-${field}`,
]);
export const JobSort = z.enum(jobSorts);

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

/** A search in the language of `job-search.ts`. */
const Search = z
  .string()
  .max(2000)
  .transform((text, context): JobSearch => {
    const { terms, problems } = parseSearch(text);
    for (const { message } of problems) context.addIssue(message);
    return problems.length === 0 ? terms : z.NEVER;
  });

/** Query of `GET /jobs`. `status` may name several, separated by commas. */
export const JobQuery = z.object({
  status: StatusList.optional(),
  q: Search.optional().describe(
    `Terms such as status:failed, submitter:NAME or text, of which each is met; qualifiers are ${qualifiers.join(", ")}`,
  ),
  sort: z
    .enum([...jobSorts, "submittedAt", "-submittedAt"])
    .default("-id")
    .transform(toJobSort),
  limit: z.coerce.number().int().min(1).max(200).default(50),
  cursor: z.string().max(3000).optional(),
  offset: z.coerce
    .number()
    .int()
    .nonnegative()
    .max(100_000_000)
    .default(0)
    .describe("Jobs to pass over, counted from the cursor where there is one"),
});
export type JobQuery = z.infer<typeof JobQuery>;

export const JobList = z.object({
  jobs: z.array(JobSummary),
  total: z.number().int(),
  nextCursor: z.string().nullable(),
  /** Jobs by status over all, whatever the query asks for. */
  counts: z.record(JobStatus, z.number().int()),
  /** Instructions that the search has yet to look into: ask again, and more may match. */
  unsearched: z.number().int().default(0),
});
export type JobList = z.infer<typeof JobList>;

/** Query of `GET /jobs/facets`: the values that the jobs of a search have for each qualifier, or for one of them. */
export const FacetQuery = z.object({
  q: Search.optional(),
  only: z.enum(qualifiers).optional(),
  like: z.string().max(200).optional().describe("A part of the values"),
  limit: z.coerce.number().int().min(1).max(200).default(50),
});

/**
 * How many jobs have a value, the most frequent first. Each qualifier is counted over the jobs that meet all terms but its
 * own, so that it shows what else could be chosen. `more`: values beyond those listed.
 */
export const JobFacets = z.object({
  facets: z.array(
    z.object({
      qualifier: z.enum(qualifiers),
      values: z.array(z.object({ value: z.string(), count: z.number().int() })),
      more: z.number().int(),
    }),
  ),
});
export type JobFacets = z.infer<typeof JobFacets>;

export const JobEvents = z.object({ events: z.array(Event) });
export type JobEvents = z.infer<typeof JobEvents>;

/** `GET /events/latest`. */
export const LatestEventsQuery = z.object({
  limit: z.coerce.number().int().min(1).max(5000).default(300),
});

export const jobActions = ["requeue", "hold", "release", "cancel", "priority", "front"] as const;
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
        q: Search.optional(),
      })
      .optional(),
    /** Jobs that the filter names and that are not meant. */
    except: z.array(z.number().int().positive()).max(100_000).optional(),
    dryRun: z.boolean().default(false),
    by: z.string().max(200).optional(),
    priority: Priority.optional(),
  })
  .refine((body) => (body.ids === undefined) !== (body.filter === undefined), {
    error: "expected either ids or filter",
  });
export type BulkAction = z.infer<typeof BulkAction>;
/** What is sent: the filter as text. */
export type BulkActionBody = z.input<typeof BulkAction>;

/**
 * `matched`: jobs that the filter or list names; `done`: those on which the action was possible and done. A dry run does
 * nothing and tells instead on how many it is `possible`.
 */
export const BulkAnswer = z.object({
  matched: z.number().int(),
  done: z.number().int(),
  possible: z.number().int().optional(),
  /** Of those done, how many can be taken back, and with which token; absent where none can. */
  undo: z.object({ token: z.string(), jobs: z.number().int() }).optional(),
});
export type BulkAnswer = z.infer<typeof BulkAnswer>;

/** `POST /jobs/undo`: takes back what a bulk action did, where nothing has come of it since. */
export const UndoRequest = z.object({
  token: z.string().max(100),
  by: z.string().max(200).optional(),
});
export type UndoRequest = z.infer<typeof UndoRequest>;

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
