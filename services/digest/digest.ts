import { existsSync, readdirSync, rmSync, statSync } from "node:fs";
import { basename, join } from "node:path";
import type { DigestSettings } from "../contract/digest-settings.ts";
import type { Load } from "../contract/load.ts";
import type { QualitySummary } from "../contract/quality.ts";
import type { DigestResult, TableValidation } from "../contract/result.ts";
import { failureWords } from "../contract/validation-words.ts";
import { guardHooks, type DigestHooks, type GuardedHooks } from "./guarded-hooks.ts";
import { loadKernels, type Kernels } from "./kernels/kernels.ts";
import { sizeOf, transposeMatrix, writeExports } from "./matrix-steps.ts";
import { mayPass } from "./passing-problems.ts";
import { planLoad, type LoadPlan } from "./plan.ts";
import { asWords, createProblems, NOWHERE, reportFound, type Problems } from "./problems.ts";
import { createMatrixQuality, type MatrixQuality } from "./quality/matrix-quality.ts";
import { readTables, type TableRead, type TablesRead } from "./read-tables.ts";
import { findOverwritten } from "./source/made-here.ts";
import { watchLimit, type ReadLimit } from "./source/source-files.ts";
import { describeSystemError, hasVanished } from "./system-problem.ts";
import { validateDigestFiles } from "./validation/digest-validator.ts";
import { findingsOf, validateInstruction } from "./validation/instruction-validator.ts";
import type { KnownSource } from "./validation/known-source.ts";
import { checksOfEachRow, tableChecks } from "./validation/rules.ts";

export interface DigestRequest {
  readonly load: Load;
  /** What relative sources are relative to; null refuses them. */
  readonly root: string | null;
  /** Exists and is empty; the digest files are written here. */
  readonly outDir: string;
  /** Where they will be in the end: the paths of `result.tables`. */
  readonly publishDir: string;
  /** Null: every crop is known. */
  readonly knownCrops: readonly string[] | null;
  readonly known: KnownSource;
  /**
   * Digests the beginning of each source file only, checks only what that can tell, and leaves what was made of a failed
   * load to be looked at.
   */
  readonly limit?: ReadLimit | undefined;
  /** How long the regular expressions of the instruction may take for a block of lines; ten seconds unless given. */
  readonly patternBudgetMs?: number;
  /** What the instruction does not say. */
  readonly settings?: DigestSettings;
}

/**
 * Turns the sources of a load into digest files. Bad input, a missing source, a full disk: all end in a `failed` result
 * that says what was found where, and leave `outDir` empty.
 *
 * @throws only what a hook throws; `outDir` is empty then, too.
 */
export async function digest(request: DigestRequest, hooks: DigestHooks): Promise<DigestResult> {
  const startedAt = performance.now();
  const problems = createProblems();
  const warnings = createProblems();
  const guard = guardHooks(hooks);
  const progress: Progress = { file: null, sources: new Set(), bytesRead: 0 };
  const run: Run = { request, guard, problems, warnings, progress };
  let outcome: Outcome = NO_OUTCOME;
  let isPassing = false;
  try {
    outcome = await planAndMake(run);
    keepSources(run);
  } catch (thrown) {
    emptyDirectory(request.outDir);
    if (guard.stopped !== null) throw guard.stopped.thrown;
    isPassing = mayPass(thrown) || hasVanished(thrown);
    reportFound(problems, "system", describeSystemError(thrown, progress.file));
  }
  const failed = problems.count > 0;
  const isGone = failed && request.limit === undefined;
  if (isGone) emptyDirectory(request.outDir);
  return {
    status: failed ? "failed" : "completed",
    tables: isGone ? [] : tablesOf(request, outcome.read),
    matrix: matrixOf(request.load, outcome.read),
    ...(failed || outcome.quality === null ? {} : { quality: outcome.quality }),
    ...(failed || outcome.outputs === undefined ? {} : { outputs: outcome.outputs }),
    validation: outcome.validation,
    errors: [...problems.list],
    errorCount: problems.count,
    warnings: warnings.summary(),
    durationMs: Math.round(performance.now() - startedAt),
    bytesRead: progress.bytesRead,
    ...(isPassing ? { mayPass: true } : {}),
  };
}

/** What all steps of a digest share. */
interface Run {
  readonly request: DigestRequest;
  readonly guard: GuardedHooks;
  /** What makes it fail. */
  readonly problems: Problems;
  readonly warnings: Problems;
  readonly progress: Progress;
}

