import { formatPlural } from "../counts.ts";
import { cellAt, type CellLine } from "../matrix/matrix-names.ts";
import type { Problems } from "../problems.ts";
import type { LineBlock } from "../source/line-block.ts";
import type { ByteSink } from "../output/byte-sink.ts";
import type { CellRow, RowWriter } from "./row-writer.ts";
import type { TableReader } from "./table-reader.ts";

const LF = 10;

export interface ColumnTableRule {
  readonly table: string;
  /** 0-based row of the first data row of each file. */
  readonly firstRow: number;
  /** 0-based column of each cell, in the order of the writer's cells. */
  readonly cellColumns: readonly number[];
  /** Their names in the table. */
  readonly names: readonly string[];
}

/** CSV_COLUMN: one output row for each line from `firstRow` down. A line that is too short is a problem. */
export function createColumnTable(
  rule: ColumnTableRule,
  writer: RowWriter,
  sink: ByteSink,
  problems: Problems,
): TableReader {
  const width = rule.cellColumns.length;
  const needed = Math.max(...rule.cellColumns) + 1;
  const ends = new Int32Array(needed);
  const cells: CellRow = {
    bytes: [],
    from: new Int32Array(width),
    to: new Int32Array(width),
  };
  let file = "";
  /** The line above the first row, kept. */
  let header: CellLine | null = null;

  const readLine = (bytes: Buffer, from: number, delimiter: number, line: number): void => {
    const found = findCellEnds(bytes, from, delimiter, ends);
    if (found < needed) {
      problems.report(`short row ${rule.table}`, { file, line, column: null }, () => {
        const name = rule.names[rule.cellColumns.indexOf(needed - 1)] ?? "";
        const head = header === null ? undefined : cellAt(header, needed - 1);
        return (
          `The line has ${formatPlural(found, "cell")}; table ${rule.table} needs at least ${needed}, since ` +
          `${rule.table}.${name} is read from column ${needed}${head === undefined ? "" : ` (${head})`}. ` +
          "Complete the line, or check the delimiter"
        );
      });
      return;
    }
    for (let k = 0; k < width; k++) {
      const column = rule.cellColumns[k] ?? 0;
      cells.from[k] = column === 0 ? from : (ends[column - 1] ?? 0) + 1;
      cells.to[k] = ends[column] ?? 0;
    }
    writer.write(cells);
  };

  return {
    beginFile(path) {
      file = path;
      header = null;
    },
    read(block: LineBlock, delimiter) {
      cells.bytes.fill(block.bytes);
      for (let k = cells.bytes.length; k < width; k++) cells.bytes.push(block.bytes);
      const above = rule.firstRow - 1 - block.firstRow;
      if (above >= 0 && above < block.count) {
        const line = block.bytes.subarray(block.starts[above], block.starts[above + 1]);
        header = { bytes: Buffer.from(line), from: 0, delimiter };
      }
      const skip = Math.max(0, rule.firstRow - block.firstRow);
      for (let line = skip; line < block.count; line++) {
        const at = block.locate?.(line, 0).line ?? block.firstRow + line + 1;
        readLine(block.bytes, block.starts[line] ?? 0, delimiter, at);
      }
    },
    endFile() {},
    close: () => sink.close(),
    get rows() {
      return writer.rows;
    },
    columns: writer.columns,
  };
}

/**
 * Finds where the first cells of a line end, as many as `ends` has room for.
 *
 * @returns how many there are.
 */
function findCellEnds(bytes: Buffer, from: number, delimiter: number, ends: Int32Array): number {
  let found = 0;
  for (let at = from; ; at++) {
    const byte = bytes[at];
    if (byte === delimiter) {
      ends[found++] = at;
      if (found === ends.length) return found;
    } else if (byte === LF) {
      ends[found++] = at;
      return found;
    }
  }
}
