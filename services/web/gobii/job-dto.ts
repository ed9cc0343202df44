import { z } from "zod";
import { gobiiStatuses, payloadTypes, type GobiiStatus } from "../../contract/gobii-terms.ts";
import { parseOrThrow } from "../../contract/errors.ts";
import { integer, text } from "../../contract/instruction.ts";
import type { JobRecord } from "../jobs/job-record.ts";
import type { Item } from "./envelope.ts";
import type { Generation } from "./generations.ts";
import { failed, type StatusMessage } from "./status-message.ts";

/** The last millisecond of the year 9999, after which no date has four digits for its year. */
const endOfTime = 253_402_300_799_999;

/** Jackson's `Date`: milliseconds since 1970, as a number or digits, or a date in ISO 8601. */
const date = z
  .union([z.number(), z.string()])
  .nullish()
  .transform((value, context): number | null => {
    if (value === null || value === undefined || value === "") return null;
    const time =
      typeof value === "number" ? value : /^\d+$/.test(value) ? Number(value) : Date.parse(value);
    if (time >= 0 && time <= endOfTime) return Math.trunc(time);
    context.issues.push({ code: "custom", message: "expected a date", input: value });
    return z.NEVER;
  });

const JobDto = z.object({
  jobId: integer,
  jobName: text,
  type: text,
  payloadType: text,
  status: text,
  message: text,
  submittedBy: integer,
  submittedDate: date,
  datasetIds: z.array(integer).nullable().optional(),
});
/** GOBii's JobDTO as a client sent it. `datasetIds` is undefined where the client did not send the key. */
export type JobDto = z.infer<typeof JobDto>;

/** @throws AppError `bad_request` where a field is of the wrong kind. */
export function readJobDto(item: unknown): JobDto {
  return parseOrThrow(JobDto, item, "bad_request", "The job");
}

/** Terms of cv group `job_type`. */
const jobTypes = ["load", "extract", "analysis"];
const payloadTerms: readonly string[] = Object.values(payloadTypes);

/** What a client wants a job to be, in terms that exist. Null: it does not say. */
export interface GobiiEdit {
  readonly type: string | null;
  readonly payloadType: string | null;
  readonly status: GobiiStatus | null;
  readonly message: string | null;
  readonly contactId: number | null;
  readonly datasetIds: readonly (number | null)[] | null;
}

/**
 * Takes the terms of a JobDTO, where the reference's database looks them up in its cv table and refuses what is not
 * there. `submitted`, the word of GOBii's newer pages, is `pending`.
 */
export function toEdit(
  dto: JobDto,
): { readonly edit: GobiiEdit } | { readonly failure: StatusMessage } {
  const { type, payloadType, message } = dto;
  if (type !== null && !jobTypes.includes(type)) return unknownTerm("job type", type);
  if (payloadType !== null && !payloadTerms.includes(payloadType)) {
    return unknownTerm("payload type", payloadType);
  }
  const status = dto.status === null ? null : statusOf(dto.status);
  if (status === undefined) return unknownTerm("job status", dto.status ?? "");
  const datasetIds = dto.datasetIds ?? null;
  return {
    edit: { type, payloadType, status, message, contactId: dto.submittedBy, datasetIds },
  };
}

function statusOf(term: string): GobiiStatus | undefined {
  if (term === "submitted") return "pending";
  if (term === "no_status") return undefined;
  return gobiiStatuses.find((known) => known === term);
}

function unknownTerm(group: string, term: string): { readonly failure: StatusMessage } {
  return { failure: failed(`The ${group} does not exist: ${term}`) };
}

/** The data item that shows a job. */
export function jobItem(job: JobRecord, generation: Generation): Item {
  return {
    dto: {
      allowedProcessTypes: ["READ", "UPDATE"],
      jobId: job.id,
      jobName: job.key,
      type: job.gobii.type,
      payloadType: job.gobii.payloadType,
      status: job.gobiiStatus,
      message: job.message,
      submittedBy: job.gobii.contactId,
      submittedDate: job.submittedAt,
      datasetIds: job.gobii.datasetIds ?? [],
      id: job.id,
    },
    path: `jobs/${job.id}`,
    javaClass: generation.classes.job,
    linkId: String(job.id),
  };
}
