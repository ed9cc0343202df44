import { z } from "zod";
import { encodings } from "./digest-settings.ts";

/** Query of `GET /api/v1/jobs/{id}/lines` and `GET {digester}/lines`: a few lines of a text file. */
export const FileLinesRequest = z.object({
  file: z.string().min(1).max(4096),
  /** 1-based. */
  from: z.coerce.number().int().positive().default(1),
  count: z.coerce.number().int().min(1).max(200).default(20),
  /** Each line is cut into the cell with this 1-based number, with what fits around it. */
  cell: z.coerce.number().int().positive().optional(),
  /**
   * What separates cells, as in an instruction, and whether they may stand in quotes. The web service says it of what a job
   * read, by its instruction, whatever was asked.
   */
  delimiter: z.string().min(1).max(1000).default("\\t"),
  quotes: z.stringbool().default(false),
  /** Lines that begin with this are left out at the beginning: the head of a VCF file begins with `##`. */
  skip: z.string().min(1).max(10).optional(),
  /** Characters of each line. */
  width: z.coerce.number().int().min(40).max(4000).default(400),
  /** How the file is encoded. The web service says it of what a job read, by the settings of the crop, whatever was asked. */
  encoding: z.enum(encodings).optional(),
});
export type FileLinesRequest = z.infer<typeof FileLinesRequest>;

export const FileLine = z.object({
  /** 1-based. */
  number: z.number().int(),
  text: z.string(),
  /** Characters that were cut off in front and behind. */
  before: z.number().int(),
  after: z.number().int(),
  /** Where in `text` the wanted cell stands; null where the line has no such cell. */
  cell: z.object({ from: z.number().int(), to: z.number().int() }).nullable(),
});
export type FileLine = z.infer<typeof FileLine>;

export const FileLines = z.object({
  file: z.string(),
  lines: z.array(FileLine),
  /** Whether lines follow. */
  more: z.boolean(),
});
export type FileLines = z.infer<typeof FileLines>;
