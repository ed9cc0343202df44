import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import { describe, expect, it } from "vitest";
import { readJson, type Comparison, type GoldenCase } from "./testing/golden-case.ts";
import { compareDigest, compareMatrix } from "./testing/golden-digest.ts";
import { compareReader } from "./testing/golden-reader.ts";
import {
  compareFilters,
  compareInstruction,
  compareValidation,
} from "./testing/golden-validation.ts";

/** The cases of our own making, and all of them where a copy lies beside the repository. */
const own = resolve(import.meta.dirname, "testdata/golden");
const shared = resolve(process.env["DIGESTER_SHARED"] ?? "../shared", "golden");

function compare(folder: string, golden: GoldenCase): Comparison | Promise<Comparison> {
  const dir = join(folder, golden.case);
  switch (golden.stage) {
    case "csv":
      return compareReader(dir, golden);
    case "validate":
      return compareInstruction(dir);
    case "unit-table":
      return compareFilters(dir);
    case "csv-2.1":
      return compareMatrix(dir);
    case "full-2.1":
      return compareDigest(dir, golden);
    case "validation-2.1":
      return compareValidation(dir);
    default:
      throw new Error(`unknown stage: ${golden.stage}`);
  }
}

function casesIn(folder: string): GoldenCase[] {
  const index = join(folder, "index.json");
  return existsSync(index)
    ? (readJson(index) as GoldenCase[])
    : [{ case: `NOT FOUND: ${index} (set DIGESTER_SHARED)`, stage: "", referenceDefect: null }];
}

describe.each([own, shared])("golden cases in %s", (folder) => {
  it.skipIf(!existsSync(folder)).each(casesIn(folder))("$stage $case", async (golden) => {
    const { ours, expected } = await compare(folder, golden);
    expect(ours).toEqual(expected);
  });
});
