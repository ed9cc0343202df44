import { describe, expect, it } from "vitest";
import type { DataSetType } from "../../contract/gobii-terms.ts";
import { loadKernels } from "../kernels/kernels.ts";
import { asWords } from "../problems.ts";
import { withCropCodes, type CropCodes } from "./crop-codes.ts";
import { matrixRules } from "./rules.ts";

/** The calls of one row, as they are written, and the faults by the number of their cell. */
function convert(type: DataSetType, codes: CropCodes, cells: readonly string[], prefix = "m\t") {
  const faults: [number, string][] = [];
  const rule = withCropCodes(matrixRules[type], codes);
  const converter = rule.createConverter({
    declaredType: type,
    alleles: null,
    kernels: loadKernels(),
    fault: (cell, _kind, message) => faults.push([cell, asWords(message(7)).message]),
    warn: () => undefined,
  });
  const bytes = Buffer.from(`${prefix}${cells.join("\t")}\n`);
  const output = Buffer.alloc(bytes.length * (rule.width + 2));
  const row = {
    bytes,
    lineFrom: 0,
    from: prefix.length,
    to: bytes.length - 1,
    delimiter: 9,
    index: 0,
  };
  const end = converter.convert(row, output, 0);
  return {
    calls: output.toString("latin1", 0, end - 1).split("\t"),
    faults,
    counts: converter.counts(),
  };
}

describe("a crop's missing codes", () => {
  it("are missing calls of every type that a crop has them for", () => {
    const missing = ["-9", "NA", "失"];
    expect(convert("NUCLEOTIDE_2_LETTER", { missing }, ["AC", "NA", "-9", "A", "失"])).toEqual({
      calls: ["AC", "NN", "NN", "AA", "NN"],
      faults: [],
      counts: { missing: 3, heterozygous: 1 },
    });
    expect(convert("IUPAC", { missing }, ["R", "NA", "A"]).calls).toEqual(["AG", "NN", "AA"]);
    expect(convert("CO_DOMINANT_NON_NUCLEOTIDE", { missing }, ["0", "-9", "2"]).calls).toEqual([
      "0",
      "N",
      "2",
    ]);
    expect(convert("SSR_ALLELE_SIZE", { missing }, ["01230125", "-9"]).calls).toEqual([
      "01230125",
      "00000000",
    ]);
    expect(convert("NUCLEOTIDE_4_LETTER", { missing }, ["ACGT", "NA"]).calls).toEqual([
      "ACGT",
      "NNNN",
    ]);
  });

  it("are what they were without", () => {
    expect(convert("NUCLEOTIDE_2_LETTER", {}, ["NA", "--"]).calls).toEqual(["NA", "--"]);
    expect(withCropCodes(matrixRules.IUPAC, { missing: [] })).toBe(matrixRules.IUPAC);
  });

  it("hold on rows that are long enough for the kernels", () => {
    const cells = Array.from({ length: 5000 }, (_cell, k) => (k % 7 === 0 ? "--" : "AG"));
    const { calls, counts } = convert("NUCLEOTIDE_2_LETTER", { missing: ["--"] }, cells);
    expect(calls).toEqual(cells.map((cell) => (cell === "--" ? "NN" : cell)));
    expect(counts.missing).toBe(715);
  });
});

describe("a crop's separators", () => {
  it("alone may stand between alleles", () => {
    const codes = { separators: "/|" };
    const cells = ["A/C", "A|G", "AC", "A", "A:C", "NTC", "-/-"];
    expect(convert("NUCLEOTIDE_2_LETTER", codes, cells)).toEqual({
      calls: ["AC", "AG", "AC", "AA", "NN", "NN", "--"],
      faults: [
        [
          4,
          "Unsupported Allele Call A:C in row 7; expected alleles with nothing or one of /| between them",
        ],
      ],
      counts: { missing: 2, heterozygous: 3 },
    });
    expect(convert("NUCLEOTIDE_4_LETTER", codes, ["A/C/G/T", "A:C/G/T"]).faults).toHaveLength(1);
  });

  it("part the sizes of an SSR, which come to four digits", () => {
    const { calls, faults } = convert("SSR_ALLELE_SIZE", { separators: "/:" }, [
      "123/125",
      "99:1024",
      "0/0",
      "01230125",
      "1/23456",
    ]);
    expect(calls).toEqual(["01230125", "00991024", "00000000", "01230125", "00000000"]);
    expect(faults.map(([cell]) => cell)).toEqual([4]);
  });
});
