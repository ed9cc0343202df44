import { isDeepStrictEqual } from "node:util";
import { isAbsolute } from "node:path";
import { AppError } from "../../contract/errors.ts";
import type { StoredInstruction } from "../../contract/instruction.ts";
import { cropNameOf } from "../../contract/load.ts";
import type { Crop } from "../crop.ts";
import { liesInside } from "../data-roots.ts";
import type { Store } from "../store/store.ts";
import { pathsOf, type InstructionPath } from "./instruction-paths.ts";
import type { JobRecord } from "./job-record.ts";
import { submit, type Submission } from "./submission.ts";

/** @throws AppError `bad_request` naming the crops there are. */
export function cropNamed(crops: readonly Crop[], name: string | undefined): Crop {
  const crop = name === undefined ? crops[0] : crops.find((known) => known.name === name);
  if (crop !== undefined) return crop;
  const known = crops.map((one) => one.name).join(", ");
  throw new AppError("bad_request", `There is no crop "${name ?? ""}"; there are: ${known}.`);
}

/**
 * The crop of an instruction: the one that is named beside it, else the one that it names itself, where there is one of that
 * name; else the first.
 *
 * @throws AppError `bad_request`.
 */
export function cropOf(
  crops: readonly Crop[],
  name: string | undefined,
  instruction: StoredInstruction,
): Crop {
  if (name !== undefined) return cropNamed(crops, name);
  const own = cropNameOf(instruction)?.toLowerCase();
  return crops.find((crop) => crop.name.toLowerCase() === own) ?? cropNamed(crops, undefined);
}

/**
 * Keeps an instruction and makes its job, once: the same key with an equal instruction is the same job, so a caller that
 * did not get the answer may ask again.
 *
 * @throws AppError `invalid_instruction` when it has no table, or reads or writes outside the crop's data roots;
 * `duplicate_key` when the key has another instruction.
 */
export async function submitOnce(
  store: Store,
  crop: Crop,
  submission: Omit<Submission, "crop">,
  now: number,
): Promise<JobRecord> {
  const { key, instruction } = submission;
  requireTables(instruction);
  await requireInside(crop, instruction);
  try {
    return await submit(store, { ...submission, crop: crop.name }, now);
  } catch (thrown) {
    if (key === null || !(thrown instanceof AppError) || thrown.code !== "duplicate_key") {
      throw thrown;
    }
    const job = await store.jobByKey(crop.name, key);
    const stored = job === null ? null : await store.instruction(job.id);
    if (job === null || !isDeepStrictEqual(stored, instruction)) throw thrown;
    return job;
  }
}

/**
 * A job by its key, in the order of the crops, or else by its number.
 *
 * @throws AppError `not_found`.
 */
export async function findJob(
  store: Store,
  crops: readonly Crop[],
  name: string,
): Promise<JobRecord> {
  for (const crop of crops) {
    const job = await store.jobByKey(crop.name, name);
    if (job !== null) return job;
  }
  const job = /^[1-9]\d{0,14}$/.test(name) ? await store.job(Number(name)) : null;
  if (job !== null) return job;
  const events = await store.events(null);
  const removal = events.findLast(({ removed }) => removed?.includes(Number(name)));
  if (removal === undefined) throw new AppError("not_found", `There is no job "${name}".`);
  const on = removal.at.slice(0, 10);
  throw new AppError("not_found", `Job ${name} was removed on ${on}. ${removal.message ?? ""}`);
}

function requireTables(instruction: StoredInstruction): void {
  const tables =
    instruction.shape === "list" ? instruction.instructions : instruction.procedure.instructions;
  if (tables.length > 0) return;
  throw new AppError("invalid_instruction", "The instruction names no table: nothing to digest.");
}

/** @throws AppError `invalid_instruction` naming each path that is missing, relative or outside the crop's data roots. */
export async function requireInside(crop: Crop, instruction: StoredInstruction): Promise<void> {
  const problems = await Promise.all(pathsOf(instruction).map((place) => problemOf(crop, place)));
  const details = problems.filter((problem) => problem !== null);
  const [first] = details;
  if (first === undefined) return;
  throw new AppError("invalid_instruction", first, {
    details,
    hint: `Data roots of ${crop.name}: ${crop.dataRoots.join(", ")}`,
  });
}

/** @throws AppError `bad_request` for a file that is named by a relative path or lies outside the crop's data roots. */
export async function requireFileInside(crop: Crop, path: string): Promise<void> {
  if (isAbsolute(path) && (await liesInside(crop, path))) return;
  const what = isAbsolute(path) ? "lies outside the data roots" : "is a relative path";
  throw new AppError("bad_request", `path: the file ${what}: ${path}`, {
    hint: `Data roots of ${crop.name}: ${crop.dataRoots.join(", ")}`,
  });
}

async function problemOf(
  crop: Crop,
  { role, field, path }: InstructionPath,
): Promise<string | null> {
  if (path === "") return `${field}: the ${role} is missing`;
  if (!isAbsolute(path)) return `${field}: the ${role} is a relative path: ${path}`;
  if (await liesInside(crop, path)) return null;
  return `${field}: the ${role} lies outside the data roots: ${path}`;
}
