import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { readInstruction } from "../contract/instruction.ts";
import { toLoad, type ColumnRule, type Load } from "../contract/load.ts";
import type { DigestResult, TableValidation } from "../contract/result.ts";
import { digest } from "./digest.ts";
import { failureMessage, type Phase } from "./failure-message.ts";
import { cellEnd, LF, TAB, type MatrixRule } from "./matrix/matrix-rule.ts";
import { planLoad } from "./plan.ts";
import { createProblems, KEPT_PER_KIND } from "./problems.ts";
import { readTables } from "./read-tables.ts";
import { compileTextFilter } from "./tables/cell-filter.ts";
import { validateDigestFiles } from "./validation/digest-validator.ts";
import { findingsOf, validateInstruction } from "./validation/instruction-validator.ts";
import { everythingKnown, knownFromFile, type NameKind } from "./validation/known-source.ts";
import type { Check } from "./validation/rules.ts";

/**
 * Runs the recorded behaviour of GOBii's own digester. A folder holds one case per sub-folder and an index; the cases of
 * our own making lie in `testdata/golden`, all of them beside the repository where there is a copy.
 */
interface GoldenCase {
  readonly case: string;
  readonly stage: string;
  readonly referenceDefect: boolean | null;
  readonly beyond?: boolean;
  readonly intended?: string;
}

const shared = resolve(process.env["DIGESTER_SHARED"] ?? "../shared", "golden");
const own = resolve(import.meta.dirname, "testdata/golden");

const outDirs: string[] = [];
afterEach(() => {
  for (const dir of outDirs.splice(0)) rmSync(dir, { recursive: true });
});

function makeOutDir(): string {
  const dir = mkdtempSync(join(tmpdir(), "golden-"));
  outDirs.push(dir);
  return dir;
}

function readJson(path: string): unknown {
  return JSON.parse(readFileSync(path, "utf8"));
}

function loadOf(dir: string): Load {
  return toLoad(readInstruction(readJson(join(dir, "instruction.json"))));
}

function filesIn(dir: string): Record<string, string> {
  if (!existsSync(dir)) return {};
  return Object.fromEntries(
    readdirSync(dir)
      .filter((name) => name.startsWith("digest."))
      .map((name) => [name, readFileSync(join(dir, name), "latin1")]),
  );
}

for (const folder of [own, shared]) {
  const index = join(folder, "index.json");
  if (!existsSync(index)) {
    describe.skip(`golden cases: MISSING ${index} (set DIGESTER_SHARED)`, () => {
      it("runs the recorded cases", () => {});
    });
    continue;
  }
  const cases = readJson(index) as GoldenCase[];
  describe(`golden cases of ${folder === own ? "our own" : folder}`, () => {
    it.each(cases)("$stage $case", async (golden) => {
      const dir = join(folder, golden.case);
      switch (golden.stage) {
        case "csv":
          await checkReader(dir, golden);
          break;
        case "validate":
          checkInstruction(dir);
          break;
        case "unit-table":
          checkFilters(dir);
          break;
        case "csv-2.1":
          await checkMatrix(dir);
          break;
        case "full-2.1":
          await checkDigest(dir, golden);
          break;
        case "validation-2.1":
          await checkValidation(dir);
          break;
        default:
          throw new Error(`unknown stage ${golden.stage}`);
      }
    });
  });
}

/** Copies calls as they are, padded to a width that the cases do not exceed. */
const PADDED_WIDTH = 64;
const asTheyAre: MatrixRule = {
  width: PADDED_WIDTH,
  createConverter: () => ({
    convert(row, output, begin) {
      let at = begin;
      for (let i = row.from; ; i++) {
        const end = cellEnd(row.bytes, i, row.delimiter);
        output.fill(0, at, at + PADDED_WIDTH);
        row.bytes.copy(output, at, i, end);
        output[at + PADDED_WIDTH] = TAB;
        at += PADDED_WIDTH + 1;
        i = end;
        if (row.bytes[end] === LF) return at;
      }
    },
    counts: () => ({ missing: 0, heterozygous: 0 }),
  }),
};

/** What is to come of the cases of which the reference is not to be followed: files, or an error at a line. */
const READER_INTENTIONS: Readonly<
  Record<string, { files: Record<string, string> } | { error: RegExp; line?: number }>
