import { statSync } from "node:fs";
import type { LineBlock } from "../source/line-block.ts";
import { readLineBlocks } from "../source/line-blocks.ts";
import {
  addToSum,
  createFingerprintSet,
  type FingerprintSet,
  resetHash,
  updateHash,
  type Hash,
  type ListSum,
} from "./fingerprint.ts";
import type { Pace } from "../pace.ts";

/** What the checks want to know of one or several columns of a digest file taken together. */
export interface ColumnSummary {
  /** Those of the columns that the header does not name; nothing else is known then. */
  readonly missingColumns: readonly string[];
  /** Whether a value is blank. */
  blank: boolean;
  /** Whether a row ends before one of the columns. */
  short: boolean;
  /** How many different values there are, blank ones apart: none, one or more; kept only for those who ask. */
  variety: 0 | 1 | 2;
  /** Values that occurred before, blank ones apart, at most twenty, and how many rows repeat one. */
  readonly duplicates: string[];
  repeats: number;
  readonly all: ListSum;
  readonly distinct: ListSum;
}

export interface SummaryWish {
  readonly columns: readonly string[];
  /** Distinct values and duplicates cost memory and are kept only for those who ask. */
  readonly distinct: boolean;
  /** For a single column. */
  readonly variety?: boolean;
}

export interface FileSummary {
  /** False for a file without even a header. */
  readonly hasHeader: boolean;
  readonly rows: number;
  /** By `wishKey`. */
  readonly columns: ReadonlyMap<string, ColumnSummary>;
}

/** By which the summary of these columns is found; messages name them so too. */
export function wishKey(columns: readonly string[]): string {
  return columns.join(",");
}

/** Values that a failure names at most. */
export const EXAMPLES = 3;
const KEPT_DUPLICATES = 20;
const TAB = 9;

/** Reads a digest file once and gathers what is wished for. */
export async function summarizeFile(
  path: string,
  wishes: readonly SummaryWish[],
  pace: Pace,
): Promise<FileSummary> {
  const byKey = new Map<string, SummaryWish>();
  for (const { columns: wished, distinct, variety = false } of wishes) {
    const key = wishKey(wished);
    const known = byKey.get(key);
    byKey.set(key, {
      columns: wished,
      distinct: distinct || known?.distinct === true,
      variety: variety || known?.variety === true,
    });
  }
  const columns = new Map<string, ColumnSummary>();
  const watchers: ((bytes: Buffer, ends: Int32Array, found: number, from: number) => void)[] = [];
  let ends = new Int32Array(0);
  let rows = -1;

  const readHeader = (bytes: Buffer, from: number, to: number, expected: number): void => {
    const names = bytes.toString("utf8", from, to).split("\t");
    ends = new Int32Array(names.length);
    for (const [key, wish] of byKey) {
      const summary = emptySummary(wish.columns.filter((name) => !names.includes(name)));
      columns.set(key, summary);
      if (summary.missingColumns.length > 0) continue;
      const indexes = wish.columns.map((name) => names.indexOf(name));
      const seen = wish.distinct ? createFingerprintSet(expected) : null;
      watchers.push(watch(summary, indexes, seen));
      const [index] = indexes;
      if (wish.variety === true && index !== undefined) {
        watchers.push(watchVariety(summary, index));
      }
    }
  };

  await forEachLine(path, pace, (bytes, from, to, expected) => {
    if (rows < 0) {
      readHeader(bytes, from, to, expected);
    } else {
      const found = cellEnds(bytes, from, to, ends);
      for (const watcher of watchers) watcher(bytes, ends, found, from);
    }
    rows++;
  });
  return { hasHeader: rows >= 0, rows: Math.max(0, rows), columns };
}

function emptySummary(missingColumns: readonly string[]): ColumnSummary {
  return {
    missingColumns,
    blank: false,
    short: false,
    variety: 0,
    duplicates: [],
    repeats: 0,
    all: { count: 0, low: 0, high: 0 },
    distinct: { count: 0, low: 0, high: 0 },
  };
}

