import { z } from "zod";
import { EarlierLoads } from "./callback.ts";
import { DigestSettings } from "./digest-settings.ts";
import { dataSetTypes, orientations } from "./gobii-terms.ts";
import {
  readInstruction,
  sourceFormats,
  type SourceFormat,
  type StoredInstruction,
} from "./instruction.ts";
import { DigestProblem, MatrixSummary, TableValidation } from "./result.ts";

/**
 * Formats of source files that are recognised, with what people call them, in the order in which they are offered.
 * `SourceFormat` of `instruction.ts` are those among them that an instruction has to name, because their rows are not lines of
 * text that can be cut at a delimiter.
 */
export const formatNames = {
  HAPMAP: "HapMap",
  VCF: "VCF",
  TWO_LETTER_MATRIX: "Two-letter matrix",
  IUPAC_MATRIX: "IUPAC matrix",
  SSR_MATRIX: "SSR allele sizes",
  NUMBER_MATRIX: "Matrix of numbers",
  KASP_GRID: "KASP or Intertek grid",
  KASP_LIST: "KASP result list",
  DART_ONE_ROW: "DArTseq, one row",
  DART_TWO_ROW: "DArTseq, two rows",
  SILICO_DART: "SilicoDArT",
  PLINK_PED: "PLINK .ped",
  PLINK_BED: "PLINK .bed",
  MARKER_LIST: "Marker list",
  SAMPLE_LIST: "Sample list",
  DELIMITED: "Some other delimited file",
} as const;
export type FileFormat = keyof typeof formatNames;
const isFormat = (name: string): name is FileFormat => Object.hasOwn(formatNames, name);
export const fileFormats = Object.keys(formatNames).filter(isFormat);
const FileFormat = z.enum(fileFormats);

/** The format that an instruction has to name; null where lines are rows. */
export function sourceFormatOf(format: FileFormat): SourceFormat | null {
  return sourceFormats.find((one) => one === format) ?? null;
}

/** What a column or a row of a file says of the marker that crosses it, beside its name. */
export const markerRoles = [
  "alleles",
  "ref",
  "alt",
  "snp",
  "chromosome",
  "position",
  "strand",
] as const;

/** What it says of the sample that crosses it. */
export const sampleRoles = [
  "sample",
  "run",
  "germplasm",
  "external_code",
  "sample_number",
  "species",
  "germplasm_type",
  "plate",
  "well_row",
  "well_column",
  "uuid",
] as const;

export const columnRoles = ["marker", ...markerRoles, ...sampleRoles] as const;
const ColumnRole = z.enum(columnRoles);
export type ColumnRole = z.infer<typeof ColumnRole>;

/** A finding and why, in words; null where there is none. */
const found = <T extends z.ZodType>(value: T) =>
  z.object({ value: value.nullable(), evidence: z.string() });

/** A format that a file may be of. `confidence` is between 0 and 1; `evidence` is for people, the strongest first. */
const FormatFinding = z.object({
  format: FileFormat,
  title: z.string(),
  confidence: z.number().min(0).max(1),
  evidence: z.array(z.string()),
});
type FormatFinding = z.infer<typeof FormatFinding>;

const Coordinate = z.number().int().nonnegative();

/** Where things stand in the rows and columns of the file as it is read; they count from 0, as those of an instruction do. */
const Layout = z.object({
  firstRow: Coordinate,
  /** Where the calls begin; null where the file has none. */
  firstColumn: Coordinate.nullable(),
  /** What the columns left of the calls say of each row. */
  columns: z.array(z.object({ column: Coordinate, name: z.string(), role: ColumnRole })),
  /** What the rows above the calls say of each column. */
  rows: z.array(z.object({ row: Coordinate, role: ColumnRole })),
});
export type Layout = z.infer<typeof Layout>;

/** What a file is, as far as its beginning tells. */
export const Detection = FormatFinding.extend({
  orientation: found(z.enum(orientations)),
  /** In GOBii's terms; null for lists. */
  dataSetType: found(z.enum(dataSetTypes)),
  /** A Java regular expression, as instructions have it. */
  delimiter: found(z.string()),
  encoding: found(z.enum(["UTF-8", "UTF-16", "ISO-8859-1", "binary"])),
  compression: found(z.enum(["gzip", "bgzf"])),
  lineEnds: found(z.enum(["LF", "CRLF", "CR"])),
  /** Cells stand in double quotes, which the instruction has to say. */
  quotes: z.boolean(),
  /** Calls that stand for a missing one although the data set type does not know them. */
  missing: z.array(z.string()),
  layout: Layout,
  /** Files that belong to this one, e.g. the .bim and .fam of a .bed. */
  companions: z.array(z.object({ role: z.enum(["map", "bim", "fam"]), path: z.string() })),
  /** What else it may be, the likeliest first. */
  alternatives: z.array(FormatFinding),
  /** What should be looked at, e.g. a companion that is not there. */
  warnings: z.array(z.string()),
});
export type Detection = z.infer<typeof Detection>;