> = {
  "csv-blank-lines": { error: /table two needs at least 2/, line: 3 },
  "csv-cells-beyond-row": { error: /begins at cell 6/, line: 1 },
  "csv-constant-empty": { files: { "digest.t": "k\ta\n\t1\n", "digest.u": "a\tk\tb\n1\t\t2\n" } },
  "csv-constant-null": { files: { "digest.t": "k\ta\n\t1\n" } },
  "csv-missing-source": { error: /^Unexpected Missing File/ },
  "csv-row-and-column-mixed": {
    error: /CSV_ROW \(r\) and CSV_COLUMN \(c\) cannot drive one table: t/,
  },
  "csv-rows-uneven": { error: /differ in length: r \(line 1\) has 3 cells, q \(line 2\) has 2/ },
  "csv-short-row": { error: /The line has 2 cells; table t needs at least 3/, line: 3 },
  "csv-subcolumn-join": { files: { "digest.dnarun": "name\tnum\ns1_P1\t1\ns2_P2\t2\n" } },
  "csv-trailing-empty-both": {
    files: {
      "digest.t_both": "A\tC\tG\nA\tC\t\nA\t\t\n\t\t\n",
      "digest.t_row": "r\ns1\ns2\n\n",
    },
  },
  "csv-unsupported-column-type": {
    error: /^Unable to deal with file typeVCF_MARKER.*t\(m\) is not supported/,
  },
};

async function checkReader(dir: string, golden: GoldenCase): Promise<void> {
  const plan = planLoad(loadOf(dir));
  const outDir = makeOutDir();
  const problems = createProblems();
  for (const message of plan.problems) {
    problems.report("plan", { file: null, line: null, column: null }, () => message);
  }
  if (plan.problems.length === 0) {
    await readTables({
      tables: plan.tables.map((table) =>
        table.kind === "matrix" ? { ...table, rule: asTheyAre } : table,
      ),
      root: dir,
      outDir,
      problems,
      warnings: createProblems(),
      pace: () => {},
      onFile: () => {},
      onProgress: () => {},
    });
  }
  const intention = READER_INTENTIONS[golden.case];
  if (intention !== undefined && "error" in intention) {
    const found = problems.list.find((problem) => intention.error.test(problem.message));
    expect(found, JSON.stringify(problems.list)).toBeDefined();
    if (intention.line !== undefined) expect(found?.line).toBe(intention.line);
    return;
  }
  expect(problems.list).toEqual([]);
  const matrices = plan.tables.flatMap((t) => (t.kind === "matrix" ? [`digest.${t.table}`] : []));
  const files = Object.entries(filesIn(outDir)).map(([name, text]) => [
    name,
    text.replaceAll("\0", ""),
  ]);
  if (intention !== undefined) {
    expect(Object.fromEntries(files)).toEqual(intention.files);
    return;
  }
  if (golden.case === "junit-csv-subcolumn") {
    // The recorded file lacks the subcolumn's delimiter, which the instruction gives.
    expect(golden.intended).toMatch(/joins the subcolumn to its parent/);
    const withoutDelimiter = files.map(([name = "", text = ""]) => [
      name,
      text.replaceAll(/^([^\t]*\t\d+)_/gm, "$1"),
    ]);
    expect(withoutDelimiter).not.toEqual(files);
    expect(withoutDelimiter).toEqual(Object.entries(filesIn(join(dir, "expected"))));
    return;
  }
  expect(golden.referenceDefect).toBe(false);
  const expected = Object.entries(filesIn(join(dir, "expected"))).map(([name, text]) => [
    name,
    // The reader of 2018 wrote a header above a matrix.
    matrices.includes(name) ? text.slice(text.indexOf("\n") + 1) : text,
  ]);
  expect(files).toEqual(expected);
}

function checkInstruction(dir: string): void {
  const { messages } = readJson(join(dir, "expected/result.json")) as {
    messages: Record<string, string | null>;
  };
  const findings = validateInstruction(loadOf(dir));
  expect(findings).toEqual({
    markers: messages["validateMarkerUpload"],
    samples: messages["validateSampleUpload"],
    dataset: messages["validate"],
  });
  expect(findingsOf(findings)).toEqual(Object.values(messages).filter((text) => text !== null));
}

