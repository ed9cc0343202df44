import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { DataSetType } from "../../contract/gobii-terms.ts";
import { asWords } from "../problems.ts";
import { matrixRules } from "./rules.ts";
import type { MatrixRow } from "./matrix-rule.ts";
import { alleleLetter, createAlleleTable, splitAlts, splitVcfAlts } from "./vcf-alleles.ts";
import { parseGenotype } from "./vcf-genotypes.ts";

/** Converts rows of calls, alone or behind other cells, and tells what was reported. */
function convert(
  type: DataSetType,
  rows: readonly (readonly string[])[],
  markers: readonly (readonly [string, string])[] = [],
  declaredType: DataSetType = type === "VCF" ? "NUCLEOTIDE_2_LETTER" : type,
) {
  const rule = matrixRules[type];
  const alleles = createAlleleTable(splitVcfAlts);
  for (const [ref, alts] of markers) alleles.add(Buffer.from(ref), Buffer.from(alts));
  const faults: string[] = [];
  const warnings: string[] = [];
  const converter = rule.createConverter({
    declaredType,
    alleles,
    kernels: null,
    fault: (cell, _kind, words) => faults.push(`${cell} ${asWords(words(2)).message}`),
    warn: (cell, _kind, message) => warnings.push(`${cell} ${asWords(message(2)).message}`),
  });
  const calls = rows.map((cells, index) => {
    const bytes = Buffer.from(`id\t${cells.join("\t")}\nnext line\n`);
    const to = bytes.indexOf("\n");
    const row: MatrixRow = { bytes, lineFrom: 0, from: 3, to, delimiter: 9, index };
    const output = Buffer.alloc(bytes.length * (rule.width + 1));
    const end = converter.convert(row, output, 0);
    expect(end).toBe(cells.length * (rule.width + 1));
    return output.toString("latin1", 0, end - 1).split("\t");
  });
  converter.finish?.();
  return { calls, faults, warnings, counts: { ...converter.counts() } };
}

describe("IUPAC", () => {
  it("writes each code in GOBii's order, in either case", () => {
    const codes = "A C G T N R Y S W K M B D H V 0 + - .".split(" ");
    const pairs = "AA CC GG TT NN AG TC GC AT TG AC NN NN NN NN +- ++ -- --".split(" ");
    const { calls, faults, counts } = convert("IUPAC", [
      codes,
      codes.map((code) => code.toLowerCase()),
    ]);
    expect(calls).toEqual([pairs, pairs]);
    expect(faults).toEqual([]);
    expect(counts).toEqual({ missing: 10, heterozygous: 14 });
  });

  it("takes the ends of longer calls and counts them too", () => {
    const { calls, counts } = convert("IUPAC", [["A/G", "NN", "AA"]]);
    expect(calls).toEqual([["AG", "NN", "AA"]]);
    expect(counts).toEqual({ missing: 1, heterozygous: 1 });
  });

  it("reports what it does not know", () => {
    expect(convert("IUPAC", [["A", "?", "GS", "", "x"]]).faults).toEqual([
      expect.stringMatching(/^1 IUPACMatrixToBi Unknown IUPAC code \?in line 2/),
      expect.stringMatching(/^2 Validate Dataset Matrix Invalid data .* line: 2 Data:GS/),
      expect.stringMatching(/^3 IUPACMatrixToBi .* \(an empty call\)/),
      // The reference writes it as it looked for it.
      expect.stringMatching(/^4 IUPACMatrixToBi Unknown IUPAC code Xin line 2/),
    ]);
  });
});

describe("two letters", () => {
  it("reads any separator, missing words and unknown alleles", () => {
    const { calls, faults, counts } = convert("NUCLEOTIDE_2_LETTER", [
      ["AG", "A/G", "A", "NTC", "Uncallable", "?", "A--C", "-", "A/0", "--", "N"],
    ]);
    expect(faults).toEqual([]);
    expect(calls[0]).toEqual("AG AG AA NN NN NN AC -- AN -- NN".split(" "));
    expect(counts).toEqual({ missing: 4, heterozygous: 3 });
  });

  it("names both characters of a call that it does not know", () => {
    expect(convert("NUCLEOTIDE_2_LETTER", [["a/a", "", "A/A"]]).faults).toEqual([
      expect.stringMatching(/^0 SNPSepRemoval Unsupported Allele Call a a in row 2/),
      expect.stringMatching(/^1 SNPSepRemoval Unsupported empty Allele Call in row 2/),
    ]);
  });
});

describe("four letters", () => {
  it("keeps all four alleles", () => {
    const { calls, faults, counts } = convert("NUCLEOTIDE_4_LETTER", [
      ["AAGG", "A/A/G/G", "C", "Unknown", "AG"],
    ]);
    expect(calls[0]?.slice(0, 4)).toEqual(["AAGG", "AAGG", "CCCC", "NNNN"]);
    expect(faults.length).toBe(1);
    expect(counts).toEqual({ missing: 1, heterozygous: 2 });
  });
});

describe("calls without letters", () => {
  it("are copied and checked", () => {
    expect(convert("CO_DOMINANT_NON_NUCLEOTIDE", [["0", "1", "2", "N"]])).toMatchObject({
      calls: [["0", "1", "2", "N"]],
      faults: [],
      counts: { missing: 1, heterozygous: 1 },
    });
    expect(convert("DOMINANT_NON_NUCLEOTIDE", [["0", "2", "n", "1"]]).faults).toEqual([
      expect.stringMatching(/^1 .* Data:2; expected 0, 1 or N/),
      expect.stringMatching(/^2 .* Data:n/),
    ]);
    expect(convert("SSR_ALLELE_SIZE", [["01000200", "00000000", "01000100"]])).toMatchObject({
      calls: [["01000200", "00000000", "01000100"]],
      counts: { missing: 1, heterozygous: 1 },
    });
    expect(convert("SSR_ALLELE_SIZE", [["0100020", "010002000", "0100020x"]]).faults.length).toBe(
      3,
    );
  });
});

