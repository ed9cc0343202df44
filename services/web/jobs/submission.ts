import { largestInstruction, type StoredInstruction } from "../../contract/instruction.ts";
import { AppError } from "../../contract/errors.ts";
import { isAllowedKey } from "../../contract/job.ts";
import type { Store } from "../store/store.ts";
import { gobiiFieldsOf } from "./gobii-fields.ts";
import { newJob } from "./job-model.ts";
import type { JobRecord } from "./job-record.ts";

/** An instruction on its way to become a job. */
export interface Submission {
  readonly crop: string;
  /** Null: one is made up from the time. */
  readonly key: string | null;
  readonly instruction: StoredInstruction;
  readonly priority?: number;
  /** What a digester must carry to be given it. */
  readonly labels?: readonly string[];
  readonly held?: boolean;
  readonly submittedBy?: string | null;
  readonly message?: string | null;
  readonly editOf?: string | null;
}

/**
 * Keeps an instruction and makes its job; both are on disk when the promise resolves.
 *
 * @param now milliseconds since 1970.
 * @throws AppError `bad_request` for a key with characters that are not allowed, `payload_too_large`, `duplicate_key`.
 */
export async function submit(
  store: Store,
  submission: Submission,
  now: number,
): Promise<JobRecord> {
  const { key } = submission;
  if (key !== null) return create(store, submission, key, now);
  return underTimeKey(store, submission.crop, now, (made) => create(store, submission, made, now));
}

/**
 * Makes a job that was given no name, under a key made up from the time.
 *
 * @param make is called with one key after the other, until it does not throw `duplicate_key`.
 */
export async function underTimeKey(
  store: Store,
  crop: string,
  now: number,
  make: (key: string) => Promise<JobRecord>,
): Promise<JobRecord> {
  for (let n = await firstFreeNumber(store, crop, now); ; n++) {
    try {
      return await make(timeKey(now, n));
    } catch (thrown) {
      // Another submission of the same second was quicker.
      if (!(thrown instanceof AppError) || thrown.code !== "duplicate_key") throw thrown;
    }
  }
}

async function create(
  store: Store,
  submission: Submission,
  key: string,
  now: number,
): Promise<JobRecord> {
  if (!isAllowedKey(key)) {
    throw new AppError(
      "bad_request",
      `The instruction file name contains characters that are not allowed: ${key}`,
      {
        hint: "Use letters, digits, dots, dashes and underscores, beginning with a letter or digit.",
      },
    );
  }
  const { instruction } = submission;
  requireTakable(instruction);
  const job = newJob(
    {
      key,
      crop: submission.crop,
      held: submission.held ?? false,
      priority: submission.priority ?? 0,
      labels: submission.labels ?? [],
      submittedBy: submission.submittedBy ?? null,
      message: submission.message ?? null,
      editOf: submission.editOf ?? null,
      tables: tablesOf(instruction),
      source: sourceOf(instruction),
      gobii: gobiiFieldsOf(instruction),
    },
    now,
  );
  return store.create(job, instruction);
}

/** What no digester would take would wait for ever. */
function requireTakable(instruction: StoredInstruction): void {
  const size = Buffer.byteLength(JSON.stringify(instruction));
  if (size <= largestInstruction) return;
  const text = `The instruction is larger than ${largestInstruction / 1024 / 1024} MB`;
  throw new AppError("payload_too_large", text);
}

async function firstFreeNumber(store: Store, crop: string, now: number): Promise<number> {
  let n = 1;
  while ((await store.jobByKey(crop, timeKey(now, n))) !== null) n++;
  return n;
}

const two = (value: number): string => String(value).padStart(2, "0");

/** `data_yyyyMMdd_HHmmss_NNN` in local time, as the loader names its own. */
function timeKey(now: number, n: number): string {
  const at = new Date(now);
  const day = `${at.getFullYear()}${two(at.getMonth() + 1)}${two(at.getDate())}`;
  const time = `${two(at.getHours())}${two(at.getMinutes())}${two(at.getSeconds())}`;
  return `data_${day}_${time}_${String(n).padStart(3, "0")}`;
}

function tablesOf(instruction: StoredInstruction): string[] {
  const list =
    instruction.shape === "list" ? instruction.instructions : instruction.procedure.instructions;
  return list.map((item) => item.table ?? "").filter((table) => table !== "");
}

function sourceOf(instruction: StoredInstruction): string | null {
  return instruction.shape === "list"
    ? (instruction.instructions[0]?.gobiiFile.source ?? null)
    : instruction.procedure.metadata.gobiiFile.source;
}
