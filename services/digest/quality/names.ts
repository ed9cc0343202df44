import { readRows, type Row } from "./rows.ts";

/** A digest file of the same load, which may name what the matrix is about. */
export interface NamingTable {
  readonly table: string;
  readonly path: string;
  readonly rows: number;
}

/** Where names stand, the best place first. */
const MARKER_NAMES = [
  ["dataset_marker", "marker_name"],
  ["marker", "name"],
] as const;
const SAMPLE_NAMES = [
  ["dataset_dnarun", "dnarun_name"],
  ["dnarun", "name"],
  ["dnasample", "name"],
] as const;

/** A column of a digest file. */
export interface Column {
  readonly path: string;
  readonly index: number;
}

/** Where the names of the markers of a matrix stand, in its order; null where no table of the load has them. */
export function markerNames(tables: readonly NamingTable[], markers: number): Column | null {
  return columnOf(tables, MARKER_NAMES, markers);
}

/** The names of the samples of a matrix; their numbers, from 1, where no table of the load has them. */
export function sampleNames(tables: readonly NamingTable[], samples: number): string[] {
  const column = columnOf(tables, SAMPLE_NAMES, samples);
  if (column === null) return Array.from({ length: samples }, (_name, k) => String(k + 1));
  return Array.from(readRows(column.path, 1), (row) => cellOf(row, column.index));
}

/** The first of the columns that is in a table of so many rows. */
export function columnOf(
  tables: readonly NamingTable[],
  places: readonly (readonly [table: string, column: string])[],
  rows: number,
): Column | null {
  for (const [name, column] of places) {
    const table = tables.find((one) => one.table === name && one.rows === rows);
    if (table === undefined) continue;
    for (const header of readRows(table.path, 0)) {
      const index = header.bytes
        .toString("utf8", header.from, header.to)
        .split("\t")
        .indexOf(column);
      if (index !== -1) return { path: table.path, index };
      break;
    }
  }
  return null;
}

const TAB = 9;

/** Narrows a row down to one of its cells. */
export function toCell(row: Row, index: number): Row {
  for (let skipped = 0; skipped < index; skipped++) {
    while (row.from < row.to && row.bytes[row.from] !== TAB) row.from++;
    if (row.from < row.to) row.from++;
  }
  let end = row.from;
  while (end < row.to && row.bytes[end] !== TAB) end++;
  row.to = end;
  return row;
}

/** The text of a cell. */
export function cellOf(row: Row, index: number): string {
  const { bytes, from, to } = toCell({ ...row }, index);
  return bytes.toString("utf8", from, to);
}
