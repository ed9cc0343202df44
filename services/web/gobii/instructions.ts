import { access } from "node:fs/promises";
import { basename, dirname, resolve } from "node:path";
import { AppError, coerceError } from "../../contract/errors.ts";
import type { StoredInstruction } from "../../contract/instruction.ts";
import { makeDirectory } from "../../gate/make-directory.ts";
import { fileLocations, type Crop } from "../crop.ts";
import { liesInside } from "../data-roots.ts";
import { submit } from "../jobs/submission.ts";
import type { Store } from "../store/store.ts";
import { checkCreate, checkedParts, partsOf, type PathFacts } from "./create-checks.ts";
import type { Outcome } from "./envelope.ts";
import { generationOf, generations, type CreateRules, type Generation } from "./generations.ts";
import { instructionItem, isReadableBy, readInstructionFile, toStored } from "./instruction-dto.ts";
import { failed, invalid, type StatusMessage } from "./status-message.ts";

/** `createInstruction`: an instruction is checked, kept and made a job, all before it is answered with success. */
export async function createInstruction(
  { store, crop }: { store: Store; crop: Crop },
  request: {
    readonly data: readonly unknown[];
    readonly generation: Generation;
    readonly user: string;
  },
  now: number,
): Promise<Outcome> {
  const { generation, user } = request;
  const rules = generation.create;
  const [file, ...others] = request.data.map((item) => readInstructionFile(item, generation));
  if (file === undefined || others.length > 0) return { failure: notOneItem };
  const { name, instruction } = file;

  const failure = await checkCreate(name, instruction, rules, pathFacts(store, crop));
  if (failure !== null) return { failure };
  const key = name ?? "";
  const inUse = failed(rules.exists(key, instructionPath(crop, key)));
  if ((await store.jobByKey(crop.name, key)) !== null) return { failure: inUse };

  const unmade = await makeDirectories(instruction, rules);
  if (unmade !== null) return { failure: unmade };
  const stored = toStored(instruction, crop.name);
  try {
    await submit(
      store,
      {
        crop: crop.name,
        key,
        instruction: stored,
        priority: crop.defaults?.priority ?? 0,
        labels: crop.defaults?.labels ?? [],
        held: crop.defaults?.hold ?? false,
        submittedBy: user,
        message: "Instruction file written by web services",
      },
      now,
    );
  } catch (thrown) {
    if (thrown instanceof AppError && thrown.code === "duplicate_key") return { failure: inUse };
    throw thrown;
  }
  return { status: 201, items: [instructionItem(key, stored, generation, null)] };
}

/**
 * Shows an instruction with the status of its job.
 *
 * @param remembered the generation the client is known for; null: the instruction's own is assumed.
 */
export async function showInstruction(
  { store, crop }: { store: Store; crop: Crop },
  name: string,
  remembered: Generation | null,
): Promise<{ outcome: Outcome; generation: Generation }> {
  const job = await store.jobByKey(crop.name, name);
  const instruction = job === null ? null : await store.instruction(job.id);
  const generation = remembered ?? ownGeneration(instruction);
  if (job === null || instruction === null) {
    return { outcome: missing(name, generation), generation };
  }
  if (!isReadableBy(instruction, generation)) {
    const failure: StatusMessage = {
      level: "ERROR",
      type: "ENTITY_DOES_NOT_EXIST",
      text: `The specified instruction file is not in the form that this client reads: ${name}`,
    };
    return { outcome: { failure }, generation };
  }
  const item = instructionItem(name, instruction, generation, job);
  return { outcome: { status: 201, items: [item] }, generation };
}

/** The generation whose form an instruction has. V2.1 demands a payload type, which V1.1 does not know. */
function ownGeneration(instruction: StoredInstruction | null): Generation {
  if (instruction === null) return generationOf(null);
  if (instruction.shape === "procedure") return generations["v2.2"];
  const [primary] = partsOf(instruction);
  return primary?.payloadType === null ? generations["v1.1"] : generations["v2.1"];
}

export const notOneItem = invalid(
  "MISSING_REQUIRED_VALUE",
  "Request payload data does not contain exactly one item",
);

function missing(name: string, generation: Generation): Outcome {
  if (!generation.missingFails) return { status: 201, items: [], version: null };
  const text = `The specified instruction file does not exist: ${name}`;
  return { failure: { level: "ERROR", type: "ENTITY_DOES_NOT_EXIST", text } };
}

/** Where GOBii would keep the instruction's file. Nothing is written there, but clients name it as a source. */
function instructionPath(crop: Crop, name: string): string {
  return `${fileLocations(crop).LOADER_INSTRUCTIONS}${name}.json`;
}

function pathFacts(store: Store, crop: Crop): PathFacts {
  return {
    inside: (path) => liesInside(crop, path),
    exists: async (path) => (await isOnDisk(path)) || (await isInstruction(store, crop, path)),
  };
}

async function isOnDisk(path: string): Promise<boolean> {
  try {
    await access(path);
    return true;
  } catch {
    return false;
  }
}

async function isInstruction(store: Store, crop: Crop, path: string): Promise<boolean> {
  const directory = resolve(fileLocations(crop).LOADER_INSTRUCTIONS);
  if (dirname(resolve(path)) !== directory || !path.endsWith(".json")) return false;
  const job = await store.jobByKey(crop.name, basename(path, ".json"));
  return job?.hasInstruction ?? false;
}

/** Makes what the original makes: the source where it is to be created, and the destination. */
async function makeDirectories(
  instruction: StoredInstruction,
  rules: CreateRules,
): Promise<StatusMessage | null> {
  const wanted = checkedParts(instruction, rules).flatMap((part) => [
    ...(part.createSource ? [part.source] : []),
    part.destination,
  ]);
  for (const path of new Set(wanted)) {
    if (path === null || (await isOnDisk(path))) continue;
    try {
      await makeDirectory(path);
    } catch (thrown) {
      return failed(`Unable to create directory ${path}: ${coerceError(thrown).message}`);
    }
  }
  return null;
}
