import { SHORTEST_FOR_KERNEL } from "../kernels/kernels.ts";
import { cellText, invalidCall, type MatrixRow, type MatrixRule } from "./matrix-rule.ts";
import { N, isHeterozygous } from "./letters.ts";
import { PAIR_EXPECTED, PAIR_LETTERS } from "./iupac.ts";
import { alleleLetter } from "./vcf-alleles.ts";
import { convertGenotypes, parseGenotype, skipCalls } from "./vcf-genotypes.ts";

const ZERO = 48;
const DOT = 46;
const COLON = 58;
const G = 71;
const T = 84;
/** Delimiters that a genotype could not be told from. */
const GENOTYPE_MARKS: ReadonlySet<number> = new Set(Buffer.from("/|:", "latin1"));

const BASES: ReadonlySet<number> = new Set(Buffer.from("ACGT", "latin1"));

const MISSING_ADVICE = "Correct it, or set the call to missing (./.).";

const KNOWN_TYPES: ReadonlySet<string> = new Set(["NUCLEOTIDE_2_LETTER", "VCF"]);

/**
 * Genotypes of a VCF, with the letters of ref and alts of the marker of the same position in the marker table. Phase is
 * dropped, a haploid call doubled, a polyploid one becomes NN; an allele of several bases cannot be written and fails.
 */