/** Takes one row after the other into the summary. */
function watch(summary: ColumnSummary, indexes: readonly number[], seen: FingerprintSet | null) {
  const hash: Hash = { low: 0, high: 0 };
  return (bytes: Buffer, ends: Int32Array, found: number, from: number): void => {
    resetHash(hash);
    let isNothing = indexes.length === 1;
    for (const index of indexes) {
      if (index >= found) {
        summary.short = true;
        summary.blank = true;
        return;
      }
      const begin = index === 0 ? from : (ends[index - 1] as number) + 1;
      const end = ends[index] as number;
      if (isBlank(bytes, begin, end)) summary.blank = true;
      else isNothing = false;
      if (seen !== null) updateHash(hash, bytes, begin, end);
    }
    if (seen === null) return;
    addToSum(summary.all, hash);
    if (seen.add(hash.low, hash.high)) addToSum(summary.distinct, hash);
    else if (!isNothing && summary.repeats++ < KEPT_DUPLICATES) {
      summary.duplicates.push(valueText(bytes, ends, from, indexes));
    }
  };
}

/** Stops looking once there are two different values. */
function watchVariety(summary: ColumnSummary, index: number) {
  let first: Buffer | null = null;
  return (bytes: Buffer, ends: Int32Array, found: number, from: number): void => {
    if (summary.variety === 2 || index >= found) return;
    const begin = index === 0 ? from : (ends[index - 1] as number) + 1;
    const end = ends[index] as number;
    if (first !== null && bytes.compare(first, 0, first.length, begin, end) === 0) return;
    if (isBlank(bytes, begin, end)) return;
    if (first === null) {
      first = Buffer.from(bytes.subarray(begin, end));
      summary.variety = 1;
    } else summary.variety = 2;
  };
}

function valueText(
  bytes: Buffer,
  ends: Int32Array,
  from: number,
  indexes: readonly number[],
): string {
  return indexes
    .map((index) =>
      bytes.toString("utf8", index === 0 ? from : (ends[index - 1] ?? 0) + 1, ends[index]),
    )
    .join(",");
}

function isBlank(bytes: Buffer, from: number, to: number): boolean {
  for (let at = from; at < to; at++) if ((bytes[at] as number) > 32) return false;
  return true;
}

/** @returns how many cells there are, at most as many as `ends` has room for. */
function cellEnds(bytes: Buffer, from: number, to: number, ends: Int32Array): number {
  let found = 0;
  for (let at = from; at < to && found < ends.length; at++) {
    if (bytes[at] === TAB) ends[found++] = at;
  }
  if (found < ends.length) ends[found++] = to;
  return found;
}

/**
 * Hands on the names in one column, or in several joined by a comma, each with the value of the column `besides` of its row. A row
 * without any is handed on as null, for the value beside it alone; without `besides` it is passed over.
 */
export async function forEachValue(
  path: string,
  columns: readonly string[],
  besides: string | null,
  pace: Pace,
  onValue: (value: string | null, beside: string) => void,
): Promise<void> {
  let names: string[] | null = null;
  await forEachLine(path, pace, (bytes, from, to) => {
    const cells = bytes.toString("utf8", from, to).split("\t");
    if (names === null) {
      names = cells;
      return;
    }
    const header = names;
    const values = columns.map((column) => cells[header.indexOf(column)] ?? "");
    const isNothing = values.every((value) => value.trim() === "");
    if (isNothing && besides === null) return;
    const beside = besides === null ? "" : (cells[header.indexOf(besides)] ?? "");
    onValue(isNothing ? null : values.join(","), beside);
  });
}

/**
 * `onLine` is told how many lines there are, about.
 *
 * A digest file is our own, but for the blank last line that a hand-written one may have it has no oddities to expect.
 */
async function forEachLine(
  path: string,
  pace: Pace,
  onLine: (bytes: Buffer, from: number, to: number, lines: number) => void,
): Promise<void> {
  const file = { path, name: path, size: statSync(path).size };
  const onBlock = (block: LineBlock): void => {
    const { bytes, starts, count } = block;
    const lines = Math.ceil((file.size * count) / Math.max(1, starts[count] ?? 1));
    for (let k = 0; k < count; k++) onLine(bytes, starts[k] ?? 0, (starts[k + 1] ?? 0) - 1, lines);
  };
  await readLineBlocks(file, { onBlock, onBytes: () => {}, pace });
}
