import type { DataSetType } from "../../contract/gobii-terms.ts";
import type { ProblemWords } from "../../contract/problem-words.ts";
import type { Kernels } from "../kernels/kernels.ts";
import type { AlleleTable } from "./vcf-alleles.ts";

/**
 * What a data set type does to the calls of a matrix. To add one, write a file that exports a rule and name it in
 * `rules.ts`.
 */
export interface MatrixRule {
  /** Bytes of each converted call: 2 for two letters, 8 for an SSR. */
  readonly width: number;
  /** A missing call: as the rule reads it, and as it writes it. */
  readonly missing: { readonly cell: string; readonly call: string };
  /** What a call is made of, between which a crop may have separators of its own; null: it is one thing. */
  readonly alleles: "letters" | "sizes" | null;
  createConverter(context: ConverterContext): RowConverter;
}

/** What is wrong with a call, in its line of the file. */
export type CallWords = (line: number) => string | ProblemWords;

interface ConverterContext {
  /** What the instruction declares, which may not fit the file. */
  readonly declaredType: DataSetType;
  /** ref and alts of each marker of the load, for rules that need them. */
  readonly alleles: AlleleTable | null;
  /** The hot loops as WebAssembly; null: do without. The result is the same. */
  readonly kernels: Kernels | null;
  /** A call of the current row that is not allowed. `kind` groups faults of one cause. */
  fault(cell: number, kind: string, words: CallWords): void;
  /** As `fault`, for a call that was converted but deserves a look. */
  warn(cell: number, kind: string, words: CallWords): void;
}

/** A row of the source. The object is reused from row to row. */
export interface MatrixRow {
  bytes: Buffer;
  /** Where the line begins. */
  lineFrom: number;
  /** Where the first call begins. */
  from: number;
  /** Where the line ends; an LF stands there. */
  to: number;
  delimiter: number;
  /** 0-based row of the matrix, over all files. */
  index: number;
}

interface RowConverter {
  /**
   * Writes each call of the row, converted, and a TAB behind it to `output`, from `at`. A call that is not allowed is
   * reported and takes up its place. This is the hot loop: no strings, no objects, one pass.
   *
   * @returns the new end; so `(end - at) / (width + 1)` calls were found.
   */
  convert(row: MatrixRow, output: Buffer, at: number): number;
  /** The line above the first row of a file, if there is one. `at` is where the first call would begin. */
  header?(bytes: Buffer, lineFrom: number, at: number): void;
  /** Called behind the last row; may report what concerns the whole. */
  finish?(): void;
  counts(): CallCounts;
}

export interface CallCounts {
  /** Calls with no allele known. */
  readonly missing: number;
  /** Calls with two different known alleles. */
  readonly heterozygous: number;
}

export const TAB = 9;
export const LF = 10;

/** The text of a cell for a message. */
export function cellText(bytes: Buffer, from: number, to: number): string {
  return bytes.toString("utf8", from, Math.min(to, from + 200));
}

/** Where the cell that begins at `from` ends. */
export function cellEnd(bytes: Buffer, from: number, delimiter: number): number {
  let at = from;
  for (let byte = bytes[at]; byte !== delimiter && byte !== LF; byte = bytes[++at]);
  return at;
}

/** The reference's words for a converted call that the data set type does not allow, and ours. */
export function invalidCall(data: string, expected: string, plain: string): CallWords {
  return (line) => ({
    message:
      `Validate Dataset Matrix Invalid data found in post-processed matrix line: ${line} Data:${data}` +
      `${data === "" ? " (an empty call)" : ""}; expected ${expected}`,
    plain,
  });
}

/** What stood there, what was expected, what to do. */
export function badCall(text: string, expected: string, missing: string): string {
  const found = text === "" ? "The call is empty" : `The call is ${JSON.stringify(text)}`;
  return `${found}; expected ${expected}. Correct it, or write ${missing} for a missing call.`;
}
