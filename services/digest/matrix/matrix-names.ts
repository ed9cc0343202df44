import type { ProblemWords } from "../../contract/problem-words.ts";
import type { ColumnRule, Load, TableRule } from "../../contract/load.ts";
import { cellEnd, cellText, LF } from "./matrix-rule.ts";

/** Where in the file of a matrix its markers and samples are named, 0-based; null where they are not. */
export interface MatrixNames {
  /** The cell that names what the first column of calls is of; the names of the others follow to its right. */
  readonly ofColumns: {
    readonly row: number;
    readonly column: number;
    /** The names of the load stand in another file, so that this is only how the column is headed. */
    readonly isHeading: boolean;
  } | null;
  /** The column that names what each row is of. */
  readonly ofRows: { readonly column: number } | null;
  /** What stands in rows. */
  readonly rows: "marker" | "sample";
}

/** The columns of tables that name markers and samples, the best first. */
const NAMING = {
  marker: ["dataset_marker.marker_name", "marker.name"],
  sample: ["dataset_dnarun.dnarun_name", "dnarun.name", "dnasample.name"],
} as const;

/**
 * Finds the names of a matrix by the other tables of its load. Where none of these has them, the line above the calls and the
 * first cell of each line are most likely names.
 */
export function namesOfMatrix(load: Load, rule: TableRule, calls: ColumnRule): MatrixNames {
  const isSampleFast = load.orientation === "SAMPLE_FAST";
  const [rows, columns] = isSampleFast
    ? (["sample", "marker"] as const)
    : (["marker", "sample"] as const);
  const [row, column] = [calls.row ?? 0, calls.column ?? 0];
  const above = findNaming(load, NAMING[columns]);
  const left = findNaming(load, NAMING[rows]);
  return {
    rows,
    ofColumns:
      above === null
        ? row > 0
          ? { row: row - 1, column, isHeading: false }
          : null
        : above.source === rule.source && above.type === "CSV_ROW"
          ? { row: above.row, column: above.column, isHeading: false }
          : row > 0
            ? { row: row - 1, column, isHeading: true }
            : null,
    ofRows:
      left === null
        ? column > 0
          ? { column: 0 }
          : null
        : left.source === rule.source && left.type === "CSV_COLUMN"
          ? { column: left.column }
          : null,
  };
}

interface Naming {
  readonly source: string;
  readonly type: ColumnRule["type"];
  readonly row: number;
  readonly column: number;
}

function findNaming(load: Load, wanted: readonly string[]): Naming | null {
  for (const name of wanted) {
    for (const { table, source, columns } of load.tables) {
      const found = columns.find((column) => `${table}.${column.name}` === name);
      if (found === undefined) continue;
      return { source, type: found.type, row: found.row ?? 0, column: found.column ?? 0 };
    }
  }
  return null;
}

/** A line of a block whose cells are told apart by `delimiter`; an LF ends it. */
export interface CellLine {
  readonly bytes: Buffer;
  readonly from: number;
  readonly delimiter: number;
}

/**
 * The sample and the marker of a call, as far as the file names them, or else the heading of its column.
 *
 * @param header the line that names the columns.
 * @param line that of the call; null: it concerns no line.
 * @param cell 0-based among the calls; negative: the line as a whole.
 */
export function namesOfCall(
  names: MatrixNames,
  header: CellLine | null,
  line: CellLine | null,
  cell: number,
): Pick<ProblemWords, "sample" | "marker" | "columnName"> {
  const { ofRows, ofColumns, rows } = names;
  const ofRow = ofRows === null || line === null ? undefined : cellAt(line, ofRows.column);
  const ofColumn =
    ofColumns === null || header === null || line === null || cell < 0
      ? undefined
      : cellAt(header, ofColumns.column + cell);
  const isHeading = ofColumns?.isHeading === true;
  const ofSecond = isHeading ? undefined : ofColumn;
  const [marker, sample] = rows === "marker" ? [ofRow, ofSecond] : [ofSecond, ofRow];
  return {
    ...(isHeading && ofColumn !== undefined ? { columnName: ofColumn } : {}),
    ...(sample === undefined ? {} : { sample }),
    ...(marker === undefined ? {} : { marker }),
  };
}

/** The text of the cell with this 0-based number; undefined where it says nothing. */
export function cellAt({ bytes, from, delimiter }: CellLine, column: number): string | undefined {
  let at = from;
  for (let skipped = 0; skipped < column; skipped++) {
    at = cellEnd(bytes, at, delimiter);
    if (bytes[at] === LF) return undefined;
    at++;
  }
  const text = cellText(bytes, at, cellEnd(bytes, at, delimiter)).trim();
  return text === "" || text === "." ? undefined : text;
}
