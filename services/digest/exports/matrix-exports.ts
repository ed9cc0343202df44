import { closeSync, openSync } from "node:fs";
import { join } from "node:path";
import { readAt } from "../matrix/read-at.ts";
import type { Pace } from "../pace.ts";
import {
  cellOf,
  columnOf,
  markerNames,
  sampleNames,
  type Column,
  type NamingTable,
} from "../quality/names.ts";
import { readRows } from "../quality/rows.ts";
import { createHapMapExport } from "./hapmap.ts";
import { createPlinkExport } from "./plink.ts";
import { createVcfExport } from "./vcf.ts";

export const exportFormats = ["vcf", "hapmap", "plink"] as const;
export type ExportFormat = (typeof exportFormats)[number];

export interface ExportRequest {
  readonly formats: readonly ExportFormat[];
  readonly outDir: string;
  /** The finished matrix of two-letter calls, markers in rows. */
  readonly matrixPath: string;
  readonly markers: number;
  readonly samples: number;
  /** The other digest files, which may name markers, samples, alleles and places. */
  readonly tables: readonly NamingTable[];
  readonly pace: Pace;
}

/** A marker on its way into another format. The calls are valid only until the next marker. */
interface ExportedMarker {
  readonly name: string;
  /** `0` where no table of the load says. */
  readonly chromosome: string;
  readonly position: string;
  /** Letters that occur, the reference first where it is known, else the most frequent. */
  readonly alleles: readonly string[];
  /** Two letters and a byte for each sample. */
  readonly calls: Buffer;
}

export interface MatrixExport {
  add(marker: ExportedMarker): void;
  /** Safe to call again. @returns how many markers lost calls that the format cannot hold. */
  close(): number;
}

/** What every format needs to begin with. */
export interface ExportedMatrix {
  /** Path without its ending. */
  readonly path: string;
  readonly samples: readonly string[];
  readonly chromosomes: readonly string[];
}

/**
 * Writes the matrix in other formats, all of them in one pass over it, a marker at a time.
 *
 * @returns warnings.
 * @throws a system error where a file cannot be read or written; whatever `pace` throws.
 */
export async function exportMatrix(request: ExportRequest): Promise<string[]> {
  const { tables, markers, samples, formats, pace } = request;
  const places = [
    columnOf(tables, [["marker_linkage_group", "linkage_group_name"]], markers),
    columnOf(tables, [["marker_linkage_group", "start"]], markers),
  ] as const;
  const columns = [
    markerNames(tables, markers),
    ...places,
    columnOf(tables, [["marker", "ref"]], markers),
  ];
  const chromosomes = [...new Set(values(places[0], "0", markers))];
  const path = join(request.outDir, "matrix");
  const matrix = { path, samples: sampleNames(tables, samples), chromosomes };
  const readers = columns.map((column, i) =>
    values(column, i === 0 ? null : i === 3 ? "" : "0", markers),
  );
  const file = openSync(request.matrixPath, "r");
  const exports: { readonly format: ExportFormat; readonly out: MatrixExport }[] = [];
  try {
    for (const format of new Set(formats)) exports.push({ format, out: create(format, matrix) });
    const calls = Buffer.allocUnsafe(samples * 3);
    for (let marker = 0; marker < markers; marker++) {
      readAt(file, calls, 0, calls.length, marker * calls.length);
      const [name = "", chromosome = "0", position = "0", ref = ""] = readers.map((reader) =>
        String(reader.next().value),
      );
      const alleles = allelesOf(calls, ref.toUpperCase());
      for (const { out } of exports) out.add({ name, chromosome, position, alleles, calls });
      await pace();
    }
    return exports.flatMap(({ format, out }) => {
      const lost = out.close();
      return lost === 0
        ? []
        : [`${lost} markers have calls that ${format} cannot hold; they are missing there`];
    });
  } finally {
    closeSync(file);
    for (const { out } of exports) out.close();
    for (const reader of readers) reader.return(undefined);
  }
}

function create(format: ExportFormat, matrix: ExportedMatrix): MatrixExport {
  switch (format) {
    case "vcf":
      return createVcfExport(matrix);
    case "hapmap":
      return createHapMapExport(matrix);
    case "plink":
      return createPlinkExport(matrix);
  }
}

/** The values of a column; without one, `absent`, or the number of the row for null. */
function* values(column: Column | null, absent: string | null, rows: number): Generator<string> {
  if (column === null) for (let n = 1; n <= rows; n++) yield absent ?? String(n);
  else for (const row of readRows(column.path, 1)) yield cellOf(row, column.index);
}

const N = 78;

function allelesOf(calls: Buffer, ref: string): string[] {
  const counts = new Uint32Array(256);
  for (let at = 0; at < calls.length; at += 3) {
    for (const byte of [calls[at] as number, calls[at + 1] as number]) {
      counts[byte] = (counts[byte] as number) + 1;
    }
  }
  counts[N] = 0;
  const found = [...counts.entries()]
    .filter(([, count]) => count > 0)
    .toSorted((a, b) => b[1] - a[1]);
  const letters = found.map(([byte]) => String.fromCharCode(byte));
  return /^[ACGT]$/.test(ref) ? [ref, ...letters.filter((letter) => letter !== ref)] : letters;
}
