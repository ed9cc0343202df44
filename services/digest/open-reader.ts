import { join } from "node:path";
import type { Kernels } from "./kernels/kernels.ts";
import { createMatrixTable, type MatrixReader } from "./matrix/matrix-table.ts";
import type { MatrixQuality } from "./quality/matrix-quality.ts";
import type { AlleleTable } from "./matrix/vcf-alleles.ts";
import { createByteBuffer, createByteSink, put, type ByteBuffer } from "./output/byte-sink.ts";
import type { TablePlan } from "./plan.ts";
import type { Problems } from "./problems.ts";
import type { PatternWatch } from "./source/pattern-watch.ts";
import { createColumnTable } from "./tables/column-table.ts";
import { toPgArray } from "./tables/pg-array.ts";
import { createRowTable } from "./tables/row-table.ts";
import { createRowWriter, type ValueStep } from "./tables/row-writer.ts";
import type { TableReader } from "./tables/table-reader.ts";

/** Whole-row duplicates of these are left out: one linkage group has many markers, one germplasm many samples. */
const DISTINCT_TABLES: ReadonlySet<string> = new Set([
  "linkage_group",
  "germplasm",
  "germplasm_prop",
]);

/** A table that is being made. */
export interface OpenReader {
  readonly plan: TablePlan;
  readonly path: string;
  readonly reader: TableReader;
  readonly matrixReader: MatrixReader | null;
  /** Its problems, which are problems of the load as well. */
  readonly found: CountedProblems;
}

export interface ReaderContext {
  readonly outDir: string;
  readonly problems: Problems;
  readonly warnings: Problems;
  /** Whether the load has a matrix, in whose files the rows of a table must agree. */
  readonly hasMatrix: boolean;
  /** Filled by the marker table, read by a VCF matrix. */
  readonly alleles: AlleleTable | null;
  /** Told of each match of an expression that the instruction brings. */
  readonly watch: PatternWatch;
  /** Looks at a matrix with markers in rows. */
  readonly quality: MatrixQuality | null;
  /** For the matrix; null: do without. */
  readonly kernels: Kernels | null;
}

/** @throws a system error where the digest file cannot be made. */
export function openReader(plan: TablePlan, context: ReaderContext): OpenReader {
  const { alleles, hasMatrix } = context;
  const path = join(context.outDir, `digest.${plan.table}`);
  const found = countProblems(context.problems);
  if (plan.kind === "matrix") {
    const rule = {
      ...plan,
      firstRow: plan.row,
      firstColumn: plan.column,
      alleles,
      kernels: context.kernels,
      watch: context.watch,
    };
    const reader = createMatrixTable(rule, path, found, context.warnings, context.quality);
    return { plan, path, reader, matrixReader: reader, found };
  }
  const sink = createByteSink(path);
  const columns = plan.kind === "empty" ? [] : plan.columns;
  const writer = createRowWriter(sink, columns, {
    valueSteps: plan.table === "marker" ? markerSteps(alleles) : new Map(),
    distinct: DISTINCT_TABLES.has(plan.table),
    watch: context.watch,
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
            names: origins.map((origin) => origin.name),
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
  const [ref, alts] = [createKept(), createKept()];
  // Either of the two may stand first.
  const keep =
    (kept: KeptValue): ValueStep =>
    (sink, from) => {
      kept.buffer.at = 0;
      put(kept.buffer, sink.bytes, from, sink.at);
      kept.isThere = true;
      if (!ref.isThere || !alts.isThere) return;
      alleles.add(valueOf(ref), valueOf(alts));
      ref.isThere = false;
      alts.isThere = false;
    };
  steps.set("ref", [keep(ref)]);
  steps.set("alts", [keep(alts), toPgArray]);
  return steps;
}

interface KeptValue {
  readonly buffer: ByteBuffer;
  isThere: boolean;
}

function createKept(): KeptValue {
  return { buffer: createByteBuffer(Buffer.allocUnsafe(64)), isThere: false };
}

function valueOf({ buffer }: KeptValue): Buffer {
  return buffer.bytes.subarray(0, buffer.at);
}

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
