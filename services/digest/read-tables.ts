import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { createMatrixTable, type MatrixReader } from "./matrix/matrix-table.ts";
import { createAlleleTable, type AlleleTable } from "./matrix/vcf-alleles.ts";
import { createByteSink } from "./output/byte-sink.ts";
import type { MatrixPlan, TablePlan } from "./plan.ts";
import { NOWHERE, type Place, type Problems } from "./problems.ts";
import { readLineBlocks } from "./source/line-blocks.ts";
import { listSource, type SourceFile } from "./source/source-files.ts";
import { createColumnTable } from "./tables/column-table.ts";
import { toPgArray } from "./tables/pg-array.ts";
import { createRowTable } from "./tables/row-table.ts";
import { createRowWriter, headerOf, type ValueStep } from "./tables/row-writer.ts";
import type { TableReader } from "./tables/table-reader.ts";
import type { Pace } from "./pace.ts";

export interface ReadRequest {
  readonly tables: readonly TablePlan[];
  readonly root: string | null;
  /** Where the digest files are written. */
  readonly outDir: string;
  readonly problems: Problems;
  readonly warnings: Problems;
  readonly pace: Pace;
  onProgress(progress: { bytesRead: number; bytesTotal: number }): void;
  /** Told of each file before it is read. */
  onFile(path: string): void;
}

/** A digest file that was made, or that could not be made whole. */
export interface TableRead {
  readonly table: string;
  readonly path: string;
  readonly rows: number;
  readonly columns: number;
  readonly problems: number;
}

export interface TablesRead {
  readonly tables: readonly TableRead[];
  /** In the orientation of the source. */
  readonly matrix: (TableRead & { readonly missing: number; readonly heterozygous: number }) | null;
  readonly bytesRead: number;
}

/** A source that is read once, for all tables that come of it. */
interface Pass {
  readonly plans: readonly TablePlan[];
  readonly files: readonly SourceFile[];
}

/** Whole-row duplicates of these are left out: one linkage group has many markers, one germplasm many samples. */
const DISTINCT_TABLES: ReadonlySet<string> = new Set([
  "linkage_group",
  "germplasm",
  "germplasm_prop",
]);

/**
 * Reads the sources and writes the digest files, the matrix in the orientation of its source. What is wrong with the input
 * is reported, and reading goes on where it can, so that all is found at once.
 *
 * @throws a system error where a file cannot be read or written; whatever `pace` throws.
 */
export async function readTables(request: ReadRequest): Promise<TablesRead> {
  const { tables: plans, problems, outDir } = request;
  const alleles = plans.some((plan) => plan.kind === "matrix" && plan.isVcf)
    ? createAlleleTable()
    : null;
  const passes = listPasses(request, planPasses(readable(plans, problems)));
  const bytesTotal = passes.flatMap((pass) => pass.files).reduce((sum, file) => sum + file.size, 0);
  const hasMatrix = plans.some((plan) => plan.kind === "matrix");
  const made: TableRead[] = [];
  let matrix: TablesRead["matrix"] = null;
  let bytesRead = 0;

  for (const plan of plans) {
    if (plan.kind !== "empty") continue;
    const path = join(outDir, `digest.${plan.table}`);
    writeFileSync(path, "", { flag: "wx" });
    made.push({ table: plan.table, path, rows: 0, columns: 0, problems: 0 });
  }
  for (const pass of passes) {
    const readers = pass.plans.map((plan) => openReader(plan, request, hasMatrix, alleles));
    try {
      await readPass(request, pass, readers, (count) => {
        bytesRead += count;
        request.onProgress({ bytesRead, bytesTotal });
      });
      for (const { reader, matrixReader } of readers) {
        matrixReader?.finish();
        reader.close();
      }
    } finally {
      for (const { reader } of readers) closeQuietly(reader);
    }
    for (const { plan, path, reader, matrixReader, found } of readers) {
      const { rows, columns } = reader;
      const table = { table: plan.table, path, rows, columns, problems: found.count };
      if (matrixReader === null) made.push(table);
      else matrix = { ...table, ...matrixReader.counts() };
      if (rows === 0 && found.count === 0) {
        request.warnings.report("no rows", NOWHERE, () => `Table ${plan.table} has no data rows`);
      }
    }
  }
  return { tables: made, matrix, bytesRead };
}

/** All plans but that of a VCF matrix that cannot be read for want of ref and alts, which is reported. */
function readable(plans: readonly TablePlan[], problems: Problems): TablePlan[] {
  const marker = plans.find((plan) => plan.table === "marker");
  return plans.filter((plan) => {
    if (plan.kind !== "matrix" || !plan.isVcf) return true;
    if (marker === undefined) {
      problems.report(
        "vcf marker table",
        NOWHERE,
        () =>
          "Could not find marker file; a VCF load needs the table marker, with ref and alts, in the same instruction",
      );
      return false;
    }
    const names =
      marker.kind === "columns" || marker.kind === "rows" ? headerOf(marker.columns) : [];
    if (names.includes("ref") && names.includes("alts")) return true;
    problems.report(
      "vcf marker table",
      NOWHERE,
      () =>
        "Exception in processing matrix file. Marker file does not contain ref and alt columns.",
    );
    return false;
  });
}

/** Tables of the same source and delimiter are read together; the matrix comes last where it needs the marker table. */
function planPasses(plans: readonly TablePlan[]): TablePlan[][] {
  const groups = new Map<string, TablePlan[]>();
  const late: TablePlan[] = [];
  const matrix = plans.find((plan) => plan.kind === "matrix");
  for (const plan of plans) {
    if (plan.kind === "empty" || plan === matrix) continue;
    const group = groups.get(keyOf(plan));
    if (group === undefined) groups.set(keyOf(plan), [plan]);
    else group.push(plan);
  }
  if (matrix?.kind === "matrix") {
    const group = groups.get(keyOf(matrix));
    const marker = plans.find((plan) => plan.table === "marker");
    if (group === undefined || (matrix.isVcf && !isAhead(marker, matrix, group))) late.push(matrix);
    else group.push(matrix);
  }
  return [...groups.values(), ...(late.length > 0 ? [late] : [])];
}

