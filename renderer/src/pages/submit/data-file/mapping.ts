import type { ColumnRole, Detection, Layout } from "../../../../../services/contract/preview.ts";
import type { Mapping } from "../../../../../services/contract/saved-template.ts";

export const noMapping: Mapping = {
  format: null,
  orientation: null,
  dataSetType: null,
  corner: null,
  columns: {},
  rows: {},
};

const byPerson = "You said so.";

/** What was found out, as the person sees it. */
export function applyMapping(
  detection: Detection,
  mapping: Mapping,
  header: readonly string[],
): Detection {
  const { orientation, dataSetType, corner } = mapping;
  return {
    ...detection,
    orientation: said(detection.orientation, orientation),
    dataSetType: said(detection.dataSetType, dataSetType),
    layout: mapLayout(detection.layout, { ...mapping, corner }, header),
  };
}

function said<T>(found: { value: T | null; evidence: string }, value: T | null) {
  return value === null ? found : { value, evidence: byPerson };
}

function mapLayout(layout: Layout, mapping: Mapping, header: readonly string[]): Layout {
  const firstRow = mapping.corner?.row ?? layout.firstRow;
  const firstColumn = mapping.corner?.column ?? layout.firstColumn;
  const columns = mergeRoles(
    new Map(layout.columns.map(({ column, role }) => [column, role])),
    mapping.columns,
  ).filter(({ place }) => firstColumn === null || place < firstColumn);
  const rows = mergeRoles(
    new Map(layout.rows.map(({ row, role }) => [row, role])),
    mapping.rows,
  ).filter(({ place }) => place < firstRow);
  return {
    firstRow,
    firstColumn,
    columns: columns.map(({ place, role }) => ({
      column: place,
      name: layout.columns.find(({ column }) => column === place)?.name ?? header[place] ?? "",
      role,
    })),
    rows: rows.map(({ place, role }) => ({ row: place, role })),
  };
}

function mergeRoles(
  found: ReadonlyMap<number, ColumnRole>,
  given: Readonly<Record<number, ColumnRole | null>>,
): { place: number; role: ColumnRole }[] {
  const roles = new Map<number, ColumnRole | null>(found);
  for (const [place, role] of Object.entries(given)) roles.set(Number(place), role);
  return [...roles]
    .flatMap(([place, role]) => (role === null ? [] : [{ place, role }]))
    .toSorted((a, b) => a.place - b.place);
}

/** One thing has one place: whatever said it before does not any more. */
export function withColumnRole(
  mapping: Mapping,
  layout: Layout,
  column: number,
  role: ColumnRole | null,
): Mapping {
  const others = layout.columns.filter((item) => item.role === role && item.column !== column);
  const cleared = Object.fromEntries(others.map((item) => [item.column, null]));
  return { ...mapping, columns: { ...mapping.columns, ...cleared, [column]: role } };
}

/** The same for a row above the calls. */
export function withRowRole(
  mapping: Mapping,
  layout: Layout,
  row: number,
  role: ColumnRole | null,
): Mapping {
  const others = layout.rows.filter((item) => item.role === role && item.row !== row);
  const cleared = Object.fromEntries(others.map((item) => [item.row, null]));
  return { ...mapping, rows: { ...mapping.rows, ...cleared, [row]: role } };
}
