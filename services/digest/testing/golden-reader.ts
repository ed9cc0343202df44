import { join } from "node:path";
import { cellEnd, LF, TAB, type MatrixRule } from "../matrix/matrix-rule.ts";
import { planLoad } from "../plan.ts";
import { createProblems, NOWHERE } from "../problems.ts";
import { readTables } from "../read-tables.ts";
import {
  compareError,
  filesIn,
  loadIn,
  withTempDir,
  type Comparison,
  type GoldenCase,
  type Intention,
} from "./golden-case.ts";

const PADDED_WIDTH = 64;

/** Copies calls as they are, padded to a width that the cases do not exceed: the reader without a conversion. */
const asTheyAre: MatrixRule = {
  width: PADDED_WIDTH,
  missing: { cell: "", call: "" },
  alleles: null,
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

const INTENTIONS: Readonly<Record<string, Intention>> = {
  "csv-blank-lines": { error: /table two needs at least 2/, line: 3 },
  "csv-cells-beyond-row": { error: /the matrix begins at cell 6/, line: 1 },
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

/** Stage `csv`: the reader alone, without conversion and validation. */
export function compareReader(dir: string, golden: GoldenCase): Promise<Comparison> {
  const plan = planLoad(loadIn(dir));
  const problems = createProblems();
  for (const words of plan.problems) problems.report("plan", NOWHERE, () => words);
  return withTempDir(async (outDir) => {
    if (plan.problems.length === 0) {
      await readTables({
        tables: plan.tables.map((table) =>
          table.kind === "matrix" ? { ...table, rule: asTheyAre } : table,
        ),
        root: dir,
        outDir,
        kernels: null,
        publishDir: outDir,
        problems,
        warnings: createProblems(),
        pace: () => {},
        onFile: () => {},
        quality: null,
        encoding: "auto",
        onProgress: () => {},
      });
    }
    const intention = INTENTIONS[golden.case];
    if (intention !== undefined && "error" in intention) {
      return compareError([...problems.list], intention);
    }
    const matrices = new Set(
      plan.tables.filter(({ kind }) => kind === "matrix").map(({ table }) => `digest.${table}`),
    );
    return {
      ours: { problems: problems.list, files: mapValues(filesIn(outDir), unpadded(golden)) },
      expected: {
        problems: [],
        files:
          intention?.files ??
          mapValues(filesIn(join(dir, "expected")), (text, name) =>
            // The reader of 2018 wrote a header above a matrix.
            matrices.has(name) ? text.slice(text.indexOf("\n") + 1) : text,
          ),
      },
    };
  });
}

function unpadded(golden: GoldenCase): (text: string) => string {
  return (text) =>
    golden.case === "junit-csv-subcolumn"
      ? // The recorded file lacks the subcolumn's delimiter, which the instruction gives.
        text.replaceAll(/^([^\t]*\t\d+)_/gm, "$1")
      : text.replaceAll("\0", "");
}

function mapValues(
  record: Readonly<Record<string, string>>,
  map: (value: string, key: string) => string,
): Record<string, string> {
  return Object.fromEntries(Object.entries(record).map(([key, value]) => [key, map(value, key)]));
}
