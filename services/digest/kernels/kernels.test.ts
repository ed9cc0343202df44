import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { DataSetType } from "../../contract/gobii-terms.ts";
import { matrixRules } from "../matrix/rules.ts";
import { createAlleleTable, splitVcfAlts } from "../matrix/vcf-alleles.ts";
import { asWords } from "../problems.ts";
import { loadKernels, type Kernels } from "./kernels.ts";

const kernels = loadKernels();

const LF = 10;
const MARKERS = 40;

/** Converts rows, each behind a cell of its own, and tells everything that comes of it. */
function convert(
  type: DataSetType,
  with_: Kernels | null,
  delimiter: number,
  rows: Buffer[],
  isInPlace = false,
) {
  const rule = matrixRules[type];
  const alleles = createAlleleTable(splitVcfAlts);
  for (let k = 0; k < MARKERS; k++) {
    const [ref = "", alts = ""] =
      [
        ["A", "C"],
        ["g", "T,N"],
        ["T", "<DEL>,*,GG"],
        ["C", "."],
      ][k % 4] ?? [];
    alleles.add(Buffer.from(ref), Buffer.from(alts));
  }
  const told: string[] = [];
  const converter = rule.createConverter({
    declaredType: type === "VCF" ? "NUCLEOTIDE_2_LETTER" : type,
    alleles,
    kernels: with_,
    fault: (cell, kind, message) =>
      told.push(`fault ${cell} ${kind} ${asWords(message(1)).message}`),
    warn: (cell, kind, message) =>
      told.push(`warning ${cell} ${kind} ${asWords(message(1)).message}`),
  });
  const converted = rows.map((calls, index) => {
    const line = Buffer.concat([Buffer.from([120, delimiter]), calls, Buffer.from("\nnext")]);
    const bytes = isInPlace && with_ !== null ? with_.lines.subarray(0, line.length) : line;
    bytes.set(line);
    const row = { bytes, lineFrom: 0, from: 2, to: 2 + calls.length, delimiter, index };
    const length = 3 * (calls.length + 1) + 7;
    const output = isInPlace && with_ !== null ? with_.output : Buffer.alloc(length);
    output.fill(0xee, 0, length);
    const end = converter.convert(row, output, 7);
    expect(bytes.equals(line)).toBe(true);
    return output.subarray(0, end).toString("latin1");
  });
  converter.finish?.();
  return { converted, told, counts: { ...converter.counts() } };
}

const both = (type: DataSetType, delimiter: number, rows: Buffer[]) => {
  const kernel = convert(type, kernels, delimiter, rows);
  const inPlace = convert(type, kernels, delimiter, rows, true);
  const typescript = convert(type, null, delimiter, rows);
  return { kernel: [kernel, inPlace], typescript: [typescript, typescript] };
};

/** No end of a line stands within one, and no NUL. */
const anyByte = fc.integer({ min: 1, max: 255 }).map((byte) => (byte === LF ? 11 : byte));

/** Mostly good cells, in runs that are long enough for the vectors, with all kinds of others between them. */
const cellsOf = (good: readonly string[], odd: readonly string[]) =>
  fc.array(
    fc.oneof(
      {
        weight: 20,
        arbitrary: fc.array(fc.constantFrom(...good), { minLength: 1, maxLength: 60 }),
      },
      { weight: 3, arbitrary: fc.constantFrom(...odd).map((cell) => [cell]) },
      {
        weight: 1,
        arbitrary: fc
          .array(anyByte, { maxLength: 5 })
          .map((bytes) => [Buffer.from(bytes).toString("latin1")]),
      },
    ),
    { minLength: 1, maxLength: 12 },
  );

const letters = cellsOf(Array.from("ACGTNRYSWKMacgtn"), [
  "",
  "+",
  "-",
  ".",
  "0",
  "B",
  "AC",
  "?",
  "[",
]);
const pairs = cellsOf(
  ["AA", "AC", "GT", "NN", "AN", "TT"],
  ["", "A", "A/C", "+-", "??", "0A", "NTC", "aa"],
);
const genotypes = cellsOf(
  ["0/0:1,2:3:4", "0/1:12,3:15:40", "1|1:0,9:9:30", "./.", "0/1", "./.:0,0", "1|0:9"],
  ["", ".", "0", "1|1|1", "0/12:3", "2/0", "0/1/", "/0/1", "a/b", ":", "0/:", "3/3:1"],
);

describe("the WebAssembly loops do what the TypeScript does", () => {
  it("are there to be tested", () => {
    expect(kernels).not.toBeNull();
  });

  it.each([
    ["IUPAC", letters],
    ["NUCLEOTIDE_2_LETTER", pairs],
    ["VCF", genotypes],
  ] as const)("%s: rows of cells", (type, cells) => {
    fc.assert(
      fc.property(
        fc.array(cells, { minLength: 1, maxLength: 4 }),
        fc.constantFrom(9, 44, 59, 0, 124, 58, 47, 32),
        (rows, delimiter) => {
          const separator = String.fromCharCode(delimiter);
          const { kernel, typescript } = both(
            type,
            delimiter,
            rows.map((row) => Buffer.from(row.flat().join(separator), "latin1")),
          );
          expect(kernel).toEqual(typescript);
        },
      ),
      { numRuns: 400 },
    );
  });

  it.each(["IUPAC", "NUCLEOTIDE_2_LETTER", "VCF"] as const)("%s: any bytes", (type) => {
    fc.assert(
      fc.property(
        fc.array(fc.oneof(anyByte, fc.constantFrom(9, 65, 78, 47, 48, 49, 58)), {
          minLength: 128,
          maxLength: 400,
        }),
        (bytes) => {
          const { kernel, typescript } = both(type, 9, [Buffer.from(bytes)]);
          expect(kernel).toEqual(typescript);
        },
      ),
      { numRuns: 300 },
    );
  });

  it.each([
    ["IUPAC", "A", "AC"],
    ["NUCLEOTIDE_2_LETTER", "AC", "A/C"],
    ["VCF", "0/1:3,4", "1"],
  ] as const)("%s: rows and cells longer than a piece", (type, regular, odd) => {
    const row = (count: number): string[] => Array.from({ length: count }, () => regular);
    const long = "x".repeat(70_000);
    for (const cells of [
      row(90_000),
      [...row(40_000), odd, ...row(40_000)],
      [...row(200), long, ...row(200), long],
      [long],
    ]) {
      const { kernel, typescript } = both(type, 9, [Buffer.from(cells.join("\t"))]);
      expect(kernel).toEqual(typescript);
    }
  });

  it("every pair of bytes as a call of each kind, among regular ones", () => {
    for (const [type, regular] of [
      ["IUPAC", "A"],
      ["NUCLEOTIDE_2_LETTER", "AC"],
      ["VCF", "0/1"],
    ] as const) {
      const fill = Array.from({ length: 70 }, () => regular);
      for (let a = 1; a < 256; a++) {
        if (a === LF) continue;
        const one = String.fromCharCode(a);
        const cells = [one, `${one}A`, `A${one}`, `${one}/0`, `0${one}1`, `0/${one}`, `0/1${one}`];
        const line = [...fill, ...cells.flatMap((cell) => [cell, ...fill])].join("\t");
        const { kernel, typescript } = both(type, 9, [Buffer.from(line, "latin1")]);
        expect(kernel).toEqual(typescript);
      }
    }
  });
});