function checkFilters(dir: string): void {
  const rows = readJson(join(dir, "cases.json")) as (Pick<
    ColumnRule,
    "filterFrom" | "filterTo" | "findText" | "replaceText"
  > & { in: string; out?: string; throws?: string })[];
  expect(rows.length).toBeGreaterThan(30);
  for (const row of rows) {
    if (row.throws === undefined) {
      const filter = compileTextFilter(row);
      expect(filter === null ? row.in : filter(row.in), JSON.stringify(row)).toBe(row.out);
    } else {
      expect(() => compileTextFilter(row), JSON.stringify(row)).toThrow(
        /cannot be used|can be used/,
      );
    }
  }
}

interface Recorded {
  readonly statuses?: [Phase["gobiiStatus"], string][];
  readonly mailErrors?: string[];
  readonly errors?: string[];
  readonly validation?: TableValidation[];
}

async function runDigest(dir: string, load: Load) {
  const outDir = makeOutDir();
  const phases: Phase[] = [];
  const knownFile = join(dir, "db.json");
  const result = await digest(
    {
      load,
      root: dir,
      outDir,
      publishDir: "output",
      knownCrops: ["dev"],
      known: existsSync(knownFile) ? knownFromFile(knownFile) : everythingKnown,
    },
    {
      onPhase: (phase) => {
        phases.push(phase);
      },
      onProgress: () => {},
      checkpoint: () => {},
    },
  );
  return { outDir, phases, result };
}

async function checkMatrix(dir: string): Promise<void> {
  const recorded = readJson(join(dir, "expected/result.json")) as Recorded;
  const load = loadOf(dir);
  const withMarkers = existsSync(join(dir, "digest.marker")) ? addMarkerTable(dir, load) : load;
  const { outDir, result } = await runDigest(dir, withMarkers);
  const errors = recorded.errors ?? [];
  expectErrors(result, errors, rowOf(load));
  expect(result.status).toBe(errors.length === 0 ? "completed" : "failed");
  const files = filesIn(outDir);
  for (const [name, text] of Object.entries(filesIn(join(dir, "expected")))) {
    expect(files[name] === text, `${name} differs`).toBe(true);
  }
}

/** The reference took ref and alts from an earlier digest; here they come with the load. */
function addMarkerTable(dir: string, load: Load): Load {
  const matrix = load.tables[0];
  if (matrix === undefined) throw new Error("no table");
  const column = (name: string, index: number, findText: string | null): ColumnRule => ({
    type: "CSV_COLUMN",
    name,
    row: 1,
    column: index,
    filterFrom: null,
    filterTo: null,
    findText,
    replaceText: findText === null ? null : ",",
    constantValue: null,
    subcolumn: false,
    subcolumnDelimiter: null,
  });
  const [ref, alts] = [column("ref", 0, null), column("alts", 1, "[^A-Z.-]+")];
  // Named so that the rules of the table marker, which asks for names, do not hold here.
  const marker = { ...matrix, table: "marker", source: join(dir, "digest.marker") };
  return {
    ...load,
    tables: [
      {
        ...marker,
        fileType: "GENERIC",
        columns: [
          { ...column("platform_id", 0, null), type: "CONSTANT", constantValue: "1" },
          column("name", 0, null),
          ref,
          alts,
        ],
      },
      matrix,
    ],
  };
}

