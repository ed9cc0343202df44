import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { DigestSettings } from "../contract/digest-settings.ts";
import type { Load } from "../contract/load.ts";
import type { DryRun, DryRunTable } from "../contract/preview.ts";
import { digest } from "./digest.ts";
import type { DigestHooks } from "./guarded-hooks.ts";
import { readRows } from "./quality/rows.ts";
import type { KnownSource } from "./validation/known-source.ts";

export interface DryRunPlan {
  readonly load: Load;
  readonly root: string | null;
  readonly knownCrops: readonly string[] | null;
  readonly known: KnownSource;
  readonly settings?: DigestSettings | undefined;
  /** Lines of each source that are read at most, what stands above its header not counted. */
  readonly lines: number;
  /** Size of the grid that is shown of each table. */
  readonly rows: number;
  readonly columns: number;
}

/** Of each source: lines of the widest files are long. */
const MOST_BYTES = 32 << 20;
const LONGEST_CELL = 200;

/**
 * Digests the beginning of the sources of a load into a directory that is deleted again, and shows what came of it. Nothing
 * is written to the destination. What only the whole can tell, such as whether two lists have equal names, is not checked
 * where a source was not read to its end.
 *
 * @throws only what `checkpoint` throws, and a system error where nothing can be written for the time being.
 */
export async function dryRun(
  plan: DryRunPlan,
  checkpoint: DigestHooks["checkpoint"] = () => {},
): Promise<DryRun> {
  const outDir = mkdtempSync(join(tmpdir(), "digester-dry-run-"));
  let complete = true;
  const { load, root, knownCrops, known, settings = {} } = plan;
  const lines = plan.lines + linesAbove(load);
  try {
    const result = await digest(
      {
        load,
        root,
        outDir,
        publishDir: load.tables[0]?.destination ?? "",
        knownCrops,
        known,
        settings,
        limit: {
          lines,
          bytes: MOST_BYTES,
          onCut: () => {
            complete = false;
          },
        },
      },
      { onPhase: () => {}, onProgress: () => {}, checkpoint },
    );
    const tables: DryRunTable[] = [];
    for (const { table, rows, columns } of result.tables) {
      // A matrix that is not to be loaded is not turned either.
      const isTurned = load.orientation !== "SAMPLE_FAST" || result.status === "completed";
      const isMatrix = isMatrixTable(load, table);
      if ((isMatrix && !isTurned) || !existsSync(join(outDir, `digest.${table}`))) continue;
      tables.push(showTable(outDir, table, isMatrix, { rows, columns }, plan));
    }
    const { matrix, validation, errors, errorCount, warnings, durationMs } = result;
    return {
      ok: result.status === "completed",
      complete,
      lines,
      tables,
      matrix,
      validation,
      errors,
      errorCount,
      warnings,
      durationMs,
    };
  } finally {
    rmSync(outDir, { recursive: true, force: true });
  }
}

/** A VCF may have thousands of lines above its header. */
function linesAbove({ tables }: Load): number {
  const rows = tables.flatMap(({ columns }) => columns.map(({ row }) => row ?? 0));
  return Math.max(0, rows.reduce((most, row) => Math.max(most, row), 0) - 1);
}

function isMatrixTable(load: Load, name: string): boolean {
  const rule = load.tables.find(({ table }) => table === name);
  return rule?.columns.some((column) => column.type === "CSV_BOTH") === true;
}

function showTable(
  outDir: string,
  table: string,
  isMatrix: boolean,
  size: { rows: number; columns: number },
  { rows, columns }: DryRunPlan,
): DryRunTable {
  const lines: string[][] = [];
  let columnsTotal = 0;
  for (const { bytes, from, to } of readRows(join(outDir, `digest.${table}`), 0)) {
    const cells = bytes.toString("utf8", from, to).split("\t");
    columnsTotal = Math.max(columnsTotal, cells.length);
    lines.push(cells.slice(0, columns).map((cell) => cell.slice(0, LONGEST_CELL)));
    if (lines.length >= rows + (isMatrix ? 0 : 1)) break;
  }
  const [header, ...body] = lines;
  return {
    table,
    ...size,
    header: isMatrix ? null : (header ?? []),
    grid: { rows: isMatrix ? lines : body, columnsTotal },
  };
}
