import { renameSync, rmSync } from "node:fs";
import type { Load } from "../contract/load.ts";
import type { MatrixOutput } from "../contract/digest-settings.ts";
import { exportMatrix, type ExportOutcome } from "./exports/matrix-exports.ts";
import type { Kernels } from "./kernels/kernels.ts";
import { transposeFile } from "./matrix/transpose.ts";
import type { Pace } from "./pace.ts";
import type { MatrixPlan } from "./plan.ts";
import { NOWHERE, type Problems } from "./problems.ts";
import type { MatrixQuality } from "./quality/matrix-quality.ts";
import type { MarkerCalls } from "./quality/quality-collector.ts";
import type { TableRead, TablesRead } from "./read-tables.ts";

/** Markers and samples of a matrix; null where there is none, or none to measure. */
export function sizeOf(
  load: Load,
  matrix: TableRead | null,
): { markers: number; samples: number } | null {
  if (matrix === null || matrix.rows === 0) return null;
  return load.orientation === "SAMPLE_FAST"
    ? { markers: matrix.columns, samples: matrix.rows }
    : { markers: matrix.rows, samples: matrix.columns };
}

/** Brings a matrix whose rows are samples into rows of markers, showing them to `quality` on the way. */
export async function transposeMatrix(
  matrix: TableRead | null,
  width: number,
  quality: MatrixQuality | null,
  pace: Pace,
  kernels: Kernels | null,
): Promise<void> {
  if (matrix === null || matrix.rows === 0) return;
  const asRead = `${matrix.path}.sample-fast`;
  renameSync(matrix.path, asRead);
  const { rows, columns } = matrix;
  quality?.begin(columns, rows);
  const onCalls = quality && ((calls: MarkerCalls) => quality.calls(calls));
  const size = { rows, columns, width };
  await transposeFile(asRead, matrix.path, size, pace, kernels, undefined, onCalls);
  rmSync(asRead);
}

/** Writes a matrix that is finished in other formats, or warns that it cannot be. @returns what was written. */
export async function writeExports(
  { also, outDir, load }: { also: readonly MatrixOutput[]; outDir: string; load: Load },
  plan: MatrixPlan | null,
  { matrix, tables: made }: TablesRead,
  warnings: Problems,
  pace: Pace,
): Promise<ExportOutcome["files"]> {
  const size = sizeOf(load, matrix);
  if (also.length === 0 || matrix === null || size === null || plan === null) return [];
  const { files, warnings: told } = await exportMatrix({
    formats: also,
    outDir,
    matrixPath: matrix.path,
    ...size,
    width: plan.rule.width,
    missing: plan.rule.missing.call,
    tables: made,
    pace,
  });
  for (const message of told) warnings.report("export", NOWHERE, () => message);
  return files;
}
