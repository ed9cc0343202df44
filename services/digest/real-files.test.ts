import { spawnSync } from "node:child_process";
import { existsSync, readFileSync, readdirSync } from "node:fs";
import { join, resolve } from "node:path";
import { describe, expect, it } from "vitest";
import type { FileType } from "../contract/gobii-terms.ts";
import { readInstruction } from "../contract/instruction.ts";
import { toLoad, type Load } from "../contract/load.ts";
import { column, readJson, runDigest, withTempDir } from "./testing/golden-case.ts";
import { makeLoad, type Tables } from "./testing/make-load.ts";

/** Files as scientists load them, where a copy lies beside the repository. */
const shared = resolve(process.env["DIGESTER_SHARED"] ?? "../shared");
const data = join(shared, "data");
const isThere = existsSync(data);
const absent = isThere ? "" : ` NOT FOUND: ${data} (set DIGESTER_SHARED)`;

function filesBelow(dir: string, ending: string): string[] {
  if (!isThere) return [dir];
  return readdirSync(dir, { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(ending))
    .toSorted();
}

const loaderUi = join(data, "loader-ui");

/** The golden case of the same scenario and wizard has the input files: it names the instruction in its README. */
function inputOf(instruction: string): string {
  const golden = join(shared, "golden");
  const name = instruction.split("/").at(-1) ?? "";
  const scenario = (instruction.split("/")[0] ?? "").toLowerCase().replaceAll("_", "-");
  const found = readdirSync(golden)
    .filter((entry) => entry.startsWith(`r21-${scenario}`))
    .find((entry) => readFileSync(join(golden, entry, "README.txt"), "utf8").includes(name));
  if (found === undefined) throw new Error(`no input for ${instruction}`);
  return join(golden, found, "input");
}

describe(`loader UI instructions${absent}`, () => {
  it.skipIf(!isThere).each(filesBelow(loaderUi, ".json"))("digests %s", async (name) => {
    const load = toLoad(readInstruction(readJson(join(loaderUi, name))));
    const source = inputOf(name);
    const { result, files } = await runDigest(
      { ...load, crop: "dev", tables: load.tables.map((table) => ({ ...table, source })) },
      source,
    );
    expect(result.errors).toEqual([]);
    expect(result.status).toBe("completed");
    expect(Object.keys(files).toSorted()).toEqual(
      load.tables.map(({ table }) => `digest.${table}`).toSorted(),
    );
  });
});

const loadOf = (source: string, fileType: FileType, tables: Tables): Load =>
  makeLoad(tables, { crop: "dev" }, { source, fileType });

const constant = (name: string) => column("CONSTANT", name, null, null, { constantValue: "1" });

/** dataset_marker, dataset_dnarun and matrix of a file whose calls begin at row and column `at`. */
function datasetTables(row: number, at: number, nameColumn: number) {
  return {
    dataset_marker: [
      constant("platform_id"),
      constant("dataset_id"),
      column("CSV_COLUMN", "marker_name", row, nameColumn),
      column("AUTOINCREMENT", "marker_idx"),
    ],
    dataset_dnarun: [
      constant("experiment_id"),
      constant("dataset_id"),
      column("CSV_ROW", "dnarun_name", row - 1, at),
      column("AUTOINCREMENT", "dnarun_idx"),
    ],
    matrix: [column("CSV_BOTH", "matrix", row, at)],
  };
}

describe(`a HapMap file of maize${absent}`, () => {
  it.skipIf(!isThere)("has 3,093 markers of 281 lines", async () => {
    const source = join(data, "hapmap-maize");
    const run = await withTempDir(() =>
      runDigest(loadOf(source, "GENERIC", datasetTables(1, 11, 0)), source),
    );
    // The two-letter calls of the file, counted by other means.
    expect(run.result.errors).toEqual([]);
    expect(run.result.matrix).toMatchObject({ markers: 3093, samples: 281, missing: 31_411 });
    const rows = (run.files["digest.matrix"] ?? "").trimEnd().split("\n");
    expect(rows.length).toBe(3093);
    expect(rows.every((row) => row.split("\t").length === 281)).toBe(true);
  });
});

const conformance = join(data, "vcf-conformance");

const bcftools = spawnSync("bcftools", ["--version"]).status === 0;
const unchecked = bcftools
  ? ""
  : " WITHOUT bcftools, which would cross-check (apt-get install bcftools)";

/** The calls as bcftools reads them, in letters and in the form of a digest; null where it refuses the file. */
function callsByBcftools(path: string): string[] | null {
  if (!bcftools) return null;
  const options = { encoding: "utf8", maxBuffer: 1 << 26 } as const;
  const { status, stdout, stderr } = spawnSync(
    "bcftools",
    ["query", "-f", "%CHROM[\\t%TGT]\\n", path],
    options,
  );
  // A record that it cannot read ends it with words, but with success.
  if (status !== 0 || stderr.includes("[E::")) return null;
  return (
    stdout
      .split("\n")
      .slice(0, -1)
      .map((line) => line.split("\t"))
      // What it makes of a blank line.
      .filter(([chromosome]) => chromosome !== "")
      .map(([, ...calls]) => calls.map(pairOf).join("\t"))
  );
}

/** One base is written as itself, an allele of several cannot be, and a polyploid call is NN. */
function pairOf(call: string): string {
  const alleles = call.split(/[/|]/);
  if (alleles.length > 2) return "NN";
  const [left = "", right = left] = alleles.map((allele) => {
    if (/^(\.|\*|-|<\*>|<NON_REF>|<(DUP|INV)(:.*)?>)$/.test(allele)) return "N";
    if (/^<INS(:.*)?>$/.test(allele)) return "+";
    return /^<DEL(:.*)?>$/.test(allele) ? "-" : allele.toUpperCase();
  });
  return left + right;
}

describe(`files of the VCF specification${absent}${unchecked}`, () => {
  it.skipIf(!isThere).each(filesBelow(conformance, ".vcf"))("ends well with %s", async (name) => {
    const source = join(conformance, name);
    const lines = readFileSync(source, "latin1").split(/\r\n|\r|\n/);
    const header = lines.findIndex((line) => line.startsWith("#CHROM"));
    const row = Math.max(0, header) + 1;
    const { result, files } = await runDigest(
      loadOf(source, "VCF", {
        marker: [
          constant("platform_id"),
          column("CSV_COLUMN", "name", row, 2),
          column("CSV_COLUMN", "ref", row, 3),
          column("CSV_COLUMN", "alts", row, 4),
        ],
        ...datasetTables(row, 9, 2),
      }),
      conformance,
    );
    const outcome = {
      files: Object.keys(files).length,
      // Each error says where, or is about the load as a whole.
      placed: result.errors.every(({ file, line, message }) =>
        file === null ? /^(Exception|Validation|The matrix)/.test(message) : line !== null,
      ),
      told: result.errors.length > 0,
    };
    expect(outcome).toEqual(
      result.status === "completed"
        ? { files: 4, placed: true, told: false }
        : { files: 0, placed: true, told: true },
    );
    if (result.status === "failed") return;
    const theirs = callsByBcftools(source);
    const ours = (files["digest.matrix"] ?? "").split("\n").slice(0, -1);
    expect(ours).toEqual(theirs ?? ours);
  });
});
