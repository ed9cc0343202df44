import { join } from "node:path";
import type { Load } from "../../contract/load.ts";
import type { DigestResult } from "../../contract/result.ts";
import { failureMessage } from "../failure-message.ts";
import { KEPT_PER_KIND } from "../problems.ts";
import {
  compareError,
  filesIn,
  loadIn,
  recordedIn,
  runDigest,
  type Comparison,
  type GoldenCase,
  type Intention,
  type Run,
} from "./golden-case.ts";
import { comparableValidation } from "./golden-validation.ts";

const INTENTIONS: Readonly<Record<string, Intention>> = {
  "r21-full-marker-alts-last-and-empty": {
    files: {
      "digest.marker":
        "platform_id\tname\tref\talts\n" +
        '1\tm1\tA\t"{""G""}"\n' +
        '1\tm2\tC\t"{""T"",""G""}"\n' +
        '1\tm3\tG\t"{""A"",""C"",""T""}"\n' +
        '1\tm4\tT\t"{""""}"\n' +
        '1\tm5\tA\t"{""-""}"\n' +
        '1\tm6\tA\t"{"""",""G"",""""}"\n',
    },
  },
  "r21-repo-ssr-dataset-sample-fast": { files: {} },
  "r21-vcf-haploid": { files: {} },
  "r21-vcf-phased": { files: {} },
  "r21-x-error-line-number": { error: /line: 11 Data:7/, line: 11 },
  "r21-x-header-127-lines-false-mismatch": { files: {} },
  "r21-x-markers-no-new-data": { files: {} },
  "r21-x-trailing-empty-call": { error: /empty/, line: 3, column: 4 },
  "r21-x-two-files": {
    files: {
      "digest.dataset_marker":
        "platform_id\tdataset_id\tmarker_name\tmarker_idx\n1\t7\tm1\t0\n1\t7\tm2\t1\n1\t7\tm3\t2\n",
      "digest.dataset_dnarun":
        "experiment_id\tdataset_id\tdnarun_name\tdnarun_idx\n1\t7\ts1\t0\n1\t7\ts2\t1\n",
    },
  },
  "r21-x-unknown-crop": { error: /^Unknown Crop Type: banana/ },
  "r21-x-vcf-missing": { files: {} },
  "r21-x-vcf-trailing-empty": { error: /empty/, line: 3, column: 12 },
};

/** GOBii's database loaders, which are not ours. */
const LOADER_STATUSES: ReadonlySet<string> = new Set([
  "metadata_load",
  "matrix_load",
  "qc_processing",
]);

/** Stage `full-2.1`: the whole digest. */
export async function compareDigest(dir: string, golden: GoldenCase): Promise<Comparison> {
  const load = loadIn(dir);
  const run = await runDigest(load, dir);
  const intention = INTENTIONS[golden.case];
  if (intention === undefined) return compareWithRecorded(dir, load, run);
  if ("error" in intention) {
    const { ours, expected } = compareError(run.result.errors, intention);
    return {
      ours: { error: ours, names: run.names, status: run.result.status },
      expected: { error: expected, names: [], status: "failed" },
    };
  }
  return {
    ours: { errors: run.result.errors, files: run.files },
    expected: {
      errors: [],
      files: {
        ...filesIn(join(dir, "expected/final")),
        ...filesIn(join(dir, "expected/ours")),
        ...intention.files,
      },
    },
  };
}

function compareWithRecorded(dir: string, load: Load, run: Run): Comparison {
  const { result } = run;
  const recorded = recordedIn(dir);
  const statuses = (recorded.statuses ?? []).filter(([term]) => !LOADER_STATUSES.has(term));
  const last = statuses.at(-1);
  const completes = last?.[0] === "completed";
  const row = rowOfMatrix(load);
  const failure = completes ? "" : failureMessage(run.phases.at(-1) ?? null, result.errors[0]);
  // The reference finds out only when it comes to load.
  const recordedFailure = withOurLine(last?.[1] ?? "", row).replace(
    "Status: metadata_load - Loading Metadata | \nUnsuccessfully Uploaded Files",
    "Status: transformation - Metadata Transformation | \nUnsuccessfully Generated Files - No Data Upload",
  );
  return {
    ours: {
      status: result.status,
      files: run.files,
      tables: result.tables.map(({ file }) => file),
      statuses: [
        ["in_progress", "Beginning Digest"],
        ...run.phases.map(({ gobiiStatus, message }) => [gobiiStatus, message]),
      ],
      failure: failure.slice(0, recordedFailure.length),
      missingErrors: missingErrors(result, recorded.mailErrors ?? [], row),
      validation: comparableValidation(result.validation),
    },
    expected: {
      status: completes ? "completed" : "failed",
      files: completes ? filesIn(join(dir, "expected/final")) : {},
      tables: completes ? load.tables.map(({ table }) => `output/digest.${table}`) : [],
      statuses: statuses.slice(0, -1),
      failure: completes ? "" : recordedFailure,
      missingErrors: [],
      validation: comparableValidation(recorded.validation ?? []),
    },
  };
}

/** Stage `csv-2.1`: reading, conversion and validation of a matrix alone. */
export async function compareMatrix(dir: string): Promise<Comparison> {
  const recorded = recordedIn(dir);
  const load = loadIn(dir);
  // Where the case has a digest.marker, it lies in the destination before the run.
  const { result, files } = await runDigest(load, dir, dir);
  const expectedFiles = filesIn(join(dir, "expected"));
  const fails = (recorded.errors ?? []).length > 0;
  return {
    ours: {
      status: result.status,
      missingErrors: missingErrors(result, recorded.errors ?? [], rowOfMatrix(load)),
      files: Object.fromEntries(Object.keys(expectedFiles).map((name) => [name, files[name]])),
    },
    expected: {
      status: fails ? "failed" : "completed",
      missingErrors: [],
      files: expectedFiles,
    },
  };
}

function rowOfMatrix(load: Load): number {
  const columns = load.tables.flatMap((table) => table.columns);
  return columns.find(({ type }) => type === "CSV_BOTH")?.row ?? 1;
}

/** The reference counts the rows above the matrix twice; right only where there is one. */
function withOurLine(message: string, row: number): string {
  return message.replace(
    /(post-processed matrix line: )(\d+)/,
    (_all, words: string, line: string) => `${words}${Number(line) - row + 1}`,
  );
}

/** Calls that the reference validated a second time before conversion, and the type that it mistook. */
const NOT_REPRODUCED = /Data:\d\/\d$|Received IUPAC$/;

/** Recorded errors that begin none of ours. Both sides stop at some number of one kind. */
function missingErrors(result: DigestResult, recorded: readonly string[], row: number): string[] {
  const ours = result.errors.map((error) => error.message);
  if (recorded.length === 0) return ours;
  const missing = recorded
    .map((error) => withOurLine(error.replace(/^[A-Za-z .]+: (?=\S)/, ""), row))
    .filter((text) => !NOT_REPRODUCED.test(text))
    .filter((text) => !ours.some((error) => error.startsWith(text)));
  return missing.length <= Math.max(0, recorded.length - KEPT_PER_KIND) ? [] : missing;
}
