import type { ColumnRule } from "../../contract/load.ts";
import { put, putByte, putNumber, type ByteSink } from "../output/byte-sink.ts";
import { createPatternWatch, type PatternWatch } from "../source/pattern-watch.ts";
import { compileTextFilter, putFiltered, type TextFilter } from "./cell-filter.ts";

const TAB = 9;
const LF = 10;

/** The cells of one output row, in the order of the table's CSV columns; each may lie in a buffer of its own. */
export interface CellRow {
  readonly bytes: Buffer[];
  readonly from: Int32Array;
  readonly to: Int32Array;
}

/** Sees or changes a whole value, subcolumns included, that begins at `from` and ends the sink. */
export type ValueStep = (sink: ByteSink, from: number) => void;

export interface RowWriterOptions {
  /** Steps by column name. */
  readonly valueSteps?: ReadonlyMap<string, readonly ValueStep[]>;
  /** Whether a row that is equal to an earlier one is left out. */
  readonly distinct?: boolean;
  /** Told of what is matched against which cell. */
  readonly watch?: PatternWatch;
}

export interface RowWriter {
  write(cells: CellRow): void;
  /** Rows written, without the header and without those left out. */
  readonly rows: number;
  readonly columns: number;
}

type Part =
  | { readonly kind: "constant"; readonly value: Buffer }
  | { readonly kind: "counter" }
  | { readonly kind: "cell"; readonly index: number; readonly filter: TextFilter | null };

interface Value {
  /** What stands before the first part: TAB but for the first column. */
  readonly parts: readonly { readonly before: Buffer; readonly part: Part }[];
  readonly steps: readonly ValueStep[];
}

/**
 * Writes the header at once and then one row per call: the columns joined by TAB, subcolumns joined to the column before
 * them. Constants and the running number, which counts from 0 over all files, come along with the cells.
 *
 * @throws AppError `invalid_instruction` for a filter that cannot be used.
 */
export function createRowWriter(
  sink: ByteSink,
  columns: readonly ColumnRule[],
  options: RowWriterOptions = {},
): RowWriter {
  const values = toValues(columns, options.valueSteps ?? new Map());
  const seen = options.distinct === true ? new Set<string>() : null;
  /** The row before: in most files equal rows follow each other, and no string need be made to see it. */
  let lastRow: Buffer | null = null;
  const watch = options.watch ?? createPatternWatch();
  let counter = 0;
  let rows = 0;

  const header = Buffer.from(`${headerOf(columns).join("\t")}\n`);
  put(sink, header, 0, header.length);
  sink.commit();

  const putPart = (part: Part, cells: CellRow): void => {
    switch (part.kind) {
      case "constant":
        put(sink, part.value, 0, part.value.length);
        return;
      case "counter":
        putNumber(sink, counter);
        return;
      case "cell": {
        const source = cells.bytes[part.index];
        if (source === undefined) return;
        putFiltered(
          sink,
          part.filter,
          source,
          cells.from[part.index] ?? 0,
          cells.to[part.index] ?? 0,
          watch,
        );
      }
    }
  };

  return {
    write(cells) {
      const begin = sink.at;
      let first = true;
      for (const value of values) {
        if (!first) putByte(sink, TAB);
        first = false;
        const valueBegin = sink.at;
        for (const { before, part } of value.parts) {
          if (before.length > 0) put(sink, before, 0, before.length);
          putPart(part, cells);
        }
        for (const step of value.steps) step(sink, valueBegin);
      }
      counter++;
      if (seen !== null) {
        if (
          lastRow !== null &&
          sink.bytes.compare(lastRow, 0, lastRow.length, begin, sink.at) === 0
        ) {
          sink.at = begin;
          return;
        }
        lastRow = Buffer.from(sink.bytes.subarray(begin, sink.at));
        const row = sink.bytes.toString("latin1", begin, sink.at);
        if (seen.has(row)) {
          sink.at = begin;
          return;
        }
        seen.add(row);
      }
      putByte(sink, LF);
      rows++;
      sink.commit();
    },
    get rows() {
      return rows;
    },
    columns: values.length,
  };
}

/** The names in the header; a subcolumn has none, unless it stands first and so is a column after all. */
export function headerOf(columns: readonly ColumnRule[]): string[] {
  return columns
    .filter((column, index) => !column.subcolumn || index === 0)
    .map((column) => column.name);
}

const NOTHING = Buffer.alloc(0);

function toValues(
  columns: readonly ColumnRule[],
  valueSteps: ReadonlyMap<string, readonly ValueStep[]>,
): Value[] {
  const values: { parts: { before: Buffer; part: Part }[]; steps: readonly ValueStep[] }[] = [];
  let cellIndex = 0;
  for (const column of columns) {
    const part: Part =
      column.type === "CONSTANT"
        ? { kind: "constant", value: Buffer.from(column.constantValue ?? "") }
        : column.type === "AUTOINCREMENT"
          ? { kind: "counter" }
          : { kind: "cell", index: cellIndex++, filter: compileTextFilter(column) };
    const parent = values.at(-1);
    if (column.subcolumn && parent !== undefined) {
      parent.parts.push({ before: Buffer.from(column.subcolumnDelimiter ?? ""), part });
    } else {
      values.push({
        parts: [{ before: NOTHING, part }],
        steps: valueSteps.get(column.name) ?? [],
      });
    }
  }
  return values;
}
