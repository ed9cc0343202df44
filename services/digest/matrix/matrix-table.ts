import type { DataSetType } from "../../contract/gobii-terms.ts";
import type { Kernels } from "../kernels/kernels.ts";
import { createByteBuffer, createByteSink, put, putByte } from "../output/byte-sink.ts";
import { asWords, type Problems } from "../problems.ts";
import type { CellPlace, LineBlock } from "../source/line-block.ts";
import { formatPlural } from "../counts.ts";
import { PRIVATE_DELIMITER } from "../source/delimiter.ts";
import type { PatternWatch } from "../source/pattern-watch.ts";
import { putFiltered, type TextFilter } from "../tables/cell-filter.ts";
import type { MatrixQuality } from "../quality/matrix-quality.ts";
import type { TableReader } from "../tables/table-reader.ts";
import {
  cellEnd,
  LF,
  type CallCounts,
  type CallWords,
  type MatrixRow,
  type MatrixRule,
} from "./matrix-rule.ts";
import { namesOfCall, type CellLine, type MatrixNames } from "./matrix-names.ts";
import type { AlleleTable } from "./vcf-alleles.ts";

export interface MatrixTableRule {
  /** Where the calls begin in each file, 0-based. */
  readonly firstRow: number;
  readonly firstColumn: number;
  readonly names: MatrixNames;
  readonly rule: MatrixRule;
  readonly declaredType: DataSetType;
  readonly filter: TextFilter | null;
  readonly alleles: AlleleTable | null;
  readonly kernels: Kernels | null;
  /** Told of what the filter matches against which cell. */
  readonly watch: PatternWatch;
}

export interface MatrixReader extends TableReader {
  counts(): CallCounts;
  /** Reports what concerns the matrix as a whole. */
  finish(): void;
}

/**
 * CSV_BOTH: converts the calls from the origin to the right and down, and writes them without header, one line per row
 * of the source. All rows of all files must have the same number of calls.
 *
 * @param path where the converted rows go, in the orientation of the source.
 * @param quality gets each row, which is a marker then; null where samples stand in rows, or nobody wants to know.
 */
