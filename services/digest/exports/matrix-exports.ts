import { closeSync, openSync } from "node:fs";
import { join } from "node:path";
import type { MatrixOutput } from "../../contract/digest-settings.ts";
import { readAt } from "../matrix/read-at.ts";
import { closeQuietly } from "../output/byte-sink.ts";
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
import { parquetProblem } from "./parquet-size.ts";
import { createPlinkExport } from "./plink.ts";
import { createVcfExport } from "./vcf.ts";

export interface ExportRequest {
  readonly formats: readonly MatrixOutput[];
  readonly outDir: string;
  /** The finished matrix, markers in rows. */
  readonly matrixPath: string;
  readonly markers: number;
  readonly samples: number;
  /** Bytes of a call, and the one that is missing. */
  readonly width: number;
  readonly missing: string;
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
  /** Letters that occur, the reference first where it is known, else the most frequent; none where calls are no letters. */
  readonly alleles: readonly string[];
  /** The call and a byte for each sample. */
  readonly calls: Buffer;
}

export interface MatrixExport {
  readonly files: readonly string[];
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
  readonly markers: number;
  readonly width: number;
  readonly missing: string;
}

export interface ExportOutcome {
  readonly warnings: readonly string[];
  readonly files: readonly { readonly format: MatrixOutput; readonly path: string }[];
}

/**
 * Writes the matrix in other formats, all of them in one pass over it, a marker at a time.
 *
 * @returns what was written, and warnings of what could not be.
 * @throws a system error where a file cannot be read or written; whatever `pace` throws.
 */
export async function exportMatrix(request: ExportRequest): Promise<ExportOutcome> {
  const { tables, markers, samples, width, missing, pace } = request;
  const { formats, warnings } = possible(request);
  if (formats.length === 0) return { warnings, files: [] };
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
  const matrix = {
    path,
    samples: sampleNames(tables, samples),
    chromosomes,
    markers,
    width,
    missing,
  };
  const readers = columns.map((column, i) =>
    values(column, i === 0 ? null : i === 3 ? "" : "0", markers),
  );
  const file = openSync(request.matrixPath, "r");
  const exports: { readonly format: MatrixOutput; readonly out: MatrixExport }[] = [];
  try {
    for (const format of formats) exports.push({ format, out: await create(format, matrix) });
    const calls = Buffer.allocUnsafe(samples * (width + 1));
    for (let marker = 0; marker < markers; marker++) {
      readAt(file, calls, 0, calls.length, marker * calls.length);
      const [name = "", chromosome = "0", position = "0", ref = ""] = readers.map((reader) =>
        String(reader.next().value),
      );
      const alleles = width === 2 ? allelesOf(calls, ref.toUpperCase()) : [];
      for (const { out } of exports) out.add({ name, chromosome, position, alleles, calls });
      await pace();
    }
    for (const { format, out } of exports) {
      const lost = out.close();
      if (lost === 0) continue;
      warnings.push(
        `${lost} markers have calls that ${format} cannot hold; they are missing there`,
      );
    }
    const files = exports.flatMap(({ format, out }) =>
      out.files.map((made) => ({ format, path: made })),
    );
    return { warnings, files };
  } finally {
    closeSync(file);
    closeQuietly(exports.map(({ out }) => out));
    for (const reader of readers) reader.return(undefined);
  }
}

/** Those formats that can hold the matrix, and why the others cannot. */
function possible({ formats, markers, samples, width }: ExportRequest): {
  formats: MatrixOutput[];
  warnings: string[];
} {
  const warnings: string[] = [];
  const letters = [...new Set(formats)].filter((format) => width === 2 || format === "parquet");
  const others = formats.filter((format) => !letters.includes(format));
  if (others.length > 0) {
    warnings.push(
      `Calls of this type cannot be written as ${others.join(", ")}; expected two letters`,
    );
  }
  const problem = letters.includes("parquet") ? parquetProblem(markers, samples, width) : null;
  if (problem === null) return { formats: letters, warnings };
  warnings.push(problem);
  return { formats: letters.filter((format) => format !== "parquet"), warnings };
}

async function create(format: MatrixOutput, matrix: ExportedMatrix): Promise<MatrixExport> {
  switch (format) {
    case "vcf":
      return createVcfExport(matrix);
    case "hapmap":
      return createHapMapExport(matrix);
    case "plink":
      return createPlinkExport(matrix);
    case "parquet": {
      // Only where it is wanted: most digests need none of it.
      const { createParquetExport } = await import("./parquet.ts");
      return createParquetExport(matrix);
    }
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