async function checkDigest(dir: string, golden: GoldenCase): Promise<void> {
  const recorded = readJson(join(dir, "expected/result.json")) as Recorded;
  const load = loadOf(dir);
  const { outDir, phases, result } = await runDigest(dir, load);
  const intention = DIGEST_INTENTIONS[golden.case];
  const completes =
    intention === undefined ? recorded.statuses?.at(-1)?.[0] === "completed" : "files" in intention;
  expect(result.status, JSON.stringify(result.errors)).toBe(completes ? "completed" : "failed");

  if (!completes) {
    expect(readdirSync(outDir)).toEqual([]);
    expect(result.tables).toEqual([]);
  } else {
    const ours = existsSync(join(dir, "expected/ours"));
    const expected = {
      ...filesIn(join(dir, "expected/final")),
      ...(ours ? filesIn(join(dir, "expected/ours")) : {}),
      ...(intention !== undefined && "files" in intention ? intention.files : {}),
    };
    const files = filesIn(outDir);
    expect(Object.keys(files).toSorted()).toEqual(Object.keys(expected).toSorted());
    for (const [name, text] of Object.entries(expected)) {
      expect(files[name] === text, `${name} differs`).toBe(true);
    }
    expect(result.tables.map(({ file }) => file)).toEqual(
      load.tables.map(({ table }) => `output/digest.${table}`),
    );
  }
  if (intention !== undefined && "error" in intention) {
    const found = result.errors.find((error) => intention.error.test(error.message));
    expect(found, JSON.stringify(result.errors)).toBeDefined();
    if (intention.line !== undefined) expect(found?.line).toBe(intention.line);
    if (intention.column !== undefined) expect(found?.column).toBe(intention.column);
    return;
  }
  if (intention !== undefined) return;

  expect(golden.referenceDefect === true || golden.beyond === true).toBe(false);
  expectErrors(result, recorded.mailErrors ?? [], rowOf(load));
  expectValidation(result.validation, recorded.validation ?? []);
  const statuses = [
    ["in_progress", "Beginning Digest"],
    ...phases.map(({ gobiiStatus, message }) => [gobiiStatus, message]),
  ];
  const loaders = new Set(["metadata_load", "matrix_load", "qc_processing"]);
  const recordedStatuses = (recorded.statuses ?? []).filter(([term]) => !loaders.has(term));
  expect(statuses).toEqual(recordedStatuses.slice(0, -1));
  if (!completes && golden.case !== "r21-x-no-dataset-id") {
    const message = failureMessage(phases.at(-1) ?? null, result.errors[0]);
    const recordedMessage = withOurLine(recordedStatuses.at(-1)?.[1] ?? "", rowOf(load));
    expect(message.startsWith(recordedMessage), `${message} / ${recordedMessage}`).toBe(true);
  }
}

const DIGEST_INTENTIONS: Readonly<
  Record<
    string,
    { files: Record<string, string> } | { error: RegExp; line?: number; column?: number }
  >
