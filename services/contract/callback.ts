import { z } from "zod";
import { DigestSettings } from "./digest-settings.ts";
import { GobiiStatusTerm } from "./gobii-terms.ts";
import { StoredInstruction } from "./instruction.ts";
import { Job, JobStatus, JobStep } from "./job.ts";
import { DigestResult } from "./result.ts";

/**
 * What a digester tells the web service about a job: `PATCH {web}/api/callback/job/{id}`. Every patch names the digester
 * and the attempt that it speaks for, which is the fence: a patch from any attempt but the current one is answered 409.
 *
 * - *Claim*: `attempt` is the job's attempt + 1 and the job is submitted and not held. The job is then in progress.
 * - *Progress*: `attempt` is the job's, which is in progress on this digester. Renews the lease.
 * - *Publish*: as progress with `publish: true`; asked before files are moved into the destination.
 * - *Hand back*: `status: "submitted"`; the job goes back in line and the attempt does not count against it.
 * - *Settle*: `status` completed, failed or aborted. One that failed with `mayPass` is tried again later.
 */
export const JobPatch = z.object({
  digester: z.string().min(1).max(200),
  attempt: z.number().int().positive(),
  /** Its ordinal within the attempt, from 1: one that is delivered twice is applied once. Progress has none. */
  callback: z.number().int().positive().optional(),
  status: JobStatus.optional(),
  step: JobStep.optional(),
  gobiiStatus: GobiiStatusTerm.optional(),
  message: z.string().max(20_000).optional(),
  reason: z.string().max(20_000).optional(),
  progress: z.number().min(0).max(1).optional(),
  bytesRead: z.number().nonnegative().optional(),
  bytesTotal: z.number().nonnegative().optional(),
  publish: z.boolean().optional(),
  /** A failure that has nothing to do with the input, so that another try may go well. */
  mayPass: z.boolean().optional(),
  result: DigestResult.optional(),
});
export type JobPatch = z.infer<typeof JobPatch>;

/** The answer to a patch: the job, and whether a person wants it stopped. */
export const PatchAnswer = z.object({ job: Job, cancel: z.boolean() });
export type PatchAnswer = z.infer<typeof PatchAnswer>;

/**
 * `POST {web}/api/callback/batch`: patches of many jobs at once. Those of one job are applied in their order; when one of
 * them cannot be applied now, neither are those behind it. Each is read by itself, so that one which is wrong spoils no other.
 */
export const PatchBatch = z.object({
  patches: z.array(z.object({ job: z.number().int().positive(), patch: z.unknown() })).max(1000),
});
export type PatchBatch = z.infer<typeof PatchBatch>;

/** One answer for each patch, in their order, with the status that `PATCH job/{id}` has for it. */
export const PatchBatchAnswer = z.object({
  answers: z.array(
    z.object({
      status: z.number().int(),
      cancel: z.boolean().optional(),
      message: z.string().optional(),
    }),
  ),
});
export type PatchBatchAnswer = z.infer<typeof PatchBatchAnswer>;

/** `GET {web}/api/callback/job/{id}/earlier`: where completed loads of its crop left tables that bring names. */
export const EarlierLoads = z.object({
  /** The newest first. */
  loads: z.array(z.object({ destination: z.string(), tables: z.array(z.string()) })),
  /** There are older ones, which are left out. */
  more: z.boolean(),
});
export type EarlierLoads = z.infer<typeof EarlierLoads>;

/** `POST {web}/api/callback/job`: makes a job from outside, in the seed's words "creates a job described by the body". */
export const CallbackJob = z.object({
  key: z.string().optional(),
  crop: z.string().optional(),
  instruction: z.unknown(),
  priority: z.number().int().optional(),
  hold: z.boolean().optional(),
  submittedBy: z.string().optional(),
});
export type CallbackJob = z.infer<typeof CallbackJob>;

/** One unsettled job, with all that a digester needs to run it. `attempt` is the number to claim it with. */
export const UnsettledJob = z.object({
  job: z.number().int().positive(),
  key: z.string(),
  attempt: z.number().int().positive(),
  priority: z.number().int(),
  front: z.iso.datetime().nullable().default(null),
  submittedBy: z.string().nullable(),
  submittedAt: z.iso.datetime(),
  /** The digester that has it in its line, if any. */
  digester: z.string().nullable(),
  /** What a digester must carry to take it. */
  labels: z.array(z.string()).default([]),
  crop: z.string().optional(),
  settings: DigestSettings.optional(),
  instruction: StoredInstruction,
});
export type UnsettledJob = z.infer<typeof UnsettledJob>;

/** `GET {web}/api/callback/job?settled=false`. `cursor` continues a long listing; null at its end. */
export const UnsettledJobs = z.object({
  jobs: z.array(UnsettledJob),
  nextCursor: z.string().nullable(),
});
export type UnsettledJobs = z.infer<typeof UnsettledJobs>;