interface Progress {
  /** That is being read. */
  file: string | null;
  readonly sources: Set<string>;
  bytesRead: number;
}

/** A load may lie where its source does, but what is made must not take the source's place. */
function keepSources({ request, progress, problems }: Run): void {
  const { outDir, publishDir, limit } = request;
  if (limit !== undefined) return;
  const file = findOverwritten([...progress.sources], readdirSync(outDir), publishDir);
  if (file === null) return;
  problems.report(
    "overwritten",
    { file, line: null, column: null },
    () =>
      "What is made would take the place of this source; expected another destination, or another name for the source",
  );
}

interface Outcome {
  readonly read: TablesRead | null;
  readonly validation: TableValidation[];
  readonly quality: QualitySummary | null;
  readonly outputs: DigestResult["outputs"];
}

const NO_OUTCOME: Outcome = { read: null, validation: [], quality: null, outputs: undefined };

async function planAndMake(run: Run): Promise<Outcome> {
  await run.guard.phase({ gobiiStatus: "validation", message: "Beginning Validation" });
  const plan = prepare(run);
  if (plan === null) return NO_OUTCOME;
  const kernels = plan.matrix === null ? null : loadKernels();
  const quality = qualityOf(run, plan, kernels);
  try {
    return await makeTables(run, plan, { quality, kernels });
  } finally {
    quality?.close();
  }
}

/** Null where there is no matrix, or only its beginning, or where it is switched off. */
function qualityOf(
  { request, warnings }: Run,
  { matrix }: LoadPlan,
  kernels: Kernels | null,
): MatrixQuality | null {
  if (matrix === null || request.settings?.quality === false || request.limit) return null;
  const type = matrix.isVcf ? "VCF" : matrix.declaredType;
  return createMatrixQuality(type, request.outDir, warnings, kernels);
}

async function makeTables(
  run: Run,
  plan: LoadPlan,
  { quality, kernels }: { quality: MatrixQuality | null; kernels: Kernels | null },
): Promise<Outcome> {
  const { request, guard, problems, warnings, progress } = run;
  const { load, outDir } = request;
  const { limit, isCut } = watchLimit(request.limit);
  await guard.phase({ gobiiStatus: "digest", message: "Beginning file digest" });
  const read = await readTables({
    tables: plan.tables,
    root: request.root,
    outDir,
    publishDir: request.publishDir,
    problems,
    warnings,
    limit,
    encoding: request.settings?.encoding ?? "auto",
    quality: plan.matrix?.sampleFast === true ? null : quality,
    kernels,
    pace: guard.pace,
    patternBudgetMs: request.patternBudgetMs,
    onFile: (path) => {
      progress.file = path;
      progress.sources.add(path);
    },
    onProgress: (step) => {
      progress.bytesRead = step.bytesRead;
      guard.progress(step);
    },
  });

  await guard.phase({ gobiiStatus: "validation", message: "Database Validation" });
  const isComplete = plan.tables.every(
    ({ table, kind }) => kind === "matrix" || wasMade(read.tables, table),
  );
  // Where a table could not be made, others would fail for want of it.
  const checks = isCut() ? checksOfEachRow : tableChecks;
  const validation = isComplete ? await validate(run, read, checks) : [];

  for (const table of plan.tables) {
    await guard.phase({ gobiiStatus: "transformation", message: "Metadata Transformation" });
    if (table.kind === "matrix" && table.sampleFast && problems.count === 0) {
      await transposeMatrix(read.matrix, table.rule.width, quality, guard.pace, kernels);
    }
  }
  if (load.dataset.id === null && plan.tables.some((table) => table.table === "matrix")) {
    problems.report("data set id", NOWHERE, () => ({
      message: "Data Set ID is null for variant call",
      plain: "The instruction does not say which data set the matrix belongs to. Choose one.",
    }));
  }
  if (read.matrix === null || problems.count > 0) return { ...NO_OUTCOME, read, validation };
  const made = request.limit
    ? []
    : await writeExports(
        { load, outDir, also: request.settings?.also ?? [] },
        plan.matrix,
        read,
        warnings,
        guard.pace,
      );
  const figures = await quality?.finish({
    outDir,
    matrixPath: read.matrix.path,
    tables: read.tables,
    warnings,
    pace: guard.pace,
  });
  const outputs = made.map(({ format, path }) => ({
    format,
    file: join(request.publishDir, basename(path)),
    bytes: statSync(path).size,
  }));
  return {
    read,
    validation,
    quality: figures ?? null,
    outputs: outputs.length === 0 ? undefined : outputs,
  };
}

