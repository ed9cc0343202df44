import { formatCount } from "../counts.ts";
import { coerceError } from "../../contract/errors.ts";
import { createRowBuilder } from "./row-builder.ts";
import {
  forEachLine,
  readLines,
  type Line,
  type RowContext,
  type RowReader,
} from "./row-reader.ts";

/**
 * Lists of calls, one in each line: turned into a matrix of markers by samples, in the order in which they first occur.
 * The file is read once to learn the names, and again for the calls of as many markers as fit into memory at once.
 */

/** Which columns of a list say what, from 0. */
export interface ListColumns {
  readonly marker: number;
  readonly sample: number;
  readonly call: number;
}

const NAMES: Readonly<Record<keyof ListColumns, RegExp>> = {
  marker: /^(facility)?(marker|snp|assay)[ _.]?(name|id)?$/i,
  sample: /^(facility)?(sample|subject|dna)[ _.]?(name|id)?$/i,
  call: /^(snp[ _.]?call|(final[ _.]?)?call|genotype)$/i,
};

/** The columns of a list of calls, where the header has them; null where it is none. */
export function findListColumns(header: readonly string[]): ListColumns | null {
  const find = (of: keyof ListColumns): number =>
    header.findIndex((name) => NAMES[of].test(name.trim()));
  const columns = { marker: find("marker"), sample: find("sample"), call: find("call") };
  return columns.marker < 0 || columns.sample < 0 || columns.call < 0 ? null : columns;
}

/** Bytes of calls in memory at once. */
const SLAB_BYTES = 48 << 20;
/** A list of so many different calls is no list of genotypes. */
const MOST_CALLS = 65_535;

interface Entry {
  readonly marker: number;
  readonly sample: number;
  readonly call: string;
  readonly line: number;
}

/** What is known of the names and calls after the first reading. */
interface Index {
  readonly markers: Map<string, number>;
  readonly samples: Map<string, number>;
  /** From 1: 0 stands for a call that is not in the list. */
  readonly calls: Map<string, { readonly code: number; readonly line: number }>;
}

export const readKaspList: RowReader = async (file, context) => {
  const index: Index = { markers: new Map(), samples: new Map(), calls: new Map() };
  const reader = createListReader(file.path, context, index);
  const fault = await reader.read(file, context, true, () => {});
  if (fault !== null) return fault;
  if (reader.columns() === null) {
    context.problems.report(
      "call list",
      { file: file.path, line: 1, column: null },
      () =>
        "There is no line that names the columns of marker, sample and call, e.g. MarkerName, SampleName, SNPcall",
    );
    return null;
  }
  const [markers, samples] = [[...index.markers.keys()], [...index.samples.keys()]];
  const calls = [...index.calls].map(([text, { line }]) => ({ text, line }));
  const callColumn = (reader.columns()?.call ?? 0) + 1;
  const rows = createRowBuilder(context.delimiter.byte, context.onBlock);
  rows.header(["marker", ...samples]);

  const perSlab = Math.max(1, Math.floor(SLAB_BYTES / (2 * Math.max(1, samples.length))));
  let absent = 0;
  for (let from = 0; from < markers.length; from += perSlab) {
    const count = Math.min(perSlab, markers.length - from);
    const codes = new Uint16Array(count * samples.length);
    const again = await reader.read(
      file,
      { pace: context.pace, onBytes: () => {} },
      false,
      (entry) => {
        if (entry.marker < from || entry.marker >= from + count) return;
        const at = (entry.marker - from) * samples.length + entry.sample;
        const code = index.calls.get(entry.call)?.code ?? 0;
        const earlier = codes[at] ?? 0;
        if (earlier === 0) codes[at] = code;
        else
          reportRepeated(file.path, context, entry, calls[earlier - 1]?.text ?? "", callColumn, [
            markers[entry.marker] ?? "",
            samples[entry.sample] ?? "",
          ]);
      },
    );
    if (again !== null) return again;
    for (let marker = 0; marker < count; marker++) {
      rows.text(markers[from + marker] ?? "");
      rows.endCell();
      const rowCodes = codes.subarray(marker * samples.length, (marker + 1) * samples.length);
      for (const code of rowCodes) {
        if (code === 0) absent++;
        rows.text(calls[code - 1]?.text ?? "NN");
        rows.endCell();
      }
      const kept = Uint16Array.from(rowCodes);
      // A call is at fault for what it says: the first line that says it shows what is meant.
      rows.endRow((column) => ({
        line: calls[(kept[column - 1] ?? 0) - 1]?.line ?? 1,
        column: callColumn,
      }));
      await context.pace();
    }
  }
  rows.flush();
  if (absent > 0) {
    context.warnings.report(
      "call list gaps",
      { file: file.path, line: null, column: null },
      () =>
        `${formatCount(absent)} of the calls of ${formatCount(markers.length)} markers and ${formatCount(samples.length)} samples are not in the list; they are taken for missing`,
    );
  }
  return null;
};