export function createMatrixTable(
  table: MatrixTableRule,
  path: string,
  problems: Problems,
  warnings: Problems,
  quality: MatrixQuality | null,
): MatrixReader {
  const { rule, firstRow, firstColumn } = table;
  const sink = createByteSink(path, table.kernels?.output);
  const scratch = table.filter === null ? null : createByteBuffer(Buffer.allocUnsafe(1 << 16));
  let file: string | null = null;
  let line: number | null = null;
  let locate: ((column: number) => CellPlace) | null = null;
  let rows = 0;
  let columns = -1;
  /** Cells of the line above the first row of the file; 0 where there is none. */
  let headerCells = 0;
  /** The line that names the columns, kept; and the one that is being read, of which a filter makes another. */
  let header: CellLine | null = null;
  const current: { bytes: Buffer; from: number; delimiter: number } = {
    bytes: Buffer.alloc(0),
    from: 0,
    delimiter: 0,
  };

  const place = (cell: number) => {
    const column = cell < 0 ? null : firstColumn + cell + 1;
    const found = locate?.(Math.max(0, (column ?? 1) - 1)) ?? { line, column };
    return { file, line: found.line, column: cell < 0 ? null : found.column };
  };
  const report = (to: Problems, cell: number, kind: string, words: CallWords): void => {
    const at = place(cell);
    to.report(kind, at, () => ({
      ...namesOfCall(table.names, header, at.line === null ? null : current, cell),
      ...asWords(words(at.line ?? 0)),
    }));
  };
  const converter = rule.createConverter({
    declaredType: table.declaredType,
    alleles: table.alleles,
    kernels: table.kernels,
    fault: (cell, kind, words) => report(problems, cell, kind, words),
    warn: (cell, kind, words) => report(warnings, cell, kind, words),
  });
  const row: MatrixRow = {
    bytes: Buffer.alloc(0),
    lineFrom: 0,
    from: 0,
    to: 0,
    delimiter: 0,
    index: 0,
  };

  /** Where the cell of the first call begins, or -1 - n where the line has only n cells. */
  const findFirstCall = (block: LineBlock, from: number, delimiter: number): number => {
    let at = from;
    for (let skipped = 0; skipped < firstColumn; skipped++) {
      at = cellEnd(block.bytes, at, delimiter);
      if (block.bytes[at] === LF) return -2 - skipped;
      at++;
    }
    return at;
  };

  const irregular = (actual: number): void => {
    report(problems, -1, "irregular matrix", () => ({
      message: `Exception in processing matrix file. Irregular size matrix. Expected: ${columns} actual: ${actual}`,
      plain:
        `The line has ${formatPlural(actual, "call")}, the first one has ${columns}; expected as many in every line. ` +
        "Look for a delimiter that is missing or too many, and for a line that was cut short.",
    }));
  };

  const shortRow = (cells: number): void => {
    if (columns >= 0) {
      irregular(0);
      return;
    }
    report(
      problems,
      -1,
      "irregular matrix",
      () =>
        `The line has ${formatPlural(cells, "cell")}; the matrix begins at cell ${firstColumn + 1}. Check the delimiter ` +
        "and from which column the instruction reads it",
    );
  };

  /**
   * Some programs end each line but the header with a delimiter. Empty cells that no column of the header stands above are
   * no calls; the line is cut off before them, which no other table can see, since the matrix reads a block last.
   */
  const dropTrailingDelimiters = (): void => {
    const { bytes, delimiter } = row;
    if (headerCells === 0 || bytes[row.to - 1] !== delimiter) return;
    let extra = countCells(bytes, row.lineFrom, row.to, delimiter) - headerCells;
    while (extra-- > 0 && row.to > row.from && bytes[row.to - 1] === delimiter) row.to--;
    bytes[row.to] = LF;
  };

  /** Puts the calls through the filter of the matrix column, if there is one. */
  const filterCalls = (): void => {
    if (scratch === null) return;
    scratch.at = 0;
    // The cell before the calls comes along: in a VCF it is the format of the calls.
    let before = row.from;
    if (before > row.lineFrom) before--;
    while (before > row.lineFrom && row.bytes[before - 1] !== row.delimiter) before--;
    if (before < row.from) {
      put(scratch, row.bytes, before, row.from - 1);
      putByte(scratch, PRIVATE_DELIMITER);
    }
    const begin = scratch.at;
    for (let at = row.from; ; at++) {
      const end = cellEnd(row.bytes, at, row.delimiter);
      putFiltered(scratch, table.filter, row.bytes, at, end, table.watch);
      putByte(scratch, row.bytes[end] === LF ? LF : PRIVATE_DELIMITER);
      at = end;
      if (row.bytes[end] === LF) break;
    }
    row.bytes = scratch.bytes;
    row.lineFrom = 0;
    row.from = begin;
    row.to = scratch.at - 1;
    row.delimiter = PRIVATE_DELIMITER;
  };

  const readRow = (block: LineBlock, k: number, delimiter: number): void => {
    const lineFrom = block.starts[k] ?? 0;
    current.bytes = block.bytes;
    current.from = lineFrom;
    current.delimiter = delimiter;
    const from = findFirstCall(block, lineFrom, delimiter);
    if (from < 0) {
      shortRow(-1 - from);
      rows++;
      return;
    }
    row.bytes = block.bytes;
    row.lineFrom = lineFrom;
    row.from = from;
    row.to = (block.starts[k + 1] ?? 0) - 1;
    row.delimiter = delimiter;
    row.index = rows++;
    dropTrailingDelimiters();
    filterCalls();
    sink.room((row.to - row.from + 1) * (rule.width + 1));
    const end = converter.convert(row, sink.bytes, sink.at);
    const calls = (end - sink.at) / (rule.width + 1);
    if (columns < 0) columns = calls;
    else if (calls !== columns) irregular(calls);
    sink.bytes[end - 1] = LF;
    quality?.row(row, sink.bytes, sink.at, end, { file, line, isAsRead: scratch === null });
    sink.at = end;
    sink.commit();
  };

  return {
    beginFile(opened) {
      file = opened;
      headerCells = 0;
      header = null;
    },
    read(block, delimiter) {
      const naming = (table.names.ofColumns?.row ?? -1) - block.firstRow;
      if (naming >= 0 && naming < block.count) {
        // The block is gone when a call of another one is found wanting.
        const kept = block.bytes.subarray(block.starts[naming], block.starts[naming + 1]);
        header = { bytes: Buffer.from(kept), from: 0, delimiter };
      }
      const above = firstRow - 1 - block.firstRow;
      if (above >= 0 && above < block.count) {
        const lineFrom = block.starts[above] ?? 0;
        const lineTo = (block.starts[above + 1] ?? 0) - 1;
        headerCells = countCells(block.bytes, lineFrom, lineTo, delimiter);
        const at = findFirstCall(block, lineFrom, delimiter);
        if (at >= 0) converter.header?.(block.bytes, lineFrom, at);
        quality?.header(block.bytes, lineFrom, lineTo, delimiter);
      }
      for (let k = Math.max(0, above + 1); k < block.count; k++) {
        line = block.firstRow + k + 1;
        const find = block.locate;
        locate = find === undefined ? null : (column) => find(k, column);
        readRow(block, k, delimiter);
      }
    },
    endFile() {},
    finish() {
      file = null;
      line = null;
      locate = null;
      converter.finish?.();
    },
    close: () => sink.close(),
    counts: () => converter.counts(),
    get rows() {
      return rows;
    },
    get columns() {
      return Math.max(0, columns);
    },
  };
}

function countCells(bytes: Buffer, from: number, to: number, delimiter: number): number {
  let cells = 1;
  for (let at = from; at < to; at++) if (bytes[at] === delimiter) cells++;
  return cells;
}