describe("VCF", () => {
  const snp = [["A", "G,T"]] as const;

  it("reads genotypes of every form", () => {
    const { calls, faults, counts } = convert(
      "VCF",
      [["0/0", "0|1:3", "2/1:3:4", "./.", ".", "1", "0/.", "/0/1", "1|1"]],
      snp,
    );
    expect(faults).toEqual([]);
    expect(calls[0]).toEqual("AA AG TG NN NN GG AN AG GG".split(" "));
    expect(counts).toEqual({ missing: 2, heterozygous: 3 });
  });

  it("writes a polyploid call as NN and says so", () => {
    const { calls, warnings, faults } = convert("VCF", [["0/0/1", "0/1"]], snp);
    expect(calls[0]).toEqual(["NN", "AG"]);
    expect(faults).toEqual([]);
    expect(warnings).toEqual([expect.stringMatching(/^0 The call 0\/0\/1 has 3 alleles/)]);
  });

  it("writes symbolic alleles by their signs, and fails where there is no sign", () => {
    const alts = ["<INS>", "<DEL>", "*", "<DUP:TANDEM>", "AT"].join(",");
    const calls = ["1/1", "2/2", "3/3", "4/4", "5/5"];
    const { calls: written, faults } = convert("VCF", [calls], [["c", alts]]);
    expect(written[0]?.slice(0, 4)).toEqual(["++", "--", "NN", "NN"]);
    expect(faults).toEqual([expect.stringMatching(/^4 .* Data:ATAT; .*several bases/)]);
  });

  it("knows alleles beyond the ninth", () => {
    const alts = "C,C,C,C,C,C,C,C,C,G,T";
    expect(convert("VCF", [["10/11", "0/9"]], [["A", alts]]).calls[0]).toEqual(["GT", "AC"]);
  });

  it("warns where ALT is a dot", () => {
    const { calls, warnings } = convert("VCF", [["0/1", "3/0"]], [["A", "."]]);
    expect(calls[0]).toEqual(["AN", "NA"]);
    expect(warnings.length).toBe(2);
  });

  it("reports what it cannot read", () => {
    const { faults } = convert("VCF", [["0/3", "0/x", "", "0/", "0/1"], ["0/0"]], snp);
    expect(faults).toEqual([
      expect.stringMatching(
        /^0 VCFTransformer, Alternate number 3 exceeds .* data line 2 column 0/,
      ),
      expect.stringMatching(/^1 VCFTransformer, Unsupported alternate: x on data line 2 column 1/),
      expect.stringMatching(
        /^2 VCFTransformer Incorrect number of alleles: \n Data line 2 column 2/,
      ),
      expect.stringMatching(/^3 VCFTransformer Incorrect number of alleles: 0\//),
      expect.stringMatching(/^-1 The matrix has more rows than the marker table/),
      expect.stringMatching(/Failed in VCF Transformer/),
    ]);
  });

  it("says that the conversion failed where a genotype cannot be read, too", () => {
    expect(convert("VCF", [["0/1", ""]], snp).faults).toEqual([
      expect.stringMatching(
        /^1 VCFTransformer Incorrect number of alleles: \n Data line 2 column 1/,
      ),
      "-1 Exception in processing matrix file. Failed in VCF Transformer.",
    ]);
  });

  it("does not take letters for another type of data", () => {
    const { faults } = convert("VCF", [["0/1"]], snp, "DOMINANT_NON_NUCLEOTIDE");
    expect(faults).toEqual([
      expect.stringMatching(/^0 .* Data:AG; .*this is a VCF file/),
      expect.stringMatching(/^-1 Invalid Dataset Type selected for VCF file/),
    ]);
  });
});

describe("alternates", () => {
  it.each([
    ["C/T", ["C", "T"]],
    ["C|T", ["C", "T"]],
    ["C, T", ["C", "T"]],
    ['"{""C"",""T""}"', ["C", "T"]],
    [".", ["."]],
    ["", []],
    ["A,<DUP:TANDEM>,G", ["A", "<DUP:TANDEM>", "G"]],
    ["A,*", ["A", "*"]],
    ["A,G]17:198982]", ["A", "G]17:198982]"]],
  ])("of %j", (cell, alts) => {
    expect(splitAlts(cell)).toEqual(alts);
  });

  it("of a VCF are parted by commas alone", () => {
    expect(splitVcfAlts("A T,,G")).toEqual(["A T", "", "G"]);
    expect(splitVcfAlts("")).toEqual([]);
  });

  it.each([
    ["a", "A"],
    ["<del>", "-"],
    ["<INS:ME:ALU>", "+"],
    ["INV", "N"],
    ["<CN0>", "<CN0>"],
  ])("%s is written %s", (allele, letter) => {
    expect(alleleLetter(allele)).toBe(letter);
  });
});

describe("parseGenotype", () => {
  it("agrees with splitting for every genotype of numbers and dots", () => {
    const allele = fc.oneof(fc.constant("."), fc.nat(120).map(String));
    fc.assert(
      fc.property(fc.array(allele, { minLength: 1, maxLength: 4 }), (alleles) => {
        const expected = alleles.map((text) => (text === "." ? -1 : Number(text)));
        expect(parseGenotype(alleles.join("/"))).toEqual(expected);
        expect(parseGenotype(`|${alleles.join("|")}`)).toEqual(expected);
      }),
    );
  });
});
