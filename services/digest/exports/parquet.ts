import {
  ParquetWriter,
  fileWriter,
  schemaFromColumnData,
  type ColumnSource,
} from "hyparquet-writer";
import { rowsOfGroup } from "./parquet-size.ts";
import type { ExportedMatrix, MatrixExport } from "./matrix-exports.ts";

/**
 * Parquet as pandas, polars and Arrow read it: a row for each marker, with its name, chromosome, position and alleles, then
 * a column for each sample. Calls are as in the matrix; a missing one is null. Row groups are as large as memory allows.
 */
export function createParquetExport(matrix: ExportedMatrix): MatrixExport {
  const { samples, markers, width, missing } = matrix;
  const file = `${matrix.path}.parquet`;
  const stride = samples.length * (width + 1);
  const most = rowsOfGroup(markers, samples.length, width);
  const calls = Buffer.allocUnsafe(most * stride);
  const facts = { marker: [] as string[], chromosome: [] as (string | null)[] };
  const positions: (number | null)[] = [];
  const alleles: string[] = [];
  const textOf = createTexts(width, missing);

  const callsOf = (sample: number): (string | null)[] => {
    const column = Array<string | null>(facts.marker.length);
    let at = sample * (width + 1);
    for (let row = 0; row < column.length; row++, at += stride) column[row] = textOf(calls, at);
    return column;
  };
  const names = uniqueNames(["marker", "chromosome", "position", "alleles", ...samples]);
  const columns = (): ColumnSource[] => [
    { name: "marker", data: facts.marker, type: "STRING", nullable: false },
    { name: "chromosome", data: facts.chromosome, type: "STRING", nullable: true },
    { name: "position", data: positions, type: "DOUBLE", nullable: true },
    { name: "alleles", data: alleles, type: "STRING", nullable: false },
    ...samples.map((_name, sample) => ({
      name: names[4 + sample] ?? "",
      type: "STRING" as const,
      nullable: true,
      offsetIndex: false,
      statistics: false,
      // Made when its turn comes, so that one column is in memory rather than all of a group.
      get data() {
        return callsOf(sample);
      },
    })),
  ];
  const writer = new ParquetWriter({
    writer: fileWriter(file),
    schema: schemaFromColumnData({ columnData: columns() }),
    createdBy: "digester",
  });
  let isOpen = true;

  const writeGroup = (): void => {
    const rows = facts.marker.length;
    if (rows === 0) return;
    // A file on disk is written at once: there is nothing to wait for.
    void writer.write({ columnData: columns(), rowGroupSize: rows });
    for (const list of [facts.marker, facts.chromosome, positions, alleles]) list.length = 0;
  };

  return {
    files: [file],
    add(marker) {
      calls.set(marker.calls, facts.marker.length * stride);
      facts.marker.push(marker.name);
      facts.chromosome.push(marker.chromosome === "0" ? null : marker.chromosome);
      positions.push(positionOf(marker.position));
      alleles.push(marker.alleles.join("/"));
      if (facts.marker.length === most) writeGroup();
    },
    close() {
      if (!isOpen) return 0;
      isOpen = false;
      writeGroup();
      void writer.finish();
      return 0;
    },
  };
}

function positionOf(text: string): number | null {
  const position = Number(text);
  return text === "" || position === 0 || Number.isNaN(position) ? null : position;
}

/** Names as they are; the second of the same name is `name.2`. */
function uniqueNames(wanted: readonly string[]): string[] {
  const taken = new Set<string>();
  return wanted.map((name) => {
    let unique = name;
    for (let n = 2; taken.has(unique); n++) unique = `${name}.${n}`;
    taken.add(unique);
    return unique;
  });
}

/** The text of a call, made once for each that occurs; null for a missing one. */
function createTexts(width: number, missing: string): (calls: Buffer, at: number) => string | null {
  const known = new Map<number, string | null>();
  return (calls, at) => {
    let key = 0;
    for (let k = 0; k < width; k++) key = key * 256 + (calls[at + k] ?? 0);
    const found = known.get(key);
    if (found !== undefined) return found;
    const text = calls.toString("latin1", at, at + width);
    const value = text === missing ? null : text;
    // Eight bytes do not fit a number exactly, and allele sizes are many.
    if (width <= 4) known.set(key, value);
    return value;
  };
}
