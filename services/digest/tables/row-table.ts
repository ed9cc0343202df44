import { formatPlural } from "../counts.ts";
import type { Problems } from "../problems.ts";
import type { ByteSink } from "../output/byte-sink.ts";
import type { CellRow, RowWriter } from "./row-writer.ts";
import type { TableReader } from "./table-reader.ts";

export interface RowTableRule {
  readonly table: string;
  /** Where each CSV_ROW column begins, 0-based, in the order of the writer's cells. */
  readonly origins: readonly {
    readonly name: string;
    readonly row: number;
    readonly column: number;
  }[];
  /** True in a load with a matrix: the rows are taken from the first file, and the other files must agree. */
  readonly onceForAllFiles: boolean;
}

/** A row that was read, from its first wanted cell on. */
interface TakenRow {
  readonly bytes: Buffer;
  readonly delimiter: number;
  readonly cells: number;
}

/** CSV_ROW: one output row for each cell of a line, several lines side by side. */
export function createRowTable(
  rule: RowTableRule,
  writer: RowWriter,
  sink: ByteSink,
  problems: Problems,
): TableReader {
  const { origins } = rule;
  let file = "";
  let taken: (TakenRow | null)[] = [];
  let first: { readonly file: string; readonly rows: readonly (TakenRow | null)[] } | null = null;

  const take = (bytes: Buffer, from: number, to: number, delimiter: number, k: number): void => {
    const origin = origins[k];
    if (origin === undefined) return;
    let at = from;
    for (let skipped = 0; skipped < origin.column; skipped++) {
      while (at < to && bytes[at] !== delimiter) at++;
      if (at === to) {
        problems.report(
          `short row ${rule.table}`,
          { file, line: origin.row + 1, column: null },
          () =>
            `The line has ${formatPlural(skipped + 1, "cell")}; ${rule.table}.${origin.name} begins at cell ${origin.column + 1}. ` +
            "Check the delimiter, and from which column the instruction reads it",
        );
        return;
      }
      at++;
    }
    const row = Buffer.from(bytes.subarray(at, to));
    let cells = 1;
    for (const byte of row) if (byte === delimiter) cells++;
    taken[k] = { bytes: row, delimiter, cells };
  };

  const write = (rows: readonly TakenRow[]): void => {
    const reference = rows[0];
    if (reference === undefined) return;
    for (const [k, row] of rows.entries()) {
      if (row.cells === reference.cells) continue;
      const [a, b] = [origins[0], origins[k]];
      problems.report(
        `uneven rows ${rule.table}`,
        { file, line: (b?.row ?? 0) + 1, column: null },
        () =>
          `The rows of table ${rule.table} differ in length: ${a?.name} (line ${(a?.row ?? 0) + 1}) has ` +
          `${reference.cells} cells, ${b?.name} (line ${(b?.row ?? 0) + 1}) has ${row.cells}; expected as many. Complete the shorter one`,
      );
      return;
    }
    const cells: CellRow = {
      bytes: rows.map((row) => row.bytes),
      from: new Int32Array(rows.length),
      to: new Int32Array(rows.length).fill(-1),
    };
    for (let n = 0; n < reference.cells; n++) {
      for (const [k, row] of rows.entries()) {
        const from = (cells.to[k] ?? 0) + 1;
        const end = row.bytes.indexOf(row.delimiter, from);
        cells.from[k] = from;
        cells.to[k] = end < 0 ? row.bytes.length : end;
      }
      writer.write(cells);
    }
  };

  const compare = (known: NonNullable<typeof first>): void => {
    for (const [k, row] of known.rows.entries()) {
      const other = taken[k] ?? null;
      if (row === other || (row !== null && other !== null && row.bytes.equals(other.bytes))) {
        continue;
      }
      const origin = origins[k];
      problems.report(
        `files disagree ${rule.table}`,
        { file, line: (origin?.row ?? 0) + 1, column: (origin?.column ?? 0) + 1 },
        () =>
          `The cells of ${rule.table}.${origin?.name} differ from those of ${known.file}; ` +
          `expected the same in every file of a matrix. Load the files apart, or put their columns in one order`,
      );
    }
  };

  /** All rows may lie beyond the end of the file, which makes no rows; not some of them. */
  const reportAbsent = (): void => {
    const absent = origins.find((_origin, k) => taken[k] === null);
    problems.report(
      `absent row ${rule.table}`,
      { file, line: (absent?.row ?? 0) + 1, column: null },
      () =>
        `The file ends before line ${(absent?.row ?? 0) + 1}, where ${rule.table}.${absent?.name} is read. Check in which line it begins`,
    );
  };

  return {
    beginFile(path) {
      file = path;
      taken = origins.map(() => null);
    },
    read(block, delimiter) {
      for (const [k, origin] of origins.entries()) {
        const line = origin.row - block.firstRow;
        if (line < 0 || line >= block.count) continue;
        const from = block.starts[line] ?? 0;
        take(block.bytes, from, (block.starts[line + 1] ?? 0) - 1, delimiter, k);
      }
    },
    endFile() {
      if (first !== null) {
        compare(first);
        return;
      }
      if (rule.onceForAllFiles) first = { file, rows: taken };
      const rows = taken.filter((row) => row !== null);
      if (rows.length === origins.length) write(rows);
      else if (rows.length > 0 && problems.count === 0) reportAbsent();
    },
    locate(bytes, from) {
      const k = taken.findIndex((row) => row?.bytes === bytes);
      const [row, origin] = [taken[k] ?? null, origins[k]];
      if (row === null || origin === undefined) return null;
      let column = origin.column + 1;
      for (let at = 0; at < from; at++) if (bytes[at] === row.delimiter) column++;
      return { line: origin.row + 1, column };
    },
    close: () => sink.close(),
    get rows() {
      return writer.rows;
    },
    columns: writer.columns,
  };
}
