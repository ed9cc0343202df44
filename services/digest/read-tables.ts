import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Encoding } from "../contract/digest-settings.ts";
import type { ProblemWords } from "../contract/problem-words.ts";
import type { DigestProblem } from "../contract/result.ts";
import { findEarlierMarkers, readEarlierMarkers } from "./matrix/earlier-markers.ts";
import {
  createAlleleTable,
  splitAlts,
  splitVcfAlts,
  type AlleleTable,
} from "./matrix/vcf-alleles.ts";
import type { Kernels } from "./kernels/kernels.ts";
import { openReader, type OpenReader } from "./open-reader.ts";
import { closeQuietly } from "./output/byte-sink.ts";
import type { Pace } from "./pace.ts";
import { markerPlan, planPasses } from "./passes.ts";
import type { TablePlan } from "./plan.ts";
import { createPatternGuard, EndlessPattern } from "./pattern-guard.ts";
import type { MatrixQuality } from "./quality/matrix-quality.ts";
import { NOWHERE, reportFound, type Place, type Problems } from "./problems.ts";
import { rowReaderOf, sourceFilesOf } from "./formats/row-readers.ts";
import type { Decoding } from "./source/decoding.ts";
import { createPatternWatch, type PatternWatch } from "./source/pattern-watch.ts";
import { listSource, type ReadLimit, type SourceFile } from "./source/source-files.ts";
import { headerOf } from "./tables/row-writer.ts";

export interface ReadRequest {
  readonly tables: readonly TablePlan[];
  readonly root: string | null;
  /** Where the digest files are written. */
  readonly outDir: string;
  /** Where they will be in the end, and where those of an earlier digest may be. */
  readonly publishDir: string;
  readonly problems: Problems;
  readonly warnings: Problems;
  /** Reads the beginning of each source file only. */
  readonly limit?: ReadLimit | undefined;
  /** How the text of the sources is encoded. */
  readonly encoding: Encoding;
  /** Looks at a matrix with markers in rows. */
  readonly quality: MatrixQuality | null;
  /** For a load with a matrix; null: do without. */
  readonly kernels: Kernels | null;
  readonly pace: Pace;
  /** How long the expressions of the instruction may take for a block of lines; ten seconds unless given. */
  readonly patternBudgetMs?: number | undefined;
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
}

/** A source that is read once, for all tables that come of it. */
interface Pass {
  readonly plans: readonly TablePlan[];
  readonly files: readonly SourceFile[];
}

/**
 * Reads the sources and writes the digest files, the matrix in the orientation of its source. What is wrong with the input
 * is reported, and reading goes on where it can, so that all is found at once.
 *
 * @throws a system error where a file cannot be read or written; whatever `pace` throws.
 */
export async function readTables(request: ReadRequest): Promise<TablesRead> {
  const { tables: plans, outDir } = request;
  const alleles = plans.some((plan) => plan.kind === "matrix" && plan.isVcf)
    ? createAlleleTable(markerPlan(plans)?.fileType === "VCF" ? splitVcfAlts : splitAlts)
    : null;
  const passes = listPasses(request, planPasses(await readable(request, alleles)));
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
    const readers: OpenReader[] = [];
    const watch = createPatternWatch();
    try {
      for (const plan of pass.plans) {
        readers.push(openReader(plan, { ...request, hasMatrix, alleles, watch }));
      }
      await readPass(request, pass, readers, watch, (count) => {
        bytesRead += count;
        request.onProgress({ bytesRead, bytesTotal });
      });
      for (const { reader, matrixReader } of readers) {
        matrixReader?.finish();
        reader.close();
      }
    } finally {
      closeQuietly(readers.map(({ reader }) => reader));
    }
    for (const { plan, path, reader, matrixReader, found } of readers) {
      const { rows, columns } = reader;
      const table = { table: plan.table, path, rows, columns, problems: found.count };
      if (matrixReader === null) made.push(table);
      else matrix = { ...table, ...matrixReader.counts() };
      if (rows === 0 && found.count === 0) {
        request.warnings.report(
          "no rows",
          NOWHERE,
          () => `Table ${plan.table} has no data rows. Check in which line its cells begin`,
        );
      }
    }
  }
  return { tables: made, matrix };
}

/** All plans but that of a VCF matrix that cannot be read for want of ref and alts, which is reported. */
async function readable(request: ReadRequest, alleles: AlleleTable | null): Promise<TablePlan[]> {
  const vcf = request.tables.find((plan) => plan.kind === "matrix" && plan.isVcf);
  if (vcf === undefined || alleles === null) return [...request.tables];
  const problem = await wantOfAlleles(request, vcf, alleles);
  if (problem === null) return [...request.tables];
  request.problems.report("vcf marker table", NOWHERE, () => problem);
  return request.tables.filter((plan) => plan !== vcf);
}