export const vcf: MatrixRule = {
  width: 2,
  missing: { cell: "./.", call: "NN" },
  alleles: null,
  createConverter(context) {
    /** Letter of an allele by the byte that names it in the file, `0` to `9` and `.`; 0 where there is none. */
    const letterOf = new Uint8Array(256);
    let marker = 0;
    /** Null until somebody asks. */
    let taken: readonly string[] | null = null;
    const counts = { missing: 0, heterozygous: 0 };
    let formatStandsBefore = false;
    let broken = false;
    let input: Buffer = Buffer.alloc(0);
    const loop = context.kernels?.createGenotypeLoop(letterOf) ?? null;
    const typeFits = KNOWN_TYPES.has(context.declaredType);

    const allelesOfMarker = (): readonly string[] => {
      taken ??= context.alleles?.alleles(marker) ?? [];
      return taken;
    };

    const letter = (allele: number): string =>
      allele < 0 ? "N" : alleleLetter(allelesOfMarker()[allele] ?? "");

    const takeMarker = (index: number): boolean => {
      letterOf.fill(0);
      marker = index;
      taken = null;
      if (context.alleles === null || index >= context.alleles.markers) return false;
      const snp = context.alleles.snp(index);
      if (typeFits && BASES.has(snp & 255) && BASES.has(snp >> 8)) {
        // Most markers: no string need be made.
        letterOf[ZERO] = snp & 255;
        letterOf[ZERO + 1] = snp >> 8;
        letterOf[DOT] = N;
        return true;
      }
      if (typeFits) {
        const alleles = allelesOfMarker();
        for (let allele = 0; allele < Math.min(10, alleles.length); allele++) {
          // ALT "." is written as N too, but deserves a warning, so it takes the long way.
          if (allele > 0 && alleles[allele] === ".") continue;
          const code = letter(allele);
          const byte = code.charCodeAt(0);
          if (code.length === 1 && PAIR_LETTERS.has(byte)) letterOf[ZERO + allele] = byte;
        }
        letterOf[DOT] = N;
      }
      return true;
    };

    /** A genotype of any form, in the first field of the cell `input[from, to)`. */
    const anyGenotype = (
      from: number,
      to: number,
      cell: number,
      output: Buffer,
      at: number,
    ): void => {
      output[at] = N;
      output[at + 1] = N;
      let end = from;
      while (end < to && input[end] !== COLON) end++;
      if (typeFits && end === from + 1 && input[from] === DOT) {
        // Many programs write a missing call so.
        counts.missing++;
        return;
      }
      const alleles = allelesOfMarker();
      const text = cellText(input, from, end);
      const called = parseGenotype(text);
      if (called === null) {
        broken = true;
        context.fault(cell, "vcf genotype", (line) => ({
          message:
            `VCFTransformer Incorrect number of alleles: ${text}\n Data line ${line} column ${cell}` +
            `${text === "" ? " (an empty call)" : ""}; expected a genotype such as 0/1`,
          plain:
            text === ""
              ? `The genotype is empty; expected one such as 0/1. ${MISSING_ADVICE}`
              : `${JSON.stringify(text)} is no genotype; expected one such as 0/1. ${MISSING_ADVICE}`,
        }));
        return;
      }
      for (const allele of called) {
        if (typeof allele === "string") {
          broken = true;
          context.fault(cell, "vcf allele", (line) => ({
            message:
              `VCFTransformer, Unsupported alternate: ${allele} on data line ${line} column ${cell}; ` +
              `expected the number of an allele or .`,
            plain: `Genotype ${text}: ${JSON.stringify(allele)} is no number of an allele; expected 0 for REF, 1 for the first ALT and so on. ${MISSING_ADVICE}`,
          }));
          return;
        }
        const beyondDot = alleles.length === 2 && alleles[1] === "." && allele > 0;
        if (allele >= alleles.length && !beyondDot) {
          context.fault(cell, "vcf allele number", (line) => ({
            message:
              `VCFTransformer, Alternate number ${allele} exceeds the length of the alternates list on data line ${line} ` +
              `column ${cell}; the marker has ${alleles.length - 1}`,
            plain: `Genotype ${text}, but ${alternates(alleles)}. ${MISSING_ADVICE}`,
          }));
          return;
        }
      }
      const numbers = called.filter((allele) => typeof allele === "number");
      if (numbers.length > 2) {
        counts.missing++;
        context.warn(
          cell,
          "polyploid",
          () => `The call ${text} has ${numbers.length} alleles and became NN; expected one or two`,
        );
        return;
      }
      const pair = [numbers[0] ?? -1, numbers[1] ?? numbers[0] ?? -1].map((allele) => {
        if (allele <= 0 || alleles[Math.min(allele, alleles.length - 1)] !== ".") {
          return letter(allele);
        }
        context.warn(
          cell,
          "alt dot",
          () => `The call ${text} names an alternate, but ALT is "."; it became N`,
        );
        return "N";
      });
      const data = pair.join("");
      const [left = 0, right = 0] = Buffer.from(data);
      if (!typeFits || data.length !== 2 || !PAIR_LETTERS.has(left) || !PAIR_LETTERS.has(right)) {
        const expected = typeFits
          ? `${PAIR_EXPECTED}; an allele of several bases cannot be written as one letter`
          : `calls of type ${context.declaredType}, but this is a VCF file`;
        const written = [...new Set(pair)].map((allele) => JSON.stringify(allele.slice(0, 40)));
        const plain = typeFits
          ? `Genotype ${text} stands for ${written.join(" and ")}, and an allele of several bases cannot be written as one letter. Leave the marker out, or set the call to missing (./.).`
          : `Genotype ${text}, but the load is to have ${context.declaredType} calls. Choose NUCLEOTIDE_2_LETTER or VCF as its data set type.`;
        context.fault(cell, "matrix", invalidCall(data, expected, plain));
        return;
      }
      output[at] = left;
      output[at + 1] = right;
      if (left === N && right === N) counts.missing++;
      else if (isHeterozygous(left, right)) counts.heterozygous++;
    };

    /** Whether the row has genotypes, in the first place of each cell. Reports it where it has not. */
    const hasGenotypes = (row: MatrixRow): boolean => {
      if (!formatStandsBefore) return true;
      const end = row.from - 1;
      let from = end;
      while (from > row.lineFrom && row.bytes[from - 1] !== row.delimiter) from--;
      if (beginsWithGt(row.bytes, from, end)) return true;
      const keys = cellText(row.bytes, from, end).split(":");
      if (keys.includes("GT")) {
        context.fault(
          -1,
          "vcf format",
          () =>
            `FORMAT is ${keys.join(":")}; expected GT as its first key. Put GT first, in FORMAT and in each call`,
        );
      } else {
        context.warn(
          -1,
          "vcf no genotypes",
          () => `FORMAT is ${keys.join(":")}, without GT; all calls of this line became NN`,
        );
      }
      return false;
    };

    return {
      header(bytes, lineFrom, at) {
        formatStandsBefore =
          at > lineFrom && bytes.toString("latin1", lineFrom, at - 1).endsWith("FORMAT");
      },
      convert(row, output, begin) {
        input = row.bytes;
        const known = takeMarker(row.index);
        if (!known) {
          context.fault(
            -1,
            "vcf marker",
            () =>
              `The matrix has more rows than the marker table, which ends with marker ${context.alleles?.markers ?? 0}; ` +
              "expected one marker for each row. Let both begin in the same line of the same files",
          );
        }
        if (!known || !hasGenotypes(row)) return skipCalls(row, output, begin, counts);
        if (
          loop !== null &&
          row.to - row.from >= SHORTEST_FOR_KERNEL &&
          !GENOTYPE_MARKS.has(row.delimiter)
        ) {
          return loop(row, output, begin, counts, anyGenotype);
        }
        return convertGenotypes(row, letterOf, output, begin, counts, anyGenotype);
      },
      finish() {
        if (broken) {
          context.fault(-1, "vcf transformer", () => ({
            message: "Exception in processing matrix file. Failed in VCF Transformer.",
            plain:
              "The matrix could not be made, since some genotypes cannot be read. The other errors say which.",
          }));
        }
        if (!typeFits) {
          context.fault(-1, "vcf type", () => ({
            message: `Invalid Dataset Type selected for VCF file. Expected 2 Letter Nucleotide. Received ${context.declaredType}`,
            plain: `The source is a VCF file, but the load is to have ${context.declaredType} calls. Choose NUCLEOTIDE_2_LETTER or VCF as its data set type.`,
          }));
        }
      },
      counts: () => counts,
    };
  },
};

/** Whether GT is the first key of a FORMAT, `bytes[from, to)`. */
function beginsWithGt(bytes: Buffer, from: number, to: number): boolean {
  const end = bytes[from + 2];
  return (
    bytes[from] === G &&
    bytes[from + 1] === T &&
    (from + 2 === to || end === COLON) &&
    to > from + 1
  );
}

/** Which alternates a marker has, by its alleles, the reference first. */
function alternates(alleles: readonly string[]): string {
  const alts = alleles.slice(1);
  if (alts.length === 0) return "the marker has no alternate allele";
  const few = alts.slice(0, 5).map((alt) => alt.slice(0, 20));
  const list = [...few, ...(alts.length > few.length ? ["…"] : [])].join(", ");
  return `only ${alts.length} alternate ${alts.length === 1 ? "allele" : "alleles"} (ALT ${list})`;
}
