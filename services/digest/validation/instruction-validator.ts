import type { ProblemWords } from "../../contract/problem-words.ts";
import type { ColumnRule, Load } from "../../contract/load.ts";

/** The outcome of each part, as GOBii's InstructionFileValidator gives it: its first message and what it means, or null. */
export interface InstructionFindings {
  readonly markers: ProblemWords | null;
  readonly samples: ProblemWords | null;
  readonly dataset: ProblemWords | null;
}

type Columns = ReadonlyMap<string, ColumnRule>;

/** A check of the columns that are read from the source: what is wrong, or null. */
type Check = (columns: Columns) => ProblemWords | null;

/** Both columns, written `table.column`, must be read from the same place. */
function sameOrigin(first: string, second: string): Check {
  return (columns) => {
    const [a, b] = [columns.get(first), columns.get(second)];
    if (a === undefined || b === undefined) return null;
    return a.row === b.row && a.column === b.column
      ? null
      : {
          message: `Mismatch between ${written(first)} and ${written(second)}`,
          plain:
            `The instruction reads ${first} from ${cellOf(a)} and ${second} from ${cellOf(b)}; expected the same cells for both. ` +
            "Let both begin in the same cell.",
        };
  };
}

/** The table of the first column needs the table of the second. */
function needs(first: string, second: string): Check {
  return (columns) =>
    columns.has(first) && !columns.has(second)
      ? {
          message: `${tableOf(first)} exists without ${tableOf(second)}`,
          plain: `The instruction reads ${first} but not ${second}, which it belongs to. Add ${second} to the instruction, or leave ${tableOf(first)} out.`,
        }
      : null;
}

const positionColumns = ["marker_name", "linkage_group_name", "start", "stop"];

function completeMarkerLinkageGroup(columns: Columns): ProblemWords | null {
  const found = positionColumns.filter((name) => columns.has(`marker_linkage_group.${name}`));
  const missing = positionColumns.filter((name) => !found.includes(name));
  return found.length === 0 || missing.length === 0
    ? null
    : {
        message:
          "Marker_linkage_group exists but doesn't contain all columns lg_name, marker_name, start and stop",
        plain: `The table marker_linkage_group is read without ${missing.join(" and ")}. Add what is missing to the instruction, or leave the table out.`,
      };
}

const markerChecks: readonly Check[] = [
  sameOrigin("marker.name", "marker_linkage_group.marker_name"),
  sameOrigin("marker_linkage_group.linkage_group_name", "linkage_group.name"),
  sameOrigin("marker_prop.marker_name", "marker.name"),
  needs("marker_prop.name", "marker.name"),
  completeMarkerLinkageGroup,
];

const sampleChecks: readonly Check[] = [
  sameOrigin("germplasm.external_code", "dnasample.external_code"),
  sameOrigin("dnasample.name", "dnarun.dnasample_name"),
  needs("germplasm_prop.name", "germplasm.name"),
  sameOrigin("germplasm_prop.external_code", "germplasm.external_code"),
  needs("dnasample_prop.name", "dnasample.name"),
  sameOrigin("dnasample_prop.dnasample_name", "dnasample.name"),
  needs("dnarun_prop.name", "dnarun.name"),
  sameOrigin("dnarun_prop.dnarun_name", "dnarun.name"),
];

const datasetChecks: readonly Check[] = [
  needs("matrix.matrix", "dataset_marker.marker_name"),
  needs("matrix.matrix", "dataset_dnarun.dnarun_name"),
  sameOrigin("marker.name", "dataset_marker.marker_name"),
  sameOrigin("dnarun.name", "dataset_dnarun.dnarun_name"),
];

/**
 * Checks that the tables of a load belong together, before anything is read. Each part stops at its first finding. A
 * coordinate that is missing is found by the first part.
 */
export function validateInstruction(load: Load): InstructionFindings {
  const columns = new Map<string, ColumnRule>();
  let badCoordinate: ProblemWords | null = null;
  for (const { table, columns: rules } of load.tables) {
    for (const column of rules) {
      if (!isRead(column)) continue;
      columns.set(`${table}.${column.name}`, column);
      // GOBii names the column of the matrix as its user did.
      if (table === "matrix") columns.set("matrix.matrix", column);
      const bad = column.column === null ? "column" : column.row === null ? "row" : null;
      if (bad !== null) {
        badCoordinate ??= badCoordinateWords(bad, table, column);
      }
    }
  }
  return {
    markers: badCoordinate ?? firstFinding(markerChecks, columns),
    samples: firstFinding(sampleChecks, columns),
    dataset: firstFinding(datasetChecks, columns),
  };
}

/** A column of which the instruction does not say where it begins. */
export function badCoordinateWords(
  bad: "row" | "column",
  table: string,
  column: ColumnRule,
): ProblemWords {
  const found = column[bad];
  return {
    message: `Invalid value in ${bad} coordinate for ${table}(${column.name})`,
    plain:
      `The instruction says of ${table}.${column.name} ${found === null ? "nothing" : JSON.stringify(found)} for the ${bad} where ` +
      `it begins (${bad === "row" ? "rCoord" : "cCoord"}); expected a whole number, 0 for the first. Add it.`,
  };
}

/** What all parts found. */
export function findingsOf(findings: InstructionFindings): ProblemWords[] {
  return [findings.markers, findings.samples, findings.dataset].filter((found) => found !== null);
}

function firstFinding(checks: readonly Check[], columns: Columns): ProblemWords | null {
  for (const check of checks) {
    const finding = check(columns);
    if (finding !== null) return finding;
  }
  return null;
}

function isRead(column: ColumnRule): boolean {
  return column.type === "CSV_COLUMN" || column.type === "CSV_ROW" || column.type === "CSV_BOTH";
}

function tableOf(path: string): string {
  return path.slice(0, path.indexOf("."));
}

/** `marker.name` as messages write it: `marker(name)`. */
function written(path: string): string {
  return `${tableOf(path)}(${path.slice(path.indexOf(".") + 1)})`;
}

/** Counted from 1, as people do. */
function cellOf({ row, column }: ColumnRule): string {
  return `line ${(row ?? 0) + 1}, column ${(column ?? 0) + 1}`;
}