function createListReader(path: string, context: RowContext, { markers, samples, calls }: Index) {
  const { problems } = context;
  const delimiter = context.delimiter.byte;
  let columns: ListColumns | null = null;

  const entryOf = (line: Line, isFirst: boolean): Entry | null => {
    const cells = line.bytes
      .toString("utf8", line.from, line.to)
      .split(String.fromCharCode(delimiter));
    if (columns === null) {
      columns = findListColumns(cells);
      return null;
    }
    // The blocks of a report are told apart by lines without content.
    if (cells.every((cell) => cell.trim() === "")) return null;
    const [marker, sample, call] = [
      cells[columns.marker],
      cells[columns.sample],
      cells[columns.call],
    ];
    if (
      marker === undefined ||
      marker === "" ||
      sample === undefined ||
      sample === "" ||
      call === undefined
    ) {
      if (isFirst) {
        problems.report(
          "call list line",
          { file: path, line: line.number, column: null },
          () =>
            `The line does not name a marker, a sample and a call; expected them in the columns ` +
            `${(columns?.marker ?? 0) + 1}, ${(columns?.sample ?? 0) + 1} and ${(columns?.call ?? 0) + 1}`,
        );
      }
      return null;
    }
    const code = calls.get(call)?.code ?? calls.size + 1;
    if (code > MOST_CALLS) throw new TooManyCalls(line.number, columns.call + 1);
    if (!calls.has(call)) calls.set(call, { code, line: line.number });
    return {
      marker: idOf(markers, marker),
      sample: idOf(samples, sample),
      call,
      line: line.number,
    };
  };

  return {
    columns: () => columns,
    async read(
      file: Parameters<RowReader>[0],
      hooks: Pick<RowContext, "onBytes" | "pace">,
      isFirst: boolean,
      onEntry: (entry: Entry) => void,
    ): ReturnType<RowReader> {
      columns = null;
      try {
        return await readLines(file, {
          ...context,
          ...hooks,
          onBlock: (block) =>
            forEachLine(block, (line) => {
              const entry = entryOf(line, isFirst);
              if (entry !== null) onEntry(entry);
            }),
        });
      } catch (thrown) {
        const error = coerceError(thrown);
        if (!(error instanceof TooManyCalls)) throw error;
        return { message: error.message, file: path, line: error.line, column: error.column };
      }
    },
  };
}

class TooManyCalls extends Error {
  readonly line: number;
  readonly column: number;

  constructor(line: number, column: number) {
    super(`There are more than ${MOST_CALLS} different calls; this is no list of genotypes`);
    this.line = line;
    this.column = column;
  }
}

function idOf(names: Map<string, number>, name: string): number {
  const known = names.get(name);
  if (known !== undefined) return known;
  const id = names.size;
  names.set(name, id);
  return id;
}

function reportRepeated(
  path: string,
  context: RowContext,
  { line, call }: Entry,
  earlier: string,
  column: number,
  [marker, sample]: readonly [string, string],
): void {
  const place = { file: path, line, column };
  if (call === earlier) {
    context.warnings.report("repeated call", place, () => ({
      message: "The call stands here again, as further up",
      sample,
      marker,
    }));
    return;
  }
  context.problems.report("conflicting call", place, () => ({
    message: `The call is ${JSON.stringify(call)} here and ${JSON.stringify(earlier)} further up; expected one. Leave one of the lines out`,
    sample,
    marker,
  }));
}
