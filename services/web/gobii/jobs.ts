import { AppError } from "../../contract/errors.ts";
import type { Crop } from "../crop.ts";
import { newJob } from "../jobs/job-model.ts";
import type { JobRecord, NewJob } from "../jobs/job-record.ts";
import { underTimeKey } from "../jobs/submission.ts";
import { jobPages } from "../store/job-pages.ts";
import type { Store } from "../store/store.ts";
import type { Outcome } from "./envelope.ts";
import type { Generation } from "./generations.ts";
import { notOneItem } from "./instructions.ts";
import { jobItem, readJobDto, toEdit, type GobiiEdit, type JobDto } from "./job-dto.ts";
import { replaceByGobii, withoutInstruction } from "./replace-by-gobii.ts";
import { failed, invalid, type StatusMessage } from "./status-message.ts";

interface Place {
  readonly store: Store;
  readonly crop: Crop;
}

interface Posted {
  readonly data: readonly unknown[];
  readonly generation: Generation;
  readonly user: string;
}

const pageSize = 5_000;

/** `GET jobs`: all of the crop, oldest first. */
export async function listJobs({ store, crop }: Place, generation: Generation): Promise<Outcome> {
  const jobs: JobRecord[] = [];
  const all = jobPages(store, { crop: crop.name, sort: "id", limit: pageSize });
  for await (const page of all) jobs.push(...page.jobs);
  return { status: 201, items: jobs.map((job) => jobItem(job, generation)) };
}

/** `GET jobs/{name or id}`; an unknown one is an empty answer, and no error. */
export async function showJob(
  place: Place,
  nameOrId: string,
  generation: Generation,
): Promise<Outcome> {
  const job = await findJob(place, nameOrId);
  return { status: 201, items: job === null ? [] : [jobItem(job, generation)] };
}

/** Links name jobs by id, everything else by name, so both are taken; the name first, should a name be a number. */
async function findJob({ store, crop }: Place, nameOrId: string): Promise<JobRecord | null> {
  const byName = await store.jobByKey(crop.name, nameOrId);
  if (byName !== null || !/^\d{1,15}$/.test(nameOrId)) return byName;
  const byId = await store.job(Number(nameOrId));
  return byId?.crop === crop.name ? byId : null;
}

/** `PUT jobs/{name or id}`. Many at once on one job all succeed, one after the other. */
export async function replaceJob(
  place: Place,
  nameOrId: string,
  { data, generation, user }: Posted,
  now: number,
): Promise<Outcome> {
  const [dto, ...others] = data.map(readJobDto);
  if (dto === undefined || others.length > 0) return { failure: notOneItem };
  const job = await findJob(place, nameOrId);
  const mismatch = checkIsSame(dto, nameOrId, job);
  if (mismatch !== null) return { failure: mismatch };
  if (job === null) return { failure: noSuchJob(dto, nameOrId) };
  const read = toEdit(dto);
  if ("failure" in read) return read;
  const replaced = await place.store.update(job.id, (current) =>
    replaceByGobii(current, read.edit, user, now),
  );
  return { status: 200, items: [jobItem(replaced, generation)] };
}

function checkIsSame(dto: JobDto, nameOrId: string, job: JobRecord | null): StatusMessage | null {
  if (dto.jobName === null || dto.jobName === nameOrId || dto.jobName === job?.key) return null;
  return invalid(
    "BAD_REQUEST",
    `The jobId specified in the dto (${dto.jobId}) does not match the jobId passed as a parameter (${nameOrId})`,
  );
}

function noSuchJob(dto: JobDto, nameOrId: string): StatusMessage {
  return invalid(
    "BAD_REQUEST",
    `The job name specified in the dto (${dto.jobName}) does not match the job name passed as a parameter (${nameOrId})`,
  );
}

/** `POST jobs`: a job that has no instruction, whose client moves it by PUT. */
export async function createJob(
  { store, crop }: Place,
  { data, generation, user }: Posted,
  now: number,
): Promise<Outcome> {
  const [dto, ...others] = data.map(readJobDto);
  if (dto === undefined || others.length > 0) return { failure: notOneItem };
  const read = toEdit(dto);
  if ("failure" in read) return read;
  const name = dto.jobName ?? "";
  const failure = checkNewJob(dto, name);
  if (failure !== null) return { failure };

  const create = (key: string): Promise<JobRecord> =>
    store.create(recordOf(key, crop, dto, read.edit, user, now), null);
  try {
    const made =
      name === "" ? await underTimeKey(store, crop.name, now, create) : await create(name);
    const job = await store.update(made.id, (current) =>
      replaceByGobii(current, read.edit, user, now),
    );
    return { status: 201, items: [jobItem(job, generation)] };
  } catch (thrown) {
    if (!(thrown instanceof AppError) || thrown.code !== "duplicate_key") throw thrown;
    return { failure: failed(`The specified job already exists: ${name}`) };
  }
}

function checkNewJob(dto: JobDto, name: string): StatusMessage | null {
  if (!isAllowedName(name)) {
    return invalid("BAD_REQUEST", `The job name contains characters that are not allowed: ${name}`);
  }
  if (dto.type === null) return failed("The job does not have a type");
  if (dto.payloadType === null) return failed("The job does not have a payload type");
  if (dto.payloadType !== "matrix") return null;
  if (dto.datasetIds === null) {
    return invalid("BAD_REQUEST", `Missing dataset ID for job: ${name} with payload type matrix.`);
  }
  const ids = dto.datasetIds ?? [];
  const [first] = ids;
  if (dto.type === "analysis" || (first !== undefined && first !== null && first > 0)) return null;
  return failed(`Matrix load job does not have a dataset id: [${ids.map(String).join(", ")}]`);
}

/** Wider than an instruction's, which may become a file's: GOBii's own clients put colons and blanks in it. */
function isAllowedName(name: string): boolean {
  return name.length <= 200 && /^[^\p{Cc}\p{Cs}/\\]*$/u.test(name);
}

/** A waiting job; the status that its client gives it follows as the first edit. */
function recordOf(
  key: string,
  crop: Crop,
  dto: JobDto,
  edit: GobiiEdit,
  user: string,
  now: number,
): NewJob {
  const { type, payloadType, contactId, datasetIds, message } = edit;
  return {
    ...newJob(
      {
        key,
        crop: crop.name,
        hasInstruction: false,
        submittedBy: user,
        message,
        gobii: { type: type ?? "load", payloadType, contactId, datasetIds: datasetIds ?? [] },
      },
      dto.submittedDate ?? now,
    ),
    reason: withoutInstruction,
    updatedAt: now,
  };
}
