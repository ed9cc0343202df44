import { statSync } from "node:fs";
import {
  sourceFormatOf,
  type Detection,
  type PreviewGrid,
  type Preview,
  type PreviewRequest,
} from "../../contract/preview.ts";
import { AppError, coerceError, systemCode } from "../../contract/errors.ts";
import { systemWords } from "../../contract/system-words.ts";
import { matrixRules } from "../matrix/rules.ts";
import { mayPass } from "../passing-problems.ts";
import { createProblems } from "../problems.ts";
import { compileDelimiter, decode, type Delimiter } from "../source/delimiter.ts";
import { compileQuotedDelimiter } from "../source/quoted-cells.ts";
import type { LineBlock } from "../source/line-block.ts";
import { detect } from "./detect.ts";
import { readHead, type Head } from "./head.ts";
import { bedMarkers } from "./plink.ts";
import { rowReaderOf } from "./row-readers.ts";

/** Lines of a file whose rows have to be put together, and bytes of any file, that are read for the grid. */
const LINES_OF_READER = 2000;
const GRID_BYTES = 8 << 20;
const LONGEST_CELL = 200;

/**
 * Plain bytes that the engine digests in a second on one core, roughly; files with a reader of their own take longer. What
 * is measured on a node depends on its disks, so this is an order of magnitude.
 */
const BYTES_PER_SECOND = 200e6;
const READER_BYTES_PER_SECOND = 60e6;

/**
 * Says what a file is, shows how it begins, and estimates how much there is, as it would be digested by the settings of its
 * crop. Reads a bounded piece of it.
 *
 * @throws AppError `not_found` or `bad_request` where there is no file that can be read.
 */
export async function previewFile(request: PreviewRequest): Promise<Preview> {
  const { path } = request;
  try {
    const kind = statSync(path);
    if (!kind.isFile()) throw new AppError("bad_request", `This is not a file: ${path}`);
    const head = await readHead(path, request.settings ?? {});
    const detection = detect(head, request.format ?? null);
    const seen = await readGrid(head, detection, request);
    return {
      path,
      bytes: head.size,
      detection: {
        ...detection,
        warnings: [...detection.warnings, ...seen.problems],
      },
      grid: seen.grid,
      estimate: estimate(head, detection, seen),
    };
  } catch (thrown) {
    throw inWords(thrown, path);
  }
}

/** What may pass stays as it is, for whoever tries again. */
function inWords(thrown: unknown, path: string): Error {
  const error = coerceError(thrown);
  const code = systemCode(error);
  if (code === "" || mayPass(error)) return error;
  const isAbsent = code === "ENOENT" || code === "ENOTDIR";
  return new AppError(
    isAbsent ? "not_found" : "bad_request",
    `${path} cannot be read: ${systemWords(error)}.`,
    { cause: error },
  );
}

interface SeenRows {
  readonly grid: PreviewGrid;
  /** Rows that were read below the header. */
  readonly dataRows: number;
  /** Lines that they came of; the same but for formats with a reader. */
  readonly isCut: boolean;
  readonly problems: string[];
}

async function readGrid(
  head: Head,
  detection: Detection,
  request: PreviewRequest,
): Promise<SeenRows> {
  const format = sourceFormatOf(detection.format);
  const nothing = { grid: { firstRow: 0, rows: [], columnsTotal: 0 }, dataRows: 0, isCut: false };
  if (format === null && head.encoding.value === "binary") return { ...nothing, problems: [] };
  const delimiter = delimiterOf(detection);
  const above = format === null ? rowsAbove(detection, request.rows) : 0;
  const rows: string[][] = [];
  const problems = createProblems();
  let [count, columnsTotal, isCut] = [0, 0, false];
  const take = (block: LineBlock): void => {
    for (let k = 0; k < block.count; k++) {
      count++;
      if (count <= above) continue;
      if (rows.length >= request.rows) continue;
      const { cells, total } = cellsOf(block, k, delimiter.byte, request.columns);
      rows.push(cells);
      columnsTotal = Math.max(columnsTotal, total);
    }
  };
  try {
    const fault = await rowReaderOf(format)(
      {
        path: head.path,
        name: head.name,
        size: head.size,
        // What is decoded is told as the encoding of the file.
        decoding: { encoding: request.settings?.encoding ?? "auto", onDecoded: () => {} },
        limit: {
          lines: format === null ? above + request.rows : LINES_OF_READER,
          bytes: GRID_BYTES,
          onCut: () => {
            isCut = true;
          },
        },
      },
      { delimiter, onBlock: take, onBytes: () => {}, pace: () => {}, problems, warnings: problems },
    );
    if (fault !== null) problems.report("unreadable", fault, () => fault.message);
  } catch (thrown) {
    const error: NodeJS.ErrnoException = coerceError(thrown);
    // What is cut short was said already.
    if (!(error.code ?? "").startsWith("Z_")) throw error;
  }
  return {
    grid: { firstRow: above, rows, columnsTotal },
    dataRows: Math.max(0, count - detection.layout.firstRow),
    isCut,
    problems: problems.list.map(({ message, line }) =>
      line === null ? message : `Line ${line}: ${message}`,
    ),
  };
}

