import { z } from "zod";

/** Formats in which a matrix is written beside `digest.matrix`, for the next tool in line. */
export const matrixOutputs = ["vcf", "hapmap", "plink", "parquet"] as const;
export type MatrixOutput = (typeof matrixOutputs)[number];

/**
 * How text is encoded: `auto` is UTF-8, in which bytes that are none are taken for Latin-1, or UTF-16 by its byte order
 * mark; `utf8` refuses such bytes.
 */
export const encodings = ["auto", "utf8", "latin1"] as const;
export type Encoding = (typeof encodings)[number];

const MissingCode = z
  .string()
  .min(1)
  .max(100)
  // oxlint-disable-next-line no-control-regex -- what ends a cell or a line cannot be part of one
  .regex(/^[^\t\n\r\0]*$/, { error: "expected a text without tabs and ends of lines" });

const Separators = z
  .string()
  .min(1)
  .max(20)
  .regex(/^[ -/:;|_~]+$/, {
    error: "expected characters that stand between alleles, such as /|:;, or a space",
  });

/** How the loads of a crop are digested. What is left out is as GOBii's own digester has it. */
export const DigestSettings = z.object({
  /** Formats in which the matrix is written as well. */
  also: z.array(z.enum(matrixOutputs)).optional(),
  /** False: no quality figures of the matrix are taken. */
  quality: z.boolean().optional(),
  /** Whole cells of a matrix that stand for a missing call, beside those that its type knows. */
  missing: z.array(MissingCode).max(100).optional(),
  /**
   * What may stand between the alleles of a call; any other call with something between them is an error. SSR sizes are
   * brought to four digits then.
   */
  separators: Separators.optional(),
  /** Cells may stand in double quotes, where the instruction does not say. */
  quotes: z.boolean().optional(),
  encoding: z.enum(encodings).optional(),
  /** Names that earlier loads of the crop brought are the ones that exist. */
  knownRecord: z.boolean().optional(),
});
export type DigestSettings = z.infer<typeof DigestSettings>;

/** What settings say, in words, each of those that is set. */
export function describeSettings(settings: DigestSettings): string[] {
  const { also = [], quality, missing = [], separators, quotes, encoding, knownRecord } = settings;
  return [
    ...(also.length === 0 ? [] : [`matrix also as ${also.join(", ")}`]),
    ...(quality === false ? ["no quality figures"] : []),
    ...(missing.length === 0 ? [] : [`missing calls are also ${missing.join(", ")}`]),
    ...(separators === undefined ? [] : [`alleles parted by ${separators.split("").join(" ")}`]),
    ...(quotes === true ? ["cells in quotes"] : []),
    ...(encoding === undefined || encoding === "auto" ? [] : [`sources in ${encoding}`]),
    ...(knownRecord === true ? ["what earlier loads brought is known"] : []),
  ];
}