/** A rectangle of cells from the top left. Cells are cut to 200 characters. */
const Grid = z.object({
  rows: z.array(z.array(z.string())),
  /** Of the widest row that was looked at; the grid may have fewer. */
  columnsTotal: z.number().int().nonnegative(),
});

/** Of a file. */
const PreviewGrid = Grid.extend({
  /** The row of the file, from 0, that is the first of the grid: long heads are left out, but for their end. */
  firstRow: z.number().int().nonnegative().default(0),
});
export type PreviewGrid = z.infer<typeof PreviewGrid>;

/** `POST /preview`: what a file is and how it begins. */
export const PreviewRequest = z.object({
  /** Absolute, of one file. */
  path: z.string().min(1).max(4096),
  /** Whose data roots it lies in, and whose settings it is read by; the first crop's unless given. */
  crop: z.string().optional(),
  /** Reads it as this format, whatever it looks like. */
  format: FileFormat.optional(),
  rows: z.number().int().min(1).max(200).default(30),
  columns: z.number().int().min(1).max(200).default(30),
  /** Between services: those of the crop. */
  settings: DigestSettings.optional(),
});
export type PreviewRequest = z.infer<typeof PreviewRequest>;

export const Preview = z.object({
  path: z.string(),
  /** On disk. */
  bytes: z.number().int().nonnegative(),
  detection: Detection,
  /** As the file is read: these are the rows and columns that an instruction names. */
  grid: PreviewGrid,
  estimate: z.object({
    /** Rows below the header; exact where the whole file was seen. */
    rows: z.number().int().nonnegative(),
    columns: z.number().int().nonnegative(),
    exact: z.boolean(),
    /** Of the file without compression. */
    plainBytes: z.number().int().nonnegative(),
    /** Of all digest files. */
    digestBytes: z.number().int().nonnegative(),
    seconds: z.number().nonnegative(),
    /** How it was estimated, in words. */
    basis: z.string(),
  }),
});
export type Preview = z.infer<typeof Preview>;

/** `POST /dry-run`: what an instruction would make of the first lines of its sources. */
export const DryRunRequest = z
  .object({
    /** As for `POST /instructions`: a list here, or a procedure there. */
    instructions: z.array(z.unknown()).optional(),
    procedure: z.looseObject({}).optional(),
    /** As for `POST /instructions`: the crop of the instruction unless given, else the first. */
    crop: z.string().optional(),
    /** Lines of each source that are read. */
    lines: z.number().int().min(1).max(10_000).default(1000),
    /** Size of the grid that is shown of each table. */
    rows: z.number().int().min(1).max(200).default(20),
    columns: z.number().int().min(1).max(200).default(30),
    /** Between services: those of the crop. */
    settings: DigestSettings.optional(),
    /** Between services, where the settings say `knownRecord`: what the names of the load are held against. */
    earlier: EarlierLoads.optional(),
  })
  .refine((body) => body.instructions !== undefined || body.procedure !== undefined, {
    error: "expected instructions: […] or procedure: {…}",
  });
export type DryRunRequest = z.infer<typeof DryRunRequest>;

/** @throws AppError `invalid_instruction`. */
export function dryRunInstruction({ instructions, procedure }: DryRunRequest): StoredInstruction {
  return readInstruction(procedure === undefined ? instructions : { procedure });
}

const DryRunTable = z.object({
  table: z.string(),
  /** Data rows that were made; of the matrix, in the orientation of the digest file. */
  rows: z.number().int().nonnegative(),
  columns: z.number().int().nonnegative(),
  /** Null for a matrix, which has none. */
  header: z.array(z.string()).nullable(),
  grid: Grid,
});
export type DryRunTable = z.infer<typeof DryRunTable>;

export const DryRun = z.object({
  /** Whether the lines that were read would have made a load. */
  ok: z.boolean(),
  /** Whether the sources were read to their ends; else what concerns the whole was not checked. */
  complete: z.boolean(),
  /** Lines that were read of each source at most. */
  lines: z.number().int().positive(),
  tables: z.array(DryRunTable),
  matrix: MatrixSummary.nullable(),
  validation: z.array(TableValidation),
  errors: z.array(DigestProblem),
  errorCount: z.number().int(),
  warnings: z.array(DigestProblem),
  durationMs: z.number(),
});
export type DryRun = z.infer<typeof DryRun>;
