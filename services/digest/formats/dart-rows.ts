import { badCall } from "../matrix/matrix-rule.ts";
import type { Delimiter } from "../source/delimiter.ts";
import { watchLimit } from "../source/source-files.ts";
import { createRowBuilder, type RowBuilder } from "./row-builder.ts";
import {
  forEachLine,
  readLines,
  type Line,
  type RowContext,
  type RowReader,
} from "./row-reader.ts";

/**
 * DArTseq SNP calls, brought to the co-dominant codes that GOBii knows: 0 and 2 are the homozygotes of the reference and
 * of the SNP allele, 1 is the heterozygote, N is missing. All other rows and columns stay as they are. Source: DArT's
 * report descriptions, checked against the metrics that stand in its files.
 */

const [ZERO, ONE, TWO, DASH, N, STAR] = [48, 49, 50, 45, 78, 42];

/** The line that names the columns, and where the calls begin in it. */
interface DartHeader {
  readonly firstCall: number;
  readonly names: readonly string[];
  /** Which column says the SNP, blank in the row of the reference allele; -1 where none does. */
  readonly snp: number;
}

/** Columns that stand before those of the samples; the last one ends them where no line of stars shows it. */
const LAST_METRICS = /^(rep_?avg|reproducibility|avg_?(count|read_?depth).*|avg_?pic|call_?rate)$/i;

/**
 * Where the calls of a DArT report begin: behind the stars of its first lines or, without such lines, behind the last
 * column of a name that DArT gives to its metrics. -1 where neither is found.
 */
export function firstDartCall(
  starLine: readonly string[] | null,
  header: readonly string[],
): number {
  if (starLine !== null) return starLine.findIndex((cell) => cell !== "*" && cell !== "");
  const last = header.findLastIndex((cell) => LAST_METRICS.test(cell.trim()));
  return last < 0 || last + 1 >= header.length ? -1 : last + 1;
}

/** One row for each marker: 0 reference, 1 SNP, 2 heterozygous. */
export const readDartOneRow: RowReader = (file, context) =>
  readDart(file, context, (header, rows) => {
    const codes = new Uint8Array(256);
    codes[ZERO] = ZERO;
    codes[ONE] = TWO;
    codes[TWO] = ONE;
    codes[DASH] = N;
    return {
      line(line) {
        const cells = cutCells(line, context.delimiter.byte);
        rows.copy(line.bytes, line.from, (cells.starts[header.firstCall] ?? line.to + 1) - 1);
        rows.endCell();
        for (let cell = header.firstCall; cell < cells.count; cell++) {
          const code = callAt(line, cells, cell);
          let out = codes[code] ?? 0;
          if (out === 0) {
            reportCall(file.path, context, header, line, cells, cell, "0, 1, 2 or -");
            out = N;
          }
          putCall(rows, out);
        }
        rows.endRow(placeOf(line));
      },
      end() {},
    };
  });

/** Two rows for each marker, of the reference allele and of the SNP allele: 1 present, 0 absent. */
export const readDartTwoRow: RowReader = (file, context) =>
  readDart(file, context, (header, rows) => {
    let reference: { readonly line: Line; readonly cells: Cells } | null = null;

    const pair = (line: Line, ref: Line, refCells: Cells): void => {
      const cells = cutCells(line, context.delimiter.byte);
      const [a, b] = [cloneOf(ref, refCells), cloneOf(line, cells)];
      if (a !== b) {
        context.problems.report(
          "dart pair",
          { file: file.path, line: line.number, column: 1 },
          () => `The row of ${b} stands where the SNP row of ${a} (line ${ref.number}) is expected`,
        );
      }
      if (cells.count !== refCells.count) {
        context.problems.report(
          "dart pair",
          { file: file.path, line: line.number, column: null },
          () =>
            `The line has ${cells.count} cells; the row of the reference allele, line ${ref.number}, has ${refCells.count}`,
        );
        return;
      }
      if (header.snp >= 0 && (!isBlank(refCells, header.snp) || isBlank(cells, header.snp))) {
        context.problems.report(
          "dart pair",
          { file: file.path, line: ref.number, column: header.snp + 1 },
          () =>
            "Expected the row of the reference allele, with no SNP, and then the one of the SNP",
        );
      }
      rows.copy(line.bytes, line.from, (cells.starts[header.firstCall] ?? line.to + 1) - 1);
      rows.endCell();
      for (let cell = header.firstCall; cell < cells.count; cell++) {
        putCall(rows, merge(ref, refCells, line, cells, cell));
      }
      rows.endRow(placeOf(line));
    };

    const merge = (ref: Line, refCells: Cells, line: Line, cells: Cells, cell: number): number => {
      const [r, s] = [callAt(ref, refCells, cell), callAt(line, cells, cell)];
      if (r === ONE && s === ZERO) return ZERO;
      if (r === ZERO && s === ONE) return TWO;
      if (r === ONE && s === ONE) return ONE;
      if (r === DASH && s === DASH) return N;
      const badRef = r !== ZERO && r !== ONE && r !== DASH;
      if (badRef || (s !== ZERO && s !== ONE && s !== DASH)) {
        const [bad, badCells] = badRef ? [ref, refCells] : [line, cells];
        reportCall(file.path, context, header, bad, badCells, cell, "0, 1 or -");
        return N;
      }
      const kind = r === ZERO && s === ZERO ? "neither allele" : "one allele only";
      context.warnings.report(
        `dart ${kind}`,
        { file: file.path, line: line.number, column: cell + 1 },
        () => ({
          message:
            kind === "neither allele"
              ? "Neither allele is present in this sample; the call is taken for missing"
              : "One allele is missing and the other is not; the call is taken for missing",
          ...namesOf(header, line, cells, cell),
        }),
      );
      return N;
    };

    return {
      line(line) {
        if (reference !== null) {
          pair(line, reference.line, reference.cells);
          reference = null;
          return;
        }
        // The block is gone when the next line comes out of another one.
        const bytes = Buffer.from(line.bytes.subarray(line.from, line.to + 1));
        const kept: Line = { bytes, from: 0, to: bytes.length - 1, number: line.number };
        reference = { line: kept, cells: cutCells(kept, context.delimiter.byte) };
      },
      end() {
        if (reference === null) return;
        const { number } = reference.line;
        context.problems.report(
          "dart pair",
          { file: file.path, line: number, column: null },
          () =>
            "The file ends with a row of a reference allele; expected the row of its SNP. Add it, or copy the file again",
        );
      },
    };
  });

