import type { StoredInstruction } from "../../contract/instruction.ts";
import type { PayloadType } from "../../contract/gobii-terms.ts";
import { isAllowedKey } from "../../contract/job.ts";
import type { CreateRules } from "./generations.ts";
import { failed, invalid, type StatusMessage } from "./status-message.ts";

/** What the checks need to know of the file system. */
export interface PathFacts {
  /** Whether the path lies in the crop's data roots. */
  inside(path: string): Promise<boolean>;
  exists(path: string): Promise<boolean>;
}

/** What the checks look at: an element of the list, or the metadata of a procedure. */
export interface Part {
  readonly source: string | null;
  readonly destination: string | null;
  readonly requireDirectoriesToExist: boolean;
  readonly createSource: boolean;
  readonly payloadType: PayloadType | null;
  readonly datasetId: number | null;
  readonly contactId: number | null;
}

/** The parts of an instruction; at least one for a procedure. */
export function partsOf(instruction: StoredInstruction): Part[] {
  if (instruction.shape === "procedure") {
    const { metadata } = instruction.procedure;
    const { jobPayloadType: payloadType, contactId, dataset } = metadata;
    return [{ ...metadata.gobiiFile, payloadType, contactId, datasetId: dataset.id }];
  }
  // A data set under `dataSet.id` alone does not count for the original, and so not for its clients.
  return instruction.instructions.map((element) => ({
    ...element.gobiiFile,
    payloadType: element.jobPayloadType,
    contactId: element.contactId,
    datasetId: element.dataSetId,
  }));
}

/**
 * The parts that the original looks at, which are also those whose directories it makes.
 */
export function checkedParts(instruction: StoredInstruction, rules: CreateRules): Part[] {
  const parts = partsOf(instruction);
  return rules.everyElement ? parts : parts.slice(0, 1);
}

/**
 * The checks that an instruction passes before it is created, in the original's order; two are ours: no name that could
 * leave a directory, and no path outside the data roots (where the original would create it). The last check, whether
 * the name is in use, is the store's.
 *
 * @returns what to say of the first check that fails; null when all pass.
 */
export async function checkCreate(
  name: string | null,
  instruction: StoredInstruction,
  rules: CreateRules,
  paths: PathFacts,
): Promise<StatusMessage | null> {
  if (name === null || name === "") {
    return invalid(
      "MISSING_REQUIRED_VALUE",
      "The instruction file DTO is missing the instruction file name",
    );
  }
  if (!isAllowedKey(name)) {
    return invalid(
      "BAD_REQUEST",
      `The instruction file name contains characters that are not allowed: ${name}`,
    );
  }
  const checked = checkedParts(instruction, rules);
  return (
    checkList(instruction, rules) ??
    checkPathsGiven(checked, rules) ??
    (await checkInside(partsOf(instruction), paths)) ??
    (await checkExistence(checked, paths)) ??
    checkJobFields(name, checked[0], rules)
  );
}

function checkList(instruction: StoredInstruction, rules: CreateRules): StatusMessage | null {
  const tables =
    instruction.shape === "list" ? instruction.instructions.map((element) => element.table) : [];
  const [primary] = partsOf(instruction);
  if (rules.needsDistinctTables && primary === undefined) {
    return failed("The request does not contain any loader instruction. Index: 0, Size: 0");
  }
  if (rules.needsJobFields && primary?.payloadType === null) {
    return failed("The primary instruction does not have a payload type");
  }
  const named = tables.filter((table) => table !== null && table !== "");
  const repeated = named.find((table, index) => named.indexOf(table) !== index);
  if (rules.needsDistinctTables && repeated !== undefined) {
    return failed(`Duplicate key ${repeated}`);
  }
  return null;
}

function checkPathsGiven(parts: readonly Part[], rules: CreateRules): StatusMessage | null {
  for (const [index, part] of parts.entries()) {
    for (const which of ["source", "destination"] as const) {
      if (isMissing(part[which])) {
        return invalid("MISSING_REQUIRED_VALUE", rules.missingPath(which, index));
      }
    }
  }
  return null;
}

async function checkInside(
  parts: readonly Part[],
  paths: PathFacts,
): Promise<StatusMessage | null> {
  const verdicts = new Map<string, Promise<boolean>>();
  const inside = (path: string): Promise<boolean> => {
    const known = verdicts.get(path) ?? paths.inside(path);
    verdicts.set(path, known);
    return known;
  };
  for (const part of parts) {
    for (const which of ["source", "destination"] as const) {
      const path = part[which];
      if (!isMissing(path) && !(await inside(path))) {
        return invalid(
          "BAD_REQUEST",
          `The ${which} file path lies outside the data roots: ${path}`,
        );
      }
    }
  }
  return null;
}

async function checkExistence(
  parts: readonly Part[],
  paths: PathFacts,
): Promise<StatusMessage | null> {
  for (const part of parts) {
    const source = part.source ?? "";
    if (part.requireDirectoriesToExist) {
      const both = (await paths.exists(source)) && (await paths.exists(part.destination ?? ""));
      // The original names the source also where it is the destination that is missing.
      if (!both) {
        return invalid(
          "ENTITY_DOES_NOT_EXIST",
          `require-to-exist was set to true, but the source file path does not exist: ${source}`,
        );
      }
    }
    if (!part.createSource && !(await paths.exists(source))) {
      return invalid(
        "ENTITY_DOES_NOT_EXIST",
        `The load file was specified to exist, but does not exist: ${source}`,
      );
    }
  }
  return null;
}

function checkJobFields(
  name: string,
  primary: Part | undefined,
  rules: CreateRules,
): StatusMessage | null {
  if (!rules.needsJobFields || primary === undefined) return null;
  if (primary.payloadType === "CV_PAYLOADTYPE_MATRIX" && !isId(primary.datasetId)) {
    return failed(`The specified job has payload type MATRIX, but no dataset ID: ${name}`);
  }
  if (!isId(primary.contactId)) {
    return failed(`The specified job does not have a contact ID: ${name}`);
  }
  return null;
}

function isMissing(path: string | null): path is null | "" {
  return path === null || path === "";
}

function isId(id: number | null): boolean {
  return id !== null && id > 0;
}
