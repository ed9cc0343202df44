import { z } from "zod";
import { AppError, parseOrThrow } from "./errors.ts";
import {
  columnTypes,
  dataSetTypes,
  fileTypes,
  orientations,
  payloadTypeNames,
  progressStatusNames,
} from "./gobii-terms.ts";

/**
 * Loader instructions as they cross the wire, in the two body shapes that GOBii's generations know: a *list* of
 * instructions (V1.1 of 2017, V2.1 of 2019) and a *procedure* `{metadata, instructions}` (V2.2 of 2021).
 *
 * Reading follows Jackson, which the real clients were written against: ids may come as `6` or `"6"`, an absent key is
 * null, enums go by exact name or by position, unknown keys are ignored, `rcoord` is read as `rCoord`. What is parsed is
 * therefore the coerced form, and that is what is stored and read back.
 */

/** Jackson's `Integer`: a number, digits in a string, "" and absent as null; a fraction is cut off. */
export const integer = z
  .union(
    [
      z.number().refine((n) => Number.isSafeInteger(Math.trunc(n)), "expected an integer"),
      z.string().regex(/^\s*-?\d{0,15}\s*$/, "expected an integer"),
    ],
    { error: "expected an integer" },
  )
  .nullish()
  .transform((value) => {
    if (value === null || value === undefined) return null;
    if (typeof value === "number") return Math.trunc(value);
    const digits = value.trim();
    return digits === "" || digits === "-" ? null : Number(digits);
  });

const decimal = z
  .union([z.number(), z.string().regex(/^\s*-?\d*\.?\d*\s*$/, "expected a number")])
  .nullish()
  .transform((value) => {
    if (value === null || value === undefined) return null;
    if (typeof value === "number") return value;
    return value.trim() === "" ? null : Number(value);
  });

/** Whether a number is what stood in the JSON: larger integers have lost their last digits. */
const isExact = (value: number): boolean => !Number.isInteger(value) || Number.isSafeInteger(value);

/** Jackson's `String`: numbers and booleans become their text. */
export const text = z
  .union([z.string(), z.number().refine(isExact, "expected a text"), z.boolean()], {
    error: "expected a text",
  })
  .nullish()
  .transform((value) => (value === null || value === undefined ? null : String(value)));

/** Jackson's `boolean`: also its word, a number other than 0, and `""` for false. */
const flag = (fallback: boolean) =>
  z
    .union([z.boolean(), z.number(), z.enum(["true", "True", "false", "False", ""])], {
      error: "expected true or false",
    })
    .nullish()
    .transform((value) => {
      if (value === null || value === undefined) return fallback;
      return typeof value === "string" ? value.toLowerCase() === "true" : Boolean(value);
    });

/** Jackson's enum: the exact name or the position in the declaration. `fallback` stands for an absent key. */
function term<const T extends readonly [string, ...string[]]>(
  names: T,
  fallback: T[number] | null,
) {
  return z
    .union(
      [
        z.enum(names),
        z
          .number()
          .int()
          .min(0)
          .max(names.length - 1),
      ],
      {
        error: `expected one of ${names.join(", ")}`,
      },
    )
    .nullable()
    .optional()
    .transform((value): T[number] | null => {
      if (value === undefined) return fallback;
      if (value === null) return null;
      return typeof value === "number" ? (names[value] ?? null) : value;
    });
}

const IdAndName = z
  .object({ id: integer, name: text })
  .nullish()
  .transform((value) => value ?? { id: null, name: null });

/**
 * Formats whose rows are not lines of text that can be cut at the delimiter; the engine brings them into such rows. The
 * loaderUI does not know of them and never sends one.
 */
export const sourceFormats = [
  "KASP_LIST",
  "DART_ONE_ROW",
  "DART_TWO_ROW",
  "PLINK_PED",
  "PLINK_BED",
] as const;
export type SourceFormat = (typeof sourceFormats)[number];

const GobiiFile = z
  .object({
    source: text,
    destination: text,
    delimiter: text,
    gobiiFileType: term(fileTypes, null),
    requireDirectoriesToExist: flag(false),
    createSource: flag(true),
    /** Our own additions; absent in what GOBii's clients send, and absent when it is read back. */
    sourceFormat: z
      .enum(sourceFormats, { error: `expected one of ${sourceFormats.join(", ")}` })
      .optional(),
    /** Cells may stand in double quotes, in which delimiters are text; else a quote is a character like any other. */
    quotes: z.boolean().optional(),
  })
  .nullish()
  .transform(
    (value) =>
      value ?? {
        source: null,
        destination: null,
        delimiter: null,
        gobiiFileType: null,
        requireDirectoriesToExist: false,
        createSource: true,
      },
  );

/** `rcoord` and `ccoord` are read as well; `rCoord` and `cCoord` are written. */
function withCoordinateAliases(value: unknown): unknown {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return value;
  const column = value as Record<string, unknown>;
  return {
    ...column,
    rCoord: column["rCoord"] ?? column["rcoord"],
    cCoord: column["cCoord"] ?? column["ccoord"],
  };
}