/** Checks what can be checked before reading. Null where the load cannot be read at all. */
function prepare({ request, problems, warnings }: Run): LoadPlan | null {
  const { load, knownCrops } = request;
  const { crop } = load;
  if (crop !== null && knownCrops !== null && !includesCrop(knownCrops, crop)) {
    problems.report("crop", NOWHERE, () => ({
      message: `Unknown Crop Type: ${crop}`,
      plain: `The instruction is for the crop ${JSON.stringify(crop)}; expected one of ${knownCrops.join(", ")}. Choose one of these.`,
    }));
    return null;
  }
  const plan = planLoad(load, request.settings);
  const found = [...findingsOf(validateInstruction(load)), ...plan.problems].map(asWords);
  for (const words of new Map(found.map((one) => [one.message, one])).values()) {
    problems.report("instruction", NOWHERE, () => words);
  }
  for (const text of plan.warnings) warnings.report("instruction", NOWHERE, () => text);
  return plan.problems.length > 0 ? null : plan;
}

function includesCrop(crops: readonly string[], crop: string): boolean {
  return crops.some((known) => known.toLowerCase() === crop.toLowerCase());
}

function wasMade(tables: readonly TableRead[], name: string): boolean {
  return tables.some(({ table, problems }) => table === name && problems === 0);
}

/** Checks the digest files and reports, in one line, what is wrong with them. */
async function validate(
  { request, guard, problems, warnings }: Run,
  read: TablesRead,
  checks: typeof tableChecks,
): Promise<TableValidation[]> {
  const outcome = await validateDigestFiles({
    files: inOrderOf(request.load, read.tables).map(({ table, path }) => ({
      table,
      path,
      shownPath: join(request.publishDir, `digest.${table}`),
    })),
    checks,
    known: request.known,
    matrix: sizeOf(request.load, read.matrix),
    pace: guard.pace,
  });
  for (const warning of outcome.warnings) reportFound(warnings, "validation", warning);
  const failed = outcome.tables.filter((table) => table.status === "FAILED");
  if (failed.length > 0) {
    problems.report("validation", NOWHERE, () => ({
      message: `Validation failures: ${describe(failed)}`,
      plain: failed
        .flatMap(({ fileName, failures }) => failures.map((one) => failureWords(fileName, one)))
        .join(" "),
    }));
  }
  return outcome.tables;
}

function describe(tables: readonly TableValidation[]): string {
  return tables
    .flatMap(({ fileName, failures }) =>
      failures.map(({ reason, columnName, values }) => {
        const where = [fileName, columnName.join(" and ")].filter((part) => part !== "").join(".");
        return `${where}: ${reason}${values.length === 0 ? "" : ` (${values.join(", ")})`}`;
      }),
    )
    .join("; ");
}

function inOrderOf<T extends { readonly table: string }>(load: Load, tables: readonly T[]): T[] {
  return load.tables.flatMap(({ table }) => tables.filter((item) => item.table === table));
}

function tablesOf(request: DigestRequest, read: TablesRead | null): DigestResult["tables"] {
  if (read === null) return [];
  const size = sizeOf(request.load, read.matrix);
  const matrix =
    read.matrix === null
      ? []
      : [{ ...read.matrix, rows: size?.markers ?? 0, columns: size?.samples ?? 0 }];
  return inOrderOf(request.load, [...read.tables, ...matrix]).map(({ table, rows, columns }) => ({
    table,
    file: join(request.publishDir, `digest.${table}`),
    rows,
    columns,
  }));
}

function matrixOf(load: Load, read: TablesRead | null): DigestResult["matrix"] {
  if (read?.matrix == null) return null;
  const { missing, heterozygous } = read.matrix;
  const size = sizeOf(load, read.matrix) ?? { markers: 0, samples: 0 };
  const isVcf = load.tables.some(
    (table) => table.table === read.matrix?.table && table.fileType === "VCF",
  );
  return { ...size, missing, heterozygous, dataSetType: isVcf ? "VCF" : load.dataSetType };
}

function emptyDirectory(path: string): void {
  if (!existsSync(path)) return;
  for (const name of readdirSync(path)) rmSync(join(path, name), { recursive: true, force: true });
}