const ADD_ALLELES =
  "Add the table marker with the columns ref and alts, read from REF and ALT, to the instruction.";

/**
 * Why there are no ref and alts for the matrix; null where there are. They come with the load. Only a table of another name
 * than GOBii's `matrix`, which no rule asks for its markers, may also take those of an earlier digest.
 */
async function wantOfAlleles(
  request: ReadRequest,
  vcf: TablePlan,
  alleles: AlleleTable,
): Promise<ProblemWords | null> {
  const marker = markerPlan(request.tables);
  if (marker === undefined) {
    const earlier = vcf.table === "matrix" ? null : findEarlierMarkers(request.publishDir);
    if (earlier === null) {
      return {
        message:
          "Could not find marker file; a VCF load needs the table marker, with ref and alts, in the same instruction",
        plain: `The genotypes of a VCF are numbers of alleles, and the instruction does not say which. ${ADD_ALLELES}`,
      };
    }
    await readEarlierMarkers(earlier, alleles, request.pace);
    return null;
  }
  const names = marker.kind === "columns" || marker.kind === "rows" ? headerOf(marker.columns) : [];
  return names.includes("ref") && names.includes("alts")
    ? null
    : {
        message:
          "Exception in processing matrix file. Marker file does not contain ref and alt columns.",
        plain: `The genotypes of a VCF are numbers of alleles, and the table marker does not say which. ${ADD_ALLELES}`,
      };
}

/** Finds the files of each pass; a pass whose source has none is reported and left out. */
function listPasses(request: ReadRequest, groups: readonly TablePlan[][]): Pass[] {
  return groups.flatMap((plans): Pass[] => {
    const format = plans[0]?.sourceFormat ?? null;
    const listing = sourceFilesOf(
      format,
      listSource(plans[0]?.source ?? "", request.root, request.publishDir),
    );
    if ("files" in listing) {
      const decoding = decodingOf(request);
      const files = listing.files.map((file) => ({ ...file, limit: request.limit, decoding }));
      return [{ plans, files }];
    }
    const place: Place = {
      file: listing.path === "" ? null : listing.path,
      line: null,
      column: null,
    };
    request.problems.report("source", place, () => ({
      message: listing.problem,
      ...(listing.plain === undefined ? {} : { plain: listing.plain }),
    }));
    return [];
  });
}

/** Tells of files that are not in UTF-8, each once, though it may be read several times. */
function decodingOf({ encoding, warnings }: ReadRequest): Decoding {
  const told = new Set<string>();
  return {
    encoding,
    onDecoded(path, from, line) {
      if (told.has(path)) return;
      told.add(path);
      warnings.report("encoding", { file: path, line, column: null }, () =>
        from === "UTF-16"
          ? "The file is UTF-16; what is made of it is UTF-8"
          : "The line is not UTF-8; letters of the file that are not were read as Latin-1, and what is made of them is UTF-8",
      );
    },
  };
}

async function readPass(
  request: ReadRequest,
  pass: Pass,
  readers: readonly OpenReader[],
  watch: PatternWatch,
  onBytes: (count: number) => void,
): Promise<void> {
  const [plan] = pass.plans;
  if (plan === undefined) return;
  const read = rowReaderOf(plan.sourceFormat);
  const problems: Pick<Problems, "report"> = {
    report(...problem) {
      for (const { found } of readers) found.fail();
      request.problems.report(...problem);
    },
  };
  const tables = readers.map(({ reader }) => reader);
  const guard = createPatternGuard(pass.plans, tables, watch, request.patternBudgetMs ?? 10_000);
  const readFile = async (file: SourceFile): Promise<DigestProblem | null> => {
    request.onFile(file.path);
    for (const reader of tables) reader.beginFile(file.path);
    const delimiter = guard.delimiter(file.path, plan.delimiter);
    const fault = await read(file, {
      delimiter,
      onBlock(block) {
        guard.run(file.path, block, () => {
          for (const reader of tables) reader.read(block, delimiter.byte);
        });
      },
      onBytes,
      pace: request.pace,
      lines: request.kernels?.lines,
      problems,
      warnings: request.warnings,
    });
    if (fault !== null) return fault;
    guard.run(file.path, null, () => {
      for (const reader of tables) reader.endFile();
    });
    return null;
  };

  for (const file of pass.files) {
    const fault = await readFile(file).catch(problemOfPattern);
    if (fault === null) continue;
    for (const { found } of readers) found.fail();
    reportFound(request.problems, "unreadable", fault);
    return;
  }
}

/** An expression that does not come to an end makes the input unreadable. */
function problemOfPattern(thrown: unknown): DigestProblem {
  if (thrown instanceof EndlessPattern) return thrown.problem;
  throw thrown;
}
