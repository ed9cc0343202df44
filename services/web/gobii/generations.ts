import type { GobiiGeneration } from "../gobii-sessions.ts";

/**
 * What differs between the generations of GOBii's clients, one row each: V1.1 (2017), V2.1 (2019) and V2.2 (2021). Their
 * JSON reader refuses what it does not know, so each is answered in its own form and not a key more.
 */
export interface Generation {
  readonly id: GobiiGeneration;
  /** What answers name as `gobiiVersion`. */
  readonly version: string;
  /** The header has `pagination`, `maxGet`, `maxPost` and `maxPut`. */
  readonly paging: boolean;
  /** `dtoHeaderAuth` leaves out what is null. */
  readonly omitsNullAuth: boolean;
  /** List instructions have `columnsByTableName`, `jobPayloadType`, `gobiiJobStatus` and `logMessage`. */
  readonly jobKeys: boolean;
  /** An instruction that does not exist is an error; else it is an empty answer. */
  readonly missingFails: boolean;
  /** `configsettings` has keys that came with V2. */
  readonly extendedSettings: boolean;
  /** Java classes, as links name them. */
  readonly classes: {
    readonly instruction: string;
    readonly job: string;
    readonly settings: string;
    readonly filePreview: string;
  };
  readonly create: CreateRules;
}

/** How this generation's server looks at an instruction that it is to create. */
export interface CreateRules {
  /** Every element of the list is checked; else only the first. */
  readonly everyElement: boolean;
  /** A job is made of it, which needs a payload type, a contact and, for a matrix, a data set. */
  readonly needsJobFields: boolean;
  /** The list must not be empty, nor name a table twice. */
  readonly needsDistinctTables: boolean;
  /** What is said of an element without a path. */
  readonly missingPath: (which: "source" | "destination", index: number) => string;
  /** What is said of a name in use; `path` is where the instruction's file would be. */
  readonly exists: (name: string, path: string) => string;
}

const model = "org.gobiiproject.gobiimodel";

const V2Classes = {
  instruction: `${model}.dto.instructions.loader.LoaderInstructionFilesDTO`,
  job: `${model}.dto.noaudit.JobDTO`,
  settings: `${model}.dto.system.ConfigSettingsDTO`,
  filePreview: `${model}.dto.instructions.loader.LoaderFilePreviewDTO`,
};

const V2Create: CreateRules = {
  everyElement: false,
  needsJobFields: true,
  needsDistinctTables: false,
  // The second blank before "destination" is the original's.
  missingPath: (which) =>
    which === "source"
      ? "The file associated with instruction is missing the source file path"
      : "The file associated with instruction  is missing the destination file path",
  exists: (name) => `The specified loader job already exists: ${name}`,
};

export const generations: Readonly<Record<GobiiGeneration, Generation>> = {
  "v1.1": {
    id: "v1.1",
    version: "GOBII Server 1.1",
    paging: false,
    omitsNullAuth: false,
    jobKeys: false,
    missingFails: false,
    extendedSettings: false,
    classes: {
      instruction: `${model}.headerlesscontainer.LoaderInstructionFilesDTO`,
      job: `${model}.headerlesscontainer.JobDTO`,
      settings: `${model}.headerlesscontainer.ConfigSettingsDTO`,
      filePreview: `${model}.headerlesscontainer.LoaderFilePreviewDTO`,
    },
    create: {
      everyElement: true,
      needsJobFields: false,
      needsDistinctTables: false,
      missingPath: (which, index) =>
        `The file associated with instruction at index ${index} is missing the ${which} file path`,
      exists: (_name, path) => `The specified instruction file already exists: ${path}`,
    },
  },
  "v2.1": {
    id: "v2.1",
    version: "GOBII Server 2.1",
    paging: true,
    omitsNullAuth: false,
    jobKeys: true,
    missingFails: true,
    extendedSettings: true,
    classes: V2Classes,
    create: { ...V2Create, needsDistinctTables: true },
  },
  "v2.2": {
    id: "v2.2",
    version: "GOBII Server 2.2",
    paging: true,
    omitsNullAuth: true,
    jobKeys: true,
    missingFails: true,
    extendedSettings: true,
    classes: V2Classes,
    create: V2Create,
  },
};

/** Whom we take a client for that has not said anything yet. */
const assumed: GobiiGeneration = "v2.1";

/** What every generation can read: for the one call that comes before a client can have said what it is. */
export const commonForm: Generation = {
  ...generations[assumed],
  paging: false,
  extendedSettings: false,
};

/** Keys of a list instruction that V1.1 does not have. */
const V2Keys = ["columnsByTableName", "jobPayloadType", "gobiiJobStatus", "logMessage"];
const authKeys = ["userName", "password", "token", "gobiiCropType"];

/**
 * Tells a client's generation by what it sent: the shape of the instruction, then the keys of the header object. Where
 * nothing tells, as in a request typed by hand, it is what is remembered, if that fits the shape.
 *
 * @param header the request's `header`. @param item the first data item. @param remembered of the client's token.
 */
export function tellGeneration(
  header: unknown,
  item: unknown,
  remembered: GobiiGeneration | null,
): GobiiGeneration | null {
  if (isRecord(item)) {
    if (has(item, "procedure") || has(item, "gobiiLoaderProcedure")) return "v2.2";
    const list = item["gobiiLoaderInstructions"];
    if (Array.isArray(list)) {
      const elements: readonly unknown[] = list;
      if (elements.some((one) => isRecord(one) && V2Keys.some((key) => has(one, key)))) {
        return "v2.1";
      }
      const told = tellByHeader(header) ?? remembered;
      return told === "v2.2" ? "v2.1" : told;
    }
  }
  return tellByHeader(header) ?? remembered;
}

function tellByHeader(header: unknown): GobiiGeneration | null {
  if (!isRecord(header) || Object.keys(header).length === 0) return null;
  if (!has(header, "pagination")) return "v1.1";
  const auth = header["dtoHeaderAuth"];
  const namesAll = isRecord(auth) && authKeys.every((key) => has(auth, key));
  return namesAll ? "v2.1" : "v2.2";
}

/** The generation to answer in, when `remembered` is what this client's token is known for. */
export function generationOf(remembered: GobiiGeneration | null): Generation {
  return generations[remembered ?? assumed];
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

const has = (record: object, key: string): boolean => Object.hasOwn(record, key);
