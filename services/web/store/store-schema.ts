import { z } from "zod";
import { AppError, describeIssues } from "../../contract/errors.ts";
import { Event } from "../../contract/event.ts";
import { GobiiStatusTerm } from "../../contract/gobii-terms.ts";
import type { StoredInstruction } from "../../contract/instruction.ts";
import { FailureKind, JobStatus, JobStep } from "../../contract/job.ts";
import { DigestResult } from "../../contract/result.ts";
import type * as model from "../jobs/job-record.ts";

/**
 * What stands in the store's files. A field added later needs a `.default()` here, since files written before lack it; a
 * change of meaning needs a new `storeVersion` and a step that brings old files to it.
 */
export const storeVersion = 1;

export const JobRecord: z.ZodType<model.JobRecord> = z.object({
  id: z.number().int().positive(),
  key: z.string(),
  crop: z.string(),
  status: JobStatus,
  step: JobStep,
  gobiiStatus: GobiiStatusTerm,
  message: z.string().nullable(),
  held: z.boolean(),
  priority: z.number(),
  front: z.number().nullable().default(null),
  attempt: z.number(),
  callback: z.number(),
  digester: z.string().nullable(),
  tables: z.array(z.string()),
  source: z.string().nullable(),
  labels: z.array(z.string()).default([]),
  submittedBy: z.string().nullable(),
  submittedAt: z.number(),
  startedAt: z.number().nullable(),
  settledAt: z.number().nullable(),
  updatedAt: z.number(),
  result: DigestResult.nullable(),
  losses: z.number(),
  failures: z.number().default(0),
  failure: FailureKind.nullable().default(null),
  retry: z.object({ at: z.number(), why: z.string(), tries: z.number() }).nullable().default(null),
  cancelledBy: z.string().nullable(),
  publishing: z.boolean(),
  hasInstruction: z.boolean(),
  editOf: z.string().nullable(),
  gobii: z.object({
    type: z.string(),
    payloadType: z.string().nullable(),
    contactId: z.number().nullable(),
    datasetIds: z.array(z.number().nullable()).nullable(),
  }),
  reason: z.string().nullable(),
  progress: z.number().nullable(),
  bytesRead: z.number().nullable(),
  bytesTotal: z.number().nullable(),
  leaseUntil: z.number().nullable(),
});

const HasShape = z.looseObject({ shape: z.enum(["list", "procedure"]) });

/** Its own schema has read it from the wire and would change it if it read it again. */
export const Instruction = z.custom<StoredInstruction>(
  (value) => HasShape.safeParse(value).success,
  "expected an instruction",
);

/** A line of the journal: one change, whole, numbered by one more than the change before. */
export const Entry = z.object({
  entry: z.number().int().positive(),
  /** The job after it. */
  job: JobRecord.optional(),
  /** Of a new job. */
  instruction: Instruction.optional(),
  events: z.array(Event).optional(),
  /** Jobs that are gone with it, and with everything that was known of them. */
  removed: z.array(z.number().int()).optional(),
  /** No value: the setting was removed. */
  setting: z.object({ name: z.string(), value: z.unknown().optional() }).optional(),
});
export type Entry = z.infer<typeof Entry>;

/** The first line of a snapshot. */
export const SnapshotHeader = z.object({
  version: z.number().int(),
  /** The journal whose changes follow. */
  journal: z.number().int().positive(),
  /** The last change that is in it, and the last numbers that were given. */
  entry: z.number().int(),
  lastId: z.number().int(),
  lastSeq: z.number().int(),
  /** Lines that follow. */
  lines: z.number().int(),
  settings: z.array(z.object({ name: z.string(), value: z.unknown() })),
  /** Jobs that are gone, which the archive has not been told yet. */
  removed: z.array(z.number().int()).default([]),
});
export type SnapshotHeader = z.infer<typeof SnapshotHeader>;

/** A further line of a snapshot: what of a job is not in the archive. */
export const SnapshotLine = z.object({
  id: z.number().int(),
  entry: z.number().int(),
  job: JobRecord.nullable(),
  instruction: Instruction.nullable(),
  events: z.array(Event),
});
export type SnapshotLine = z.infer<typeof SnapshotLine>;

/** A line of the archive. */
export const ArchiveRecord = z.discriminatedUnion("kind", [
  z.object({ kind: z.literal("instruction"), id: z.number().int(), instruction: Instruction }),
  z.object({
    kind: z.literal("sealed"),
    /** `noJob` for events that concern no single job. */
    id: z.number().int(),
    /** The last change of this job, or event of it, that is in the archive with this line. */
    entry: z.number().int(),
    /** Null when only events were added. */
    job: JobRecord.nullable(),
    /** Those since the line before. */
    events: z.array(Event),
  }),
  /** What stands of these jobs before it is not there any more. */
  z.object({ kind: z.literal("removed"), id: z.literal(0), jobs: z.array(z.number().int()) }),
]);
export type ArchiveRecord = z.infer<typeof ArchiveRecord>;

const place = { offset: z.number().int(), length: z.number().int(), id: z.number().int() };

/** A line of an archive's index: where a line of the archive is, and what lists need of it. */
export const IndexLine = z.discriminatedUnion("kind", [
  z.object({ kind: z.literal("instruction"), ...place }),
  z.object({
    kind: z.literal("sealed"),
    ...place,
    entry: z.number().int(),
    /** Without its result. */
    job: JobRecord.nullable(),
    hasResult: z.boolean(),
    events: z.number().int(),
  }),
  z.object({ kind: z.literal("removed"), ...place, jobs: z.array(z.number().int()) }),
]);
export type IndexLine = z.infer<typeof IndexLine>;

/**
 * Reads what a line holds. Its checksum was right, so what does not fit was written by another version of the product,
 * and must not be touched.
 *
 * @param path of the file, for the message.
 * @throws AppError `unavailable`.
 */
export function readAs<T>(schema: z.ZodType<T>, data: unknown, path: string): T {
  const parsed = schema.safeParse(data);
  if (parsed.success) return parsed.data;
  throw otherVersion(path, describeIssues(parsed.error));
}

export function otherVersion(path: string, details: readonly string[]): AppError {
  return new AppError("unavailable", `${path} was written by another version of this product.`, {
    hint: "Start the version that wrote it, or restore the store's folder from a backup.",
    details,
  });
}
