import type { Quality } from "../../contract/quality.ts";
import { cellOf, columnOf, type NamingTable } from "./names.ts";
import { readRows } from "./rows.ts";

/** More than any karyotype has: the markers are not in the order of their chromosomes then. */
const MOST_RUNS = 200;

/** Where each chromosome begins among the markers of a matrix; undefined where no table of the load tells, or not in order. */
export function chromosomesOf(
  tables: readonly NamingTable[],
  markers: number,
): Quality["missingMap"]["chromosomes"] {
  const column = columnOf(tables, [["marker_linkage_group", "linkage_group_name"]], markers);
  if (column === null) return undefined;
  const found: { name: string; first: number }[] = [];
  let marker = 0;
  for (const row of readRows(column.path, 1)) {
    const name = cellOf(row, column.index);
    if (name !== found.at(-1)?.name) {
      if (found.length === MOST_RUNS) return undefined;
      found.push({ name, first: marker });
    }
    marker += 1;
  }
  return found;
}
