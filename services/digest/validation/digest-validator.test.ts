import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it, onTestFinished } from "vitest";
import { validateDigestFiles } from "./digest-validator.ts";
import { everythingKnown, knownFromJson } from "./known-source.ts";
import { tableChecks } from "./rules.ts";

/** Digest files by table, each its lines with a space where a TAB is. */
type Files = Readonly<Record<string, readonly string[]>>;

/** What is wrong with each table: reason, columns, values. */
async function failuresIn(files: Files, known?: unknown): Promise<Record<string, string[]>> {
  const dir = mkdtempSync(join(tmpdir(), "validator-"));
  onTestFinished(() => rmSync(dir, { recursive: true }));
  const { tables } = await validateDigestFiles({
    files: Object.entries(files).map(([table, lines]) => {
      const path = join(dir, table);
      writeFileSync(path, lines.map((line) => `${line.replaceAll(" ", "\t")}\n`).join(""));
      return { table, path, shownPath: `digest.${table}` };
    }),
    checks: tableChecks,
    known: known === undefined ? everythingKnown : knownFromJson(known),
    matrix: null,
    pace: () => {},
  });
  return Object.fromEntries(
    tables.map(({ fileName, failures }) => [
      fileName,
      failures.map(
        ({ reason, columnName, values }) =>
          `${reason} [${columnName.join("|")}] (${values.join()})`,
      ),
    ]),
  );
}

const germplasm = ["name external_code", "g1 c1", "g2 c2"];
const dnasample = ["project_id name num external_code uuid", "1 s1 1 c1 u1", "1 s2 1 c2 u2"];
const sampleHeader = "project_id name num external_code uuid";
const runHeader = "project_id experiment_id name dnasample_name num";