interface DartBody {
  line(line: Line): void;
  end(): void;
}

/** Copies the lines of stars and the header, then lets `begin` make something of the lines of calls. */
async function readDart(
  file: Parameters<RowReader>[0],
  context: RowContext,
  begin: (header: DartHeader, rows: RowBuilder) => DartBody,
): ReturnType<RowReader> {
  const rows = createRowBuilder(context.delimiter.byte, context.onBlock);
  let stars: string[] | null = null;
  let body: DartBody | null = null;
  let noHeader = false;

  const above = (line: Line): void => {
    rows.copy(line.bytes, line.from, line.to);
    rows.endCell();
    rows.endRow(placeOf(line));
    if (line.bytes[line.from] === STAR) {
      stars ??= textCells(line, context.delimiter);
      return;
    }
    const names = textCells(line, context.delimiter);
    const firstCall = firstDartCall(stars, names);
    if (firstCall >= 0) {
      body = begin(
        { firstCall, names, snp: names.findIndex((name) => /^snp$/i.test(name.trim())) },
        rows,
      );
      return;
    }
    noHeader = true;
    context.problems.report(
      "dart header",
      { file: file.path, line: line.number, column: null },
      () =>
        "It cannot be told where the samples begin; expected lines of stars above the header, or the columns of a DArT report",
    );
  };

  const { limit, isCut } = watchLimit(file.limit);
  const fault = await readLines(
    { ...file, limit },
    {
      ...context,
      onBlock: (block) =>
        forEachLine(block, (line) => {
          if (body !== null) body.line(line);
          else if (!noHeader) above(line);
        }),
    },
  );
  if (fault !== null) return fault;
  if (!isCut()) (body as DartBody | null)?.end();
  rows.flush();
  return null;
}

interface Cells {
  /** Where each cell begins, and behind the last one where the next would. */
  readonly starts: readonly number[];
  readonly count: number;
}

function cutCells({ bytes, from, to }: Line, delimiter: number): Cells {
  const starts = [from];
  for (let at = from; at < to; at++) if (bytes[at] === delimiter) starts.push(at + 1);
  starts.push(to + 1);
  return { starts, count: starts.length - 1 };
}

/** The byte of a call; 0 where the cell is not one byte. */
function callAt(line: Line, { starts }: Cells, cell: number): number {
  const from = starts[cell] ?? 0;
  return (starts[cell + 1] ?? 0) - from === 2 ? (line.bytes[from] ?? 0) : 0;
}

function isBlank({ starts }: Cells, cell: number): boolean {
  return (starts[cell + 1] ?? 0) - (starts[cell] ?? 0) === 1;
}

/** `100049687` of `100049687|F|0-12:A>G`: the same in both rows of a pair. */
function cloneOf(line: Line, { starts }: Cells): string {
  const name = line.bytes.toString("utf8", starts[0], (starts[1] ?? 0) - 1);
  return name.split("|", 1)[0] ?? name;
}

function putCall(rows: RowBuilder, byte: number): void {
  const { buffer } = rows;
  buffer.room(2);
  buffer.bytes[buffer.at++] = byte;
  rows.endCell();
}

function reportCall(
  path: string,
  context: RowContext,
  header: DartHeader,
  line: Line,
  cells: Cells,
  cell: number,
  expected: string,
): void {
  const place = { file: path, line: line.number, column: cell + 1 };
  context.problems.report("dart call", place, () => {
    const { starts } = cells;
    const text = line.bytes.toString("utf8", starts[cell], (starts[cell + 1] ?? 1) - 1);
    return {
      message: badCall(text.slice(0, 100), expected, "-"),
      ...namesOf(header, line, cells, cell),
    };
  });
}

function namesOf({ names }: DartHeader, line: Line, cells: Cells, cell: number) {
  const sample = names[cell]?.trim() ?? "";
  return { marker: cloneOf(line, cells), ...(sample === "" ? {} : { sample }) };
}

function placeOf({ number }: Line) {
  return (column: number) => ({ line: number, column: column + 1 });
}

function textCells({ bytes, from, to }: Line, { byte }: Delimiter): string[] {
  return bytes.toString("utf8", from, to).split(String.fromCharCode(byte));
}
