import type { JobSort } from "../../../../services/contract/api.ts";

interface ColumnSpec {
  readonly word: string;
  /** A track of the grid; the first number is what it needs at least, in pixels. */
  readonly width: string;
  readonly least: number;
  readonly isNumber?: true;
  /** What the list is ordered by when its head is clicked, the more telling direction first. */
  readonly sort?: JobSort;
}

const specs = {
  name: { word: "Name", least: 160, width: "minmax(160px, 1.3fr)", sort: "key" },
  status: { word: "Status", least: 104, width: "104px", sort: "status" },
  step: { word: "Step", least: 180, width: "minmax(180px, 2.4fr)" },
  digester: { word: "Digester", least: 72, width: "minmax(72px, 0.6fr)", sort: "digester" },
  submitter: { word: "Submitter", least: 84, width: "minmax(84px, 0.6fr)", sort: "submittedBy" },
  crop: { word: "Crop", least: 60, width: "minmax(60px, 0.4fr)", sort: "crop" },
  tables: { word: "Tables", least: 110, width: "minmax(110px, 0.8fr)" },
  file: { word: "File", least: 160, width: "minmax(160px, 1.3fr)" },
  priority: { word: "Priority", least: 64, width: "64px", isNumber: true, sort: "-priority" },
  attempt: { word: "Attempt", least: 60, width: "60px", isNumber: true, sort: "-attempt" },
  waited: { word: "Waited", least: 60, width: "60px", isNumber: true },
  took: { word: "Took", least: 72, width: "72px", isNumber: true },
  submitted: { word: "Submitted", least: 80, width: "80px", isNumber: true, sort: "-id" },
  started: { word: "Started", least: 76, width: "76px", isNumber: true, sort: "-startedAt" },
  ended: { word: "Ended", least: 76, width: "76px", isNumber: true, sort: "-settledAt" },
  updated: { word: "Updated", least: 76, width: "76px", isNumber: true, sort: "-updatedAt" },
  number: { word: "No.", least: 60, width: "60px", isNumber: true, sort: "-id" },
} as const satisfies Record<string, ColumnSpec>;

export type ColumnName = keyof typeof specs;

/** All columns, in the order in which they are offered. */
export const columnNames = Object.keys(specs).filter(isColumn);

export const defaultColumns: readonly ColumnName[] = [
  "name",
  "status",
  "step",
  "digester",
  "waited",
  "updated",
];

export function columnOf(name: ColumnName): ColumnSpec {
  return specs[name];
}

function isColumn(name: string): name is ColumnName {
  return Object.hasOwn(specs, name);
}

/** Reads `name,status,…`; what is no column, or stands there twice, is passed over. Null: none is left. */
export function readColumns(text: string): readonly ColumnName[] | null {
  const names = [...new Set(text.split(","))].filter(isColumn);
  return names.length === 0 ? null : names;
}

export function isDefault(columns: readonly ColumnName[]): boolean {
  return columns.join() === defaultColumns.join();
}

/** With a column added at its usual place, or taken out where it was; the name of a job always stays. */
export function toggleColumn(
  columns: readonly ColumnName[],
  name: ColumnName,
): readonly ColumnName[] {
  if (name === "name") return columns;
  if (columns.includes(name)) return columns.filter((one) => one !== name);
  const before = columnNames.slice(0, columnNames.indexOf(name));
  const at = columns.findLastIndex((one) => before.includes(one)) + 1;
  return columns.toSpliced(at, 0, name);
}

/** With a column moved by one place; the same where it stands at that end. */
export function moveColumn(
  columns: readonly ColumnName[],
  name: ColumnName,
  by: 1 | -1,
): readonly ColumnName[] {
  const from = columns.indexOf(name);
  const to = from + by;
  const other = columns[to];
  if (from === -1 || other === undefined) return columns;
  return columns.with(to, name).with(from, other);
}

const gap = 16;
const boxWidth = 16;

/** The tracks of a row, box for selecting first, and the width that it needs at least, in pixels. */
export function gridOf(columns: readonly ColumnName[]): { tracks: string; least: number } {
  const tracks = [`${boxWidth}px`, ...columns.map((name) => specs[name].width)].join(" ");
  const least = columns.reduce((sum, name) => sum + specs[name].least + gap, boxWidth + 48);
  return { tracks, least };
}