> = {
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

function rowOf(load: Load): number {
  return (
    load.tables.flatMap((table) => table.columns).find((column) => column.type === "CSV_BOTH")
      ?.row ?? 1
  );
}

/** The reference counts the rows above the matrix twice; right only where there is one. */
function withOurLine(message: string, row: number): string {
  return message.replace(
    /(post-processed matrix line: )(\d+)/,
    (_all, words: string, line: string) => {
      return `${words}${Number(line) - row + 1}`;
    },
  );
}

/** Each recorded error must begin one of ours. What comes of several causes is kept up to a limit on both sides. */
function expectErrors(result: DigestResult, recorded: readonly string[], row: number): void {
  const ours = result.errors.map((error) => error.message);
  const texts = recorded
    .map((error) => withOurLine(error.replace(/^[A-Za-z .]+: (?=\S)/, ""), row))
    .filter((text) => !NOT_REPRODUCED.test(text));
  const missing = texts.filter((text) => !ours.some((error) => error.startsWith(text)));
  const allowed = Math.max(0, texts.length - KEPT_PER_KIND);
  expect(
    missing.length,
    `${JSON.stringify(missing)} of ${JSON.stringify(ours)}`,
  ).toBeLessThanOrEqual(allowed);
  if (recorded.length === 0) expect(ours).toEqual([]);
}

/** Calls that were validated a second time before conversion, and the type that the reference mistook. */
const NOT_REPRODUCED = /Data:\d\/\d$|Received IUPAC$|^Validation failures$/;

function expectValidation(
  ours: readonly TableValidation[],
  recorded: readonly TableValidation[],
): void {
  const sorted = (tables: readonly TableValidation[]) =>
    tables
      .map(({ fileName, status, failures }) => ({
        fileName,
        status,
        failures: failures
          // Follows only from the reference having stopped reading.
          .filter(({ reason }) => reason !== "Row length does not match matrix size (2 11)")
          .map((failure) => ({ ...failure, values: [...failure.values].toSorted() }))
          .toSorted((a, b) => JSON.stringify(a).localeCompare(JSON.stringify(b))),
      }))
      .map((table) => (table.failures.length === 0 ? { ...table, status: "PASSED" } : table))
      .toSorted((a, b) => a.fileName.localeCompare(b.fileName));
  expect(sorted(ours)).toEqual(sorted(recorded));
}

interface RecordedCondition {
  readonly columnName: string;
  readonly required?: string;
  readonly unique?: string;
  readonly nullAllowed?: string;
  readonly uniqueColumns?: string[];
  readonly fileShouldExist?: string;
  readonly fileExistenceCheck?: string;
  readonly fileExists?: string;
  readonly type?: "File" | "DB";
  readonly typeName?: string;
  readonly foreignKey?: string;
  readonly fieldColumns?: string[];
  readonly fieldToCompare?: string[];
  readonly uniqueFileCheck?: string;
}

async function checkValidation(dir: string): Promise<void> {
  const recorded = readJson(join(dir, "expected/result.json")) as Recorded;
  const rules = readJson(join(dir, "rules.json")) as {
    validations: { digestFileName: string; conditions: RecordedCondition[] }[];
  };
  const checks = Object.fromEntries(
    rules.validations.map(({ digestFileName, conditions }) => [
      tableName(digestFileName),
      toChecks(conditions),
    ]),
  );
  const files = readdirSync(join(dir, "input")).map((name) => ({
    table: tableName(name),
    path: join(dir, "input", name),
    shownPath: name,
  }));
  const outcome = await validateDigestFiles({
    files,
    checks,
    known: knownFromFile(join(dir, "db.json")),
    matrix: null,
    pace: () => {},
  });
  expectValidation(outcome.tables, recorded.validation ?? []);
}

function tableName(fileName: string): string {
  return fileName.trim().replace(/^digest\./, "");
}

const NAME_KINDS: Readonly<Record<string, NameKind>> = {
  CV: "cv",
  reference: "reference",
  external_code: "germplasm",
  dnasample: "dnasample",
  sampleNameNum: "dnasample_num",
  dnarun: "dnarun",
  marker: "marker",
  linkage_group: "linkage_group",
};

function toChecks(conditions: readonly RecordedCondition[]): Check[] {
  const checks: Check[] = [];
  const required = new Set<string>();
  for (const condition of conditions) {
    const { columnName: column } = condition;
    const isRequired = condition.required === "yes";
    if (isRequired && !required.has(column)) {
      required.add(column);
      checks.push({
        check: "required",
        column,
        ...(condition.unique === "yes" ? { unique: true } : {}),
      });
    }
    if (!isRequired && condition.nullAllowed === "no") checks.push({ check: "not blank", column });
    if (condition.uniqueColumns !== undefined) {
      checks.push({ check: "unique together", columns: condition.uniqueColumns });
    }
    if (condition.fileShouldExist !== undefined) {
      checks.push({ check: "table exists", table: tableName(condition.fileShouldExist) });
    }
    if (condition.type === "File") {
      checks.push({
        check: "equals",
        columns: condition.fieldColumns ?? [],
        table: tableName(condition.typeName ?? ""),
        otherColumns: condition.fieldToCompare ?? [],
        required: isRequired,
        distinct: condition.uniqueFileCheck === "yes",
        ifPresent: condition.fileExists === "yes",
      });
    }
    if (condition.type === "DB") {
      const kind = NAME_KINDS[condition.typeName ?? ""];
      if (kind === undefined) throw new Error(`unknown type ${condition.typeName}`);
      checks.push({
        check: "known",
        columns: condition.fieldToCompare ?? [],
        kind,
        required: isRequired,
        ...withinOf(condition.foreignKey),
        ...(condition.fileExistenceCheck === undefined
          ? {}
          : { unless: tableName(condition.fileExistenceCheck) }),
      });
    }
  }
  return checks;
}

function withinOf(foreignKey: string | undefined) {
  switch (foreignKey) {
    case "platform_id":
      return { within: { column: foreignKey, kind: "platform" as const } };
    case "map_id":
      return { within: { column: foreignKey, kind: "mapset" as const } };
    case "experiment_id":
      return { within: { column: foreignKey, kind: "experiment" as const } };
    case "project_id":
      return { within: { column: foreignKey, kind: "project" as const } };
    default:
      return {};
  }
}