const columnFields = {
  gobiiColumnType: term(columnTypes, null),
  rCoord: integer,
  cCoord: integer,
  name: text,
  filterFrom: text,
  filterTo: text,
  findText: text,
  replaceText: text,
  constantValue: text,
  index: text,
  subcolumn: flag(false),
  subcolumnDelimiter: text,
  metaDataId: text,
};

const ProcedureColumn = z.preprocess(withCoordinateAliases, z.object(columnFields));

const ListColumn = z.preprocess(
  withCoordinateAliases,
  z.object({
    ...columnFields,
    dataSetType: term(dataSetTypes, "IUPAC"),
    dataSetOrientationType: term(orientations, "MARKER_FAST"),
  }),
);

const VcfParameters = z
  .object({
    maf: decimal,
    minQ: decimal,
    minDp: decimal,
    removeIndels: flag(false),
    toIupac: flag(false),
  })
  .nullish()
  .transform(
    (value) => value ?? { maf: null, minQ: null, minDp: null, removeIndels: false, toIupac: false },
  );

const columnList = <T extends z.ZodType>(column: T) =>
  z
    .array(column)
    .nullish()
    .transform((value) => value ?? []);

/** One table of a list-shaped load (V1.1 and V2.1; V1.1 leaves the last four away). */
export const ListInstruction = z.object({
  gobiiFile: GobiiFile,
  table: text,
  gobiiFileColumns: columnList(ListColumn),
  vcfParameters: VcfParameters,
  dataSetId: integer,
  gobiiCropType: text,
  contactId: integer,
  contactEmail: text,
  qcCheck: flag(false),
  project: IdAndName,
  platform: IdAndName,
  dataSet: IdAndName,
  datasetType: IdAndName,
  mapset: IdAndName,
  experiment: IdAndName,
  columnsByTableName: z
    .record(z.string(), columnList(ListColumn))
    .nullish()
    .transform((value) => value ?? {}),
  jobPayloadType: term(payloadTypeNames, null),
  gobiiJobStatus: term(progressStatusNames, "CV_PROGRESSSTATUS_NOSTATUS"),
  logMessage: text,
});
export type ListInstruction = z.infer<typeof ListInstruction>;

/** The whole of a V2.2 load. */
export const Procedure = z.object({
  metadata: z.object({
    project: IdAndName,
    platform: IdAndName,
    experiment: IdAndName,
    datasetOrientationType: term(orientations, null),
    dataset: IdAndName,
    datasetType: IdAndName,
    mapset: IdAndName,
    gobiiFile: GobiiFile,
    gobiiCropType: text,
    jobPayloadType: term(payloadTypeNames, null),
    gobiiJobStatus: term(progressStatusNames, "CV_PROGRESSSTATUS_NOSTATUS"),
    contactId: integer,
    contactEmail: text,
    qcCheck: flag(false),
  }),
  instructions: z
    .array(z.object({ table: text, gobiiFileColumns: columnList(ProcedureColumn) }))
    .nullish()
    .transform((value) => value ?? []),
});
export type Procedure = z.infer<typeof Procedure>;

/** An instruction as stored under its key and as sent to a digester: coerced, in the shape it came in. */
export const StoredInstruction = z.discriminatedUnion("shape", [
  z.object({ shape: z.literal("list"), instructions: z.array(ListInstruction) }),
  z.object({ shape: z.literal("procedure"), procedure: Procedure }),
]);
export type StoredInstruction = z.infer<typeof StoredInstruction>;

/**
 * Bytes of the largest instruction, as JSON in its stored form: what web services keep, digesters take. Loaders write some
 * kilobytes.
 */
export const largestInstruction = 64 * 1024 * 1024;

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/**
 * Recognises an instruction in any of the forms in which people and programs keep it: the bare list, `{metadata,
 * instructions}`, `{instructions: […]}`, `{procedure: {…}}`, a data item or the whole posted envelope of the GOBii face.
 *
 * @throws AppError `invalid_instruction`, naming the place and what was expected there.
 */
export function readInstruction(json: unknown): StoredInstruction {
  const what = "The instruction";
  if (Array.isArray(json)) {
    return {
      shape: "list",
      instructions: parseOrThrow(z.array(ListInstruction), json, "invalid_instruction", what),
    };
  }
  if (isRecord(json)) {
    const payload = json["payload"];
    if (isRecord(payload) && Array.isArray(payload["data"])) {
      if (payload["data"].length !== 1) {
        throw new AppError(
          "invalid_instruction",
          "Request payload data does not contain exactly one item",
        );
      }
      return readInstruction(payload["data"][0]);
    }
    const procedure = json["procedure"] ?? json["gobiiLoaderProcedure"];
    if (isRecord(procedure)) return readProcedure(procedure, what);
    if (isRecord(json["metadata"])) return readProcedure(json, what);
    const list = json["gobiiLoaderInstructions"] ?? json["instructions"];
    if (Array.isArray(list)) return readInstruction(list);
  }
  throw new AppError(
    "invalid_instruction",
    "This is not a loader instruction: expected a list of table instructions, {metadata, instructions}, " +
      "or the object that the loader posts.",
  );
}

function readProcedure(json: unknown, what: string): StoredInstruction {
  return {
    shape: "procedure",
    procedure: parseOrThrow(Procedure, json, "invalid_instruction", what),
  };
}
