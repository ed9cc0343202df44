import { LF, TAB, cellEnd, type CallCounts, type MatrixRow } from "./matrix-rule.ts";

export const N = 78;

/** Two tables of 256 bytes: the letters of a one-letter call, 0 for a call that is not known. */
export interface PairTable {
  readonly left: Uint8Array;
  readonly right: Uint8Array;
}

/** Builds the tables from pairs such as `["R", "AG"]`. */
export function pairTable(calls: Readonly<Record<string, string>>): PairTable {
  const left = new Uint8Array(256);
  const right = new Uint8Array(256);
  for (const [code, letters] of Object.entries(calls)) {
    left[code.charCodeAt(0)] = letters.charCodeAt(0);
    right[code.charCodeAt(0)] = letters.charCodeAt(1);
  }
  return { left, right };
}

/** What becomes of a cell that is not one known letter: writes it at `at`. Counting it is its own affair. */
export type OddCell = (from: number, to: number, cell: number, output: Buffer, at: number) => void;

/** Counts calls by the byte that stands for them. */
export interface Tally {
  /** Counts since the last `settle`. */
  readonly recent: Uint32Array;
  /** Must be called now and then, with the number of calls that were counted since. */
  settle(calls: number): void;
  totals(): Float64Array;
}

/** 32-bit counts are twice as fast as doubles in the hot loop, and are moved to doubles before they can overflow. */
export function createTally(): Tally {
  const recent = new Uint32Array(256);
  const totals = new Float64Array(256);
  let unsettled = 0;
  const settleAll = (): void => {
    for (let code = 0; code < 256; code++) totals[code] = (totals[code] ?? 0) + (recent[code] ?? 0);
    recent.fill(0);
    unsettled = 0;
  };
  return {
    recent,
    settle(calls) {
      unsettled += calls;
      if (unsettled > 2 ** 31) settleAll();
    },
    totals() {
      settleAll();
      return totals;
    },
  };
}

/**
 * Converts a row whose calls are single bytes to pairs of letters, and counts each call in `tally` by its code.
 *
 * @returns the new end of the output.
 */
export function convertToPairs(
  row: MatrixRow,
  table: PairTable,
  tally: Uint32Array,
  output: Buffer,
  begin: number,
  oddCell: OddCell,
): number {
  const { bytes, delimiter } = row;
  const { left, right } = table;
  let at = begin;
  for (let i = row.from; ; i++) {
    let code = bytes[i] as number;
    let letter = left[code] as number;
    // Regular rows never leave this loop but for their last call.
    while (letter !== 0 && bytes[i + 1] === delimiter) {
      output[at] = letter;
      output[at + 1] = right[code] as number;
      output[at + 2] = TAB;
      tally[code] = (tally[code] as number) + 1;
      at += 3;
      i += 2;
      code = bytes[i] as number;
      letter = left[code] as number;
    }
    if (letter !== 0 && bytes[i + 1] === LF) {
      output[at] = letter;
      output[at + 1] = right[code] as number;
      tally[code] = (tally[code] as number) + 1;
      i++;
    } else {
      const end = cellEnd(bytes, i, delimiter);
      oddCell(i, end, (at - begin) / 3, output, at);
      i = end;
    }
    output[at + 2] = TAB;
    at += 3;
    if (bytes[i] === LF) return at;
  }
}

/** As `convertToPairs`, for calls that stay single letters. */
export function copyLetters(
  row: MatrixRow,
  allowed: Uint8Array,
  tally: Uint32Array,
  output: Buffer,
  begin: number,
  oddCell: OddCell,
): number {
  const { bytes, delimiter } = row;
  let at = begin;
  for (let i = row.from; ; i++) {
    let code = bytes[i] as number;
    while (allowed[code] !== 0 && bytes[i + 1] === delimiter) {
      output[at] = code;
      output[at + 1] = TAB;
      tally[code] = (tally[code] as number) + 1;
      at += 2;
      i += 2;
      code = bytes[i] as number;
    }
    if (allowed[code] !== 0 && bytes[i + 1] === LF) {
      output[at] = code;
      tally[code] = (tally[code] as number) + 1;
      i++;
    } else {
      const end = cellEnd(bytes, i, delimiter);
      oddCell(i, end, (at - begin) / 2, output, at);
      i = end;
    }
    output[at + 1] = TAB;
    at += 2;
    if (bytes[i] === LF) return at;
  }
}

/** Sums counts of codes by what their letters say. */
export function countPairs(table: PairTable, totals: Float64Array): CallCounts {
  let missing = 0;
  let heterozygous = 0;
  for (const [code, count] of totals.entries()) {
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
