import { z } from "zod";
import { matrixOutputs } from "./digest-settings.ts";
import { QualitySummary } from "./quality.ts";

/** The outcome of checking one digest file against the rules of its table. */
export const TableValidation = z.object({
  /** The table's name, e.g. `marker`. */
  fileName: z.string(),
  status: z.enum(["PASSED", "FAILED"]),
  failures: z.array(
    z.object({
      reason: z.string(),
      columnName: z.array(z.string()),
      /** At most three examples. */
      values: z.array(z.string()),
    }),
  ),
});
export type TableValidation = z.infer<typeof TableValidation>;

/** Something wrong with the input, in words for the scientist who has to mend it. */
export const DigestProblem = z.object({
  /** Begins with the reference digester's words where it has any. */
  message: z.string(),
  /** What stood there, what was expected and what to do; absent where `message` says so itself. */
  plain: z.string().optional(),
  /** Names of the sample and the marker that are concerned, and of the column, as the file has them. */
  sample: z.string().optional(),
  marker: z.string().optional(),
  columnName: z.string().optional(),
  /** Path of the source file as opened. */
  file: z.string().nullable(),
  /** 1-based line of that file. */
  line: z.number().int().nullable(),
  /** 1-based column of that line. */
  column: z.number().int().nullable(),
});
export type DigestProblem = z.infer<typeof DigestProblem>;

export const DigestTable = z.object({
  table: z.string(),
  /** Path of the `digest.<table>` file. */
  file: z.string(),
  /** Data rows, the header not counted. */
  rows: z.number().int(),
  columns: z.number().int(),
});
export type DigestTable = z.infer<typeof DigestTable>;

/** A file of the matrix in another format, beside its tables. */
const DigestOutput = z.object({
  format: z.enum(matrixOutputs),
  file: z.string(),
  bytes: z.number().int().nonnegative(),
});

export const MatrixSummary = z.object({
  markers: z.number().int(),
  samples: z.number().int(),
  /** Calls with no allele known. */
  missing: z.number().int(),
  /** Calls with two different known alleles; 0 for types that have none. */
  heterozygous: z.number().int(),
  dataSetType: z.string(),
});
export type MatrixSummary = z.infer<typeof MatrixSummary>;

/** What a digest leaves behind: printed by `digest --json`, carried by a settled job. */
export const DigestResult = z.object({
  status: z.enum(["completed", "failed"]),
  tables: z.array(DigestTable),
  matrix: MatrixSummary.nullable(),
  /** Of the matrix; absent where there is none, or where it is switched off. */
  quality: QualitySummary.optional(),
  /** The matrix in other formats, as far as they were asked for. */
  outputs: z.array(DigestOutput).optional(),
  validation: z.array(TableValidation),
  /** Up to 20 of each kind; `errorCount` has them all. */
  errors: z.array(DigestProblem),
  errorCount: z.number().int(),
  /** What did not stop the load but deserves a look. */
  warnings: z.array(DigestProblem),
  durationMs: z.number(),
  bytesRead: z.number().int(),
  /** It failed for want of something that has nothing to do with the input: another try may go well. */
  mayPass: z.literal(true).optional(),
});
export type DigestResult = z.infer<typeof DigestResult>;