/** How many rows at the top are left out, so that what follows a long head is seen. */
function rowsAbove({ layout }: Detection, rows: number): number {
  return layout.firstRow <= Math.ceil(rows / 2) ? 0 : Math.max(0, layout.firstRow - 2);
}

function delimiterOf({ delimiter, quotes }: Detection): Delimiter {
  // Where each line is one cell, no tab stands in it either.
  const pattern = delimiter.value ?? "\\t";
  return quotes ? compileQuotedDelimiter(pattern) : compileDelimiter(pattern);
}

function cellsOf(block: LineBlock, k: number, delimiter: number, most: number) {
  const { bytes, starts } = block;
  const end = (starts[k + 1] ?? 0) - 1;
  const cells: string[] = [];
  let total = 0;
  for (let from = starts[k] ?? 0; ; total++) {
    const found = bytes.indexOf(delimiter, from);
    const to = found < 0 || found > end ? end : found;
    if (cells.length < most) cells.push(decode(bytes, from, to).text.slice(0, LONGEST_CELL));
    if (to === end) return { cells, total: total + 1 };
    from = to + 1;
  }
}

/** Of a row of a metadata table. */
const ROW_BYTES = 40;

function estimate(head: Head, detection: Detection, seen: SeenRows): Preview["estimate"] {
  const { layout, dataSetType } = detection;
  const { columnsTotal } = seen.grid;
  const calls = layout.firstColumn === null ? 0 : Math.max(0, columnsTotal - layout.firstColumn);
  const plainBytes = head.isWhole ? head.bytes.length : Math.round(head.size * head.inflation);
  const { rows, exact, basis } = estimateRows(head, detection, seen, plainBytes, calls);
  const callBytes = dataSetType.value === null ? 0 : matrixRules[dataSetType.value].width + 1;
  const names = rows + calls;
  const speed =
    sourceFormatOf(detection.format) === null ? BYTES_PER_SECOND : READER_BYTES_PER_SECOND;
  return {
    rows,
    columns: columnsTotal,
    exact,
    plainBytes,
    digestBytes: rows * calls * callBytes + names * ROW_BYTES,
    seconds: Math.round((1000 * plainBytes) / speed) / 1000,
    basis,
  };
}

function estimateRows(
  head: Head,
  detection: Detection,
  seen: SeenRows,
  plainBytes: number,
  samples: number,
): { rows: number; exact: boolean; basis: string } {
  if (detection.format === "PLINK_BED") {
    return {
      rows: bedMarkers(plainBytes, samples),
      exact: head.compression.value === null || head.isWhole,
      basis: "Markers by the size of the .bed and the lines of the .fam.",
    };
  }
  const isPutTogether = sourceFormatOf(detection.format) !== null;
  if (isPutTogether && !seen.isCut) {
    return { rows: seen.dataRows, exact: true, basis: "The whole file was read." };
  }
  // Lines of comments and of the header are seldom as long as those of the data.
  const above = isPutTogether ? Math.max(1, detection.layout.firstRow) : detection.layout.firstRow;
  const lines = head.lineCount - above;
  if (head.isWhole && !isPutTogether) {
    return { rows: Math.max(0, lines), exact: true, basis: "The whole file was read." };
  }
  const aboveBytes = head.lines.slice(0, above).reduce((sum, line) => sum + line.length + 1, 0);
  const perLine = (head.bytes.length - aboveBytes) / Math.max(1, lines);
  const allLines = Math.round((plainBytes - aboveBytes) / Math.max(1, perLine));
  const linesPerRow = linesPerRowOf(detection, samples);
  return {
    rows: Math.max(0, Math.round(allLines / linesPerRow)),
    exact: false,
    basis:
      `From the size of the file and the ${lines} lines in the first ${Math.round(head.bytes.length / 1024)} KiB of it` +
      (linesPerRow === 1 ? "." : `, ${linesPerRow} lines for each marker.`),
  };
}

function linesPerRowOf({ format }: Detection, samples: number): number {
  if (format === "DART_TWO_ROW") return 2;
  return format === "KASP_LIST" ? Math.max(1, samples) : 1;
}