it.each<{ what: string; files: Files; known?: unknown; expected: Record<string, string[]> }>([
  {
    what: "two blank values are no duplicates",
    files: { germplasm, dnasample: [sampleHeader, "1 s1 1 c1 ", "1 s2 1 c2 "] },
    expected: { germplasm: [], dnasample: ["NULL VALUE [uuid] ()"] },
  },
  {
    what: "duplicates are found beside blank values",
    files: { germplasm: ["name external_code", "g1 c1", "g2 ", "g3 c1", "g4 "] },
    expected: {
      germplasm: ["NULL VALUE [external_code] ()", "Duplicate Found [external_code] (c1)"],
    },
  },
  {
    what: "of columns that are unique together only the first that is missing is named again",
    files: { dnasample: ["project_id external_code uuid", "1 c1 u1"] },
    expected: {
      dnasample: [
        "Column not found [name] ()",
        "Column not found [num] ()",
        "Column not found [name] ()",
      ],
    },
  },
  {
    what: "a column that the other table lacks has no values, which differ",
    files: { germplasm: ["name", "g1"], germplasm_prop: ["external_code props", "c1 x"] },
    expected: {
      germplasm: ["Column not found [external_code] ()"],
      germplasm_prop: ["Column value mismatch [external_code|germplasm.external_code] ()"],
    },
  },
  {
    what: "a column that both tables lack",
    files: { germplasm: ["name", "g1"], germplasm_prop: ["props", "x"] },
    expected: {
      germplasm: ["Column not found [external_code] ()"],
      germplasm_prop: [
        "Column not found [external_code] ()",
        "Column not found [external_code] ()",
      ],
    },
  },
  {
    what: "an optional pair of which the other table lacks a column",
    files: {
      dnasample: ["project_id name external_code uuid", "1 s1 c1 u1"],
      dnarun: [runHeader, "1 1 r1 s1 1"],
    },
    expected: {
      dnasample: ["Column not found [num] ()", "Column not found [num] ()"],
      dnarun: [
        "Column not found [num] ()",
        "Column value mismatch [dnasample_name,num|dnasample.name,num] ()",
      ],
    },
  },
  {
    what: "optional columns that neither table has differ in nothing",
    files: {
      dnasample: ["project_id external_code uuid", "1 c1 u1"],
      dnarun: ["project_id experiment_id name", "1 1 r1"],
    },
    expected: {
      dnasample: [
        "Column not found [name] ()",
        "Column not found [num] ()",
        "Column not found [name] ()",
      ],
      dnarun: ["Column not found [dnasample_name] ()", "Column not found [name] ()"],
    },
  },
  {
    what: "a table that is compared with an empty file",
    files: { germplasm: [], dnasample },
    expected: {
      germplasm: ["Empty file [] (digest.germplasm)"],
      dnasample: [
        "Empty file [] (digest.germplasm)",
        "Column value mismatch [external_code|germplasm.external_code] ()",
      ],
    },
  },
  {
    what: "names without the column of the id that they are looked up in",
    files: { dataset_marker: ["dataset_id marker_idx marker_name", "7 0 m1"] },
    known: { platform: ["1"] },
    expected: {
      dataset_marker: ["Column not found [platform_id] ()", "Column not found [platform_id] ()"],
    },
  },
  {
    what: "markers of two platforms",
    files: {
      dataset_marker: ["platform_id dataset_id marker_idx marker_name", "1 7 0 m1", "2 7 1 m2"],
    },
    expected: { dataset_marker: ["More than one platform id [marker_name|platform_id] ()"] },
  },
  {
    what: "markers of two platforms, where the load brings them",
    files: {
      marker: ["platform_id name", "1 m1", "2 m2"],
      dataset_marker: ["platform_id dataset_id marker_idx marker_name", "1 7 0 m1", "2 7 1 m2"],
    },
    expected: { marker: [], dataset_marker: [] },
  },
  {
    what: "markers of no platform",
    files: { dataset_marker: ["dataset_id platform_id marker_idx marker_name", "7  0 m1"] },
    expected: {
      dataset_marker: [
        "NULL VALUE [platform_id] ()",
        "More than one platform id [marker_name|platform_id] ()",
      ],
    },
  },
  {
    what: "linkage groups of two mapsets",
    files: {
      marker_linkage_group: [
        "platform_id map_id linkage_group_name marker_name",
        "1 1 g1 m1",
        "1 2 g1 m2",
      ],
    },
    known: { platform: ["1"], mapset: ["1"] },
    expected: { marker_linkage_group: ["Undefined value in DB [map_id] (2)"] },
  },
  {
    what: "a platform that nobody knows, beside a blank name",
    files: {
      dataset_marker: ["platform_id dataset_id marker_idx marker_name", "1 7 0 "],
    },
    known: { platform: ["5"] },
    expected: {
      dataset_marker: [
        "NULL VALUE [marker_name] ()",
        "Undefined value in DB [platform_id] (1)",
        "platform id does not exist in DB [] (no such platform)",
      ],
    },
  },
  {
    what: "a table without rows",
    files: { dataset_marker: ["platform_id dataset_id marker_idx marker_name"] },
    known: { platform: ["1"] },
    expected: { dataset_marker: [] },
  },
  {
    what: "runs of two projects",
    files: { dnarun: [runHeader, "1 1 r1 s1 1", "2 1 r2 s2 1"] },
    expected: { dnarun: ["More than one project id [dnasample_name|project_id] ()"] },
  },
  {
    what: "runs of a project that nobody knows",
    files: { dnarun: [runHeader, "1 1 r1 s1 1"] },
    known: { project: ["5"] },
    expected: {
      dnarun: [
        "Undefined value in DB [project_id] (1)",
        "project id does not exist in DB [] (no such project)",
        "Undefined value in DB [project_id] (1)",
        "project id does not exist in DB [] (no such project)",
      ],
    },
  },
  {
    what: "runs whose samples have no number",
    files: { dnarun: ["project_id experiment_id name dnasample_name", "1 1 r1 s1"] },
    expected: { dnarun: [] },
  },
  {
    what: "runs without samples",
    files: { dnarun: ["project_id experiment_id name", "1 1 r1"] },
    expected: { dnarun: [] },
  },
])("$what", async ({ files, known, expected }) => {
  expect(await failuresIn(files, known)).toEqual(expected);
});
