import { LF, TAB, cellEnd, type CallCounts, type MatrixRow } from "./matrix-rule.ts";

export const N = 78;

/** Tables of 256 bytes that give the letters of a one-letter call; 0 stands for a call that is not known. */
export interface LetterTable {
  readonly left: Uint8Array;
  /** Null where calls have one letter only. */
  readonly right: Uint8Array | null;
}

/** Builds the tables from pairs such as `["R", "AG"]`. */
export function letterTable(calls: Readonly<Record<string, string>>): LetterTable {
  const left = new Uint8Array(256);
  const right = new Uint8Array(256);
  let paired = false;
  for (const [code, letters] of Object.entries(calls)) {
    const at = code.charCodeAt(0);
    left[at] = letters.charCodeAt(0);
    if (letters.length > 1) {
      right[at] = letters.charCodeAt(1);
      paired = true;
    }
  }
  return { left, right: paired ? right : null };
}

/** What becomes of a cell that is not one known letter: writes it at `at`. Counting it is its own affair. */
export type OddCell = (from: number, to: number, cell: number, output: Buffer, at: number) => void;

/**
 * Converts a row whose calls are single bytes to pairs of letters, and counts each call in `tally` by its code.
 *
 * @returns the new end of the output.
 */
export function convertToPairs(
  row: MatrixRow,
  table: LetterTable & { readonly right: Uint8Array },
  tally: Float64Array,
  output: Buffer,
  begin: number,
  oddCell: OddCell,
): number {
  const { bytes, delimiter } = row;
  const { left, right } = table;
  let at = begin;
  for (let i = row.from; ;) {
    const code = bytes[i] as number;
    const next = bytes[i + 1] as number;
    const letter = left[code] as number;
    if (letter !== 0 && (next === delimiter || next === LF)) {
      output[at] = letter;
      output[at + 1] = right[code] as number;
      tally[code] = (tally[code] as number) + 1;
      i += 1;
    } else {
      const end = cellEnd(bytes, i, delimiter);
      oddCell(i, end, (at - begin) / 3, output, at);
      i = end;
    }
    output[at + 2] = TAB;
    at += 3;
    if (bytes[i] === LF) return at;
    i++;
  }
}

/** As `convertToPairs`, for calls that stay single letters. */
export function copyLetters(
  row: MatrixRow,
  allowed: Uint8Array,
  tally: Float64Array,
  output: Buffer,
  begin: number,
  oddCell: OddCell,
): number {
  const { bytes, delimiter } = row;
  let at = begin;
  for (let i = row.from; ;) {
    const code = bytes[i] as number;
    const next = bytes[i + 1] as number;
    if (allowed[code] !== 0 && (next === delimiter || next === LF)) {
      output[at] = code;
      tally[code] = (tally[code] as number) + 1;
      i += 1;
    } else {
      const end = cellEnd(bytes, i, delimiter);
      oddCell(i, end, (at - begin) / 2, output, at);
      i = end;
    }
    output[at + 1] = TAB;
    at += 2;
    if (bytes[i] === LF) return at;
    i++;
  }
}

/** Sums a tally of codes by what their letters say. */
export function countPairs(
  table: LetterTable & { readonly right: Uint8Array },
  tally: Float64Array,
): CallCounts {
  let missing = 0;
  let heterozygous = 0;
  for (const [code, count] of tally.entries()) {
    const [left, right] = [table.left[code], table.right[code]];
    if (left === N && right === N) missing += count;
    else if (isHeterozygous(left, right)) heterozygous += count;
  }
  return { missing, heterozygous };
}

/** Two alleles, both known and not the same. */
export function isHeterozygous(left: number | undefined, right: number | undefined): boolean {
  return left !== right && left !== N && right !== N;
}
