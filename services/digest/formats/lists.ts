import { markerRoles, sampleRoles, type ColumnRole } from "../../contract/preview.ts";
import { noCalls, type Format } from "./format.ts";
import type { Head } from "./head.ts";
import { findMatrix } from "./matrix-shape.ts";
import { rolesOf } from "./roles.ts";

/** The first line with more than one telling name. */
function findHeader(head: Head): { row: number; roles: ReturnType<typeof rolesOf> } | null {
  for (const [row, cells] of head.rows.slice(0, 20).entries()) {
    if (cells.some((cell) => cell.startsWith("##"))) continue;
    const roles = rolesOf(cells);
    if (roles.length > 0) return { row, roles };
  }
  return null;
}

function listFormat(
  name: "MARKER_LIST" | "SAMPLE_LIST",
  title: string,
  key: ColumnRole,
  telling: readonly ColumnRole[],
): Format {
  return {
    name,
    title,
    recognise(head) {
      const header = findHeader(head);
      if (header === null) return null;
      const roles = header.roles.map(({ role }) => role);
      const others = roles.filter((role) => telling.includes(role) && role !== key);
      const isOther = name === "SAMPLE_LIST" ? roles.includes("marker") : roles.includes("sample");
      const hasKey = roles.includes(key) || (name === "SAMPLE_LIST" && others.length > 0);
      if (!hasKey || isOther || findMatrix(head) !== null) return null;
      return {
        confidence: Math.min(0.85, 0.5 + 0.1 * others.length),
        evidence: [
          `Line ${header.row + 1} has columns that say ${header.roles.map(({ role }) => role.replaceAll("_", " ")).join(", ")}.`,
          "There is no block of calls.",
        ],
        orientation: noCalls,
        dataSetType: noCalls,
        layout: {
          firstRow: header.row + 1,
          firstColumn: null,
          columns: header.roles.filter(({ role }) => role === key || telling.includes(role)),
          rows: [],
        },
      };
    },
  };
}

/** One marker in each row, with its alleles or its position. */
export const markerList = listFormat("MARKER_LIST", "list of markers", "marker", markerRoles);

/** One sample in each row. */
export const sampleList = listFormat("SAMPLE_LIST", "list of samples", "sample", sampleRoles);