function keyOf(plan: TablePlan): string {
  return JSON.stringify([plan.source, plan.delimiterPattern]);
}

/** Whether each marker is read before the row of its calls, so that one pass does for both. */
function isAhead(
  marker: TablePlan | undefined,
  matrix: MatrixPlan,
  group: readonly TablePlan[],
): boolean {
  if (marker?.kind !== "columns" || !group.includes(marker)) return false;
  const first = marker.columns.find((column) => column.type === "CSV_COLUMN");
  return (first?.row ?? 0) <= matrix.row;
}

/** Finds the files of each pass; a pass whose source has none is reported and left out. */
function listPasses(request: ReadRequest, groups: readonly TablePlan[][]): Pass[] {
  return groups.flatMap((plans): Pass[] => {
    const listing = listSource(plans[0]?.source ?? "", request.root);
    if ("files" in listing) return [{ plans, files: listing.files }];
    const place: Place = {
      file: listing.path === "" ? null : listing.path,
      line: null,
      column: null,
    };
    request.problems.report("source", place, () => listing.problem);
    return [];
  });
}

async function readPass(
  request: ReadRequest,
  pass: Pass,
  readers: readonly OpenReader[],
  onBytes: (count: number) => void,
): Promise<void> {
  const delimiter = pass.plans[0]?.delimiter;
  if (delimiter === undefined) return;
  for (const file of pass.files) {
    request.onFile(file.path);
    for (const { reader } of readers) reader.beginFile(file.path);
    const fault = await readLineBlocks(file, {
      onBlock(block) {
        const separated = delimiter.separate === null ? block : delimiter.separate(block);
        for (const { reader } of readers) reader.read(separated, delimiter.byte);
      },
      onBytes,
      pace: request.pace,
    });
    if (fault !== null) {
      const { message, ...place } = fault;
      for (const { found } of readers) found.fail();
      request.problems.report("unreadable", place, () => message);
      return;
    }
    for (const { reader } of readers) reader.endFile();
  }
}

interface OpenReader {
  readonly plan: TablePlan;
  readonly path: string;
  readonly reader: TableReader;
  readonly matrixReader: MatrixReader | null;
  readonly found: CountedProblems;
}

function openReader(
  plan: TablePlan,
  request: ReadRequest,
  hasMatrix: boolean,
  alleles: AlleleTable | null,
): OpenReader {
  const path = join(request.outDir, `digest.${plan.table}`);
  const found = countProblems(request.problems);
  if (plan.kind === "matrix") {
    const rule = {
      ...plan,
      firstRow: plan.row,
      firstColumn: plan.column,
      alleles,
    };
    const reader = createMatrixTable(rule, path, found, request.warnings);
    return { plan, path, reader, matrixReader: reader, found };
  }
  const sink = createByteSink(path);
  const columns = plan.kind === "empty" ? [] : plan.columns;
  const writer = createRowWriter(sink, columns, {
    valueSteps: plan.table === "marker" ? markerSteps(alleles) : new Map(),
    distinct: DISTINCT_TABLES.has(plan.table),
  });
  const driving = columns.filter(
    (column) => column.type === "CSV_COLUMN" || column.type === "CSV_ROW",
  );
  const origins = driving.map(({ name, row, column }) => ({
    name,
    row: row ?? 0,
    column: column ?? 0,
  }));
  const reader =
    plan.kind === "rows"
      ? createRowTable(
          { table: plan.table, origins, onceForAllFiles: hasMatrix },
          writer,
          sink,
          found,
        )
      : createColumnTable(
          {
            table: plan.table,
            // The first column's row holds for all columns of the table.
            firstRow: origins[0]?.row ?? 0,
            cellColumns: origins.map((origin) => origin.column),
          },
          writer,
          sink,
          found,
        );
  return { plan, path, reader, matrixReader: null, found };
}

/** alts becomes an array; before that, a VCF matrix takes note of ref and alts. */
function markerSteps(alleles: AlleleTable | null): Map<string, readonly ValueStep[]> {
  const steps = new Map<string, readonly ValueStep[]>([["alts", [toPgArray]]]);
  if (alleles === null) return steps;
  let ref: Buffer | null = null;
  let alts: Buffer | null = null;
  // Either of the two may stand first.
  const note = (): void => {
    if (ref === null || alts === null) return;
    alleles.add(ref, alts);
    ref = null;
    alts = null;
  };
  steps.set("ref", [
    (sink, from) => {
      ref = Buffer.from(sink.bytes.subarray(from, sink.at));
      note();
    },
  ]);
  steps.set("alts", [
    (sink, from) => {
      alts = Buffer.from(sink.bytes.subarray(from, sink.at));
      note();
    },
    toPgArray,
  ]);
  return steps;
}

/** Problems of one table, which are problems of the load as well. */
interface CountedProblems extends Problems {
  /** Counts as a problem one that is reported elsewhere. */
  fail(): void;
}

function countProblems(all: Problems): CountedProblems {
  let count = 0;
  return {
    report(kind, place, message) {
      count++;
      all.report(kind, place, message);
    },
    fail() {
      count++;
    },
    get count() {
      return count;
    },
    list: all.list,
  };
}

/** For a pass that was given up: what could not be written is going to be deleted. */
function closeQuietly(reader: TableReader): void {
  try {
    reader.close();
  } catch {
    // The error that ended the pass is the one to tell.
  }
}
