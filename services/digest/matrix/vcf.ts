import { LF, TAB, cellText, invalidCall, type MatrixRow, type MatrixRule } from "./matrix-rule.ts";
import { N } from "./letters.ts";
import { PAIR_EXPECTED, PAIR_LETTERS } from "./iupac.ts";
import { alleleLetter } from "./vcf-alleles.ts";

const ZERO = 48;
const SLASH = 47;
const PIPE = 124;
const COLON = 58;
const DOT = 46;

/** The byte of a missing allele stands for itself in the table of letters by byte. */
const KNOWN_TYPES: ReadonlySet<string> = new Set(["NUCLEOTIDE_2_LETTER", "VCF"]);

/**
 * Genotypes of a VCF, with the letters of ref and alts of the marker of the same position in the marker table. Phase is
 * dropped, a haploid call doubled, a polyploid one becomes NN; an allele of several bases cannot be written and fails.
 */
export const vcf: MatrixRule = {
  width: 2,
  createConverter(context) {
    /** Letter of an allele by the byte that names it in the file, `0` to `9` and `.`; 0 where there is none. */
    const letterOf = new Uint8Array(256);
    let alleles: readonly string[] = [];
    let missing = 0;
    let heterozygous = 0;
    let formatStandsBefore = false;
    let broken = false;
    let input: Buffer = Buffer.alloc(0);
    const typeFits = KNOWN_TYPES.has(context.declaredType);

    const letter = (allele: number): string =>
      allele < 0 ? "N" : alleleLetter(alleles[allele] ?? "");

    const takeMarker = (index: number): boolean => {
      letterOf.fill(0);
      if (context.alleles === null || index >= context.alleles.markers) return false;
      alleles = context.alleles.alleles(index);
      if (typeFits) {
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

    const put = (output: Buffer, at: number, left: number, right: number): void => {
      output[at] = left;
      output[at + 1] = right;
      if (left !== right) {
        if (left !== N && right !== N) heterozygous++;
      } else if (left === N) missing++;
    };

    /** A genotype of any form, `input[from, to)`: everything up to the first colon. */
    const anyGenotype = (
      from: number,
      to: number,
      cell: number,
      output: Buffer,
      at: number,
    ): void => {
      output.fill(N, at, at + 2);
      const text = cellText(input, from, to);
      const called = parseGenotype(text);
      if (called === null) {
        context.fault(
          cell,
          "vcf genotype",
          (line) =>
            `VCFTransformer Incorrect number of alleles: ${text}\n Data line ${line} column ${cell}` +
            `${text === "" ? " (an empty call)" : ""}; expected a genotype such as 0/1`,
        );
        return;
      }
      for (const allele of called) {
        if (typeof allele === "string") {
          broken = true;
          context.fault(
            cell,
            "vcf allele",
            (line) =>
              `VCFTransformer, Unsupported alternate: ${allele} on data line ${line} column ${cell}; ` +
              `expected the number of an allele or .`,
          );
          return;
        }
        const beyondDot = alleles.length === 2 && alleles[1] === "." && allele > 0;
        if (allele >= alleles.length && !beyondDot) {
          context.fault(
            cell,
            "vcf allele number",
            (line) =>
              `VCFTransformer, Alternate number ${allele} exceeds the length of the alternates list on data line ${line} ` +
              `column ${cell}; the marker has ${alleles.length - 1}`,
          );
          return;
        }
      }
      const numbers = called.filter((allele) => typeof allele === "number");
      if (numbers.length > 2) {
        missing++;
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
        context.fault(cell, "matrix", invalidCall(data, expected));
        return;
      }
      put(output, at, left, right);
    };

    /** Whether the row has genotypes, in the first place of each cell. Reports it where it has not. */
    const hasGenotypes = (row: MatrixRow): boolean => {
      if (!formatStandsBefore) return true;
      const end = row.from - 1;
      let from = end;
      while (from > row.lineFrom && row.bytes[from - 1] !== row.delimiter) from--;
      const keys = cellText(row.bytes, from, end).split(":");
      if (keys[0] === "GT") return true;
      if (keys.includes("GT")) {
        context.fault(
          -1,
          "vcf format",
          () => `FORMAT is ${keys.join(":")}; expected GT as its first key`,
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
        const { bytes, delimiter } = row;
        input = bytes;
        const known = takeMarker(row.index);
        if (!known) {
          context.fault(
            -1,
            "vcf marker",
            () =>
              `The matrix has more rows than the marker table, which ends with marker ${context.alleles?.markers ?? 0}`,
          );
        }
        const readable = hasGenotypes(row) && known;
        let at = begin;
        for (let i = row.from; ;) {
          if (readable) {
            const left = letterOf[bytes[i] as number] as number;
            const between = bytes[i + 1] as number;
            const right = letterOf[bytes[i + 2] as number] as number;
            const next = bytes[i + 3] as number;
            // The common call: two alleles of one digit each.
            if (
              left !== 0 &&
              right !== 0 &&
              (between === SLASH || between === PIPE) &&
              (next === COLON || next === delimiter || next === LF)
            ) {
              put(output, at, left, right);
              i += 3;
            } else {
              let end = i;
              for (
                let byte = bytes[end];
                byte !== COLON && byte !== delimiter && byte !== LF;
                byte = bytes[++end]
              );
              anyGenotype(i, end, (at - begin) / 3, output, at);
              i = end;
            }
          } else {
            output.fill(N, at, at + 2);
            missing++;
          }
          for (let byte = bytes[i]; byte !== delimiter && byte !== LF; byte = bytes[++i]);
          output[at + 2] = TAB;
          at += 3;
          if (bytes[i] === LF) return at;
          i++;
        }
      },
      finish() {
        if (broken) {
          context.fault(
            -1,
            "vcf transformer",
            () => "Exception in processing matrix file. Failed in VCF Transformer.",
          );
        }
        if (!typeFits) {
          context.fault(
            -1,
            "vcf type",
            () =>
              `Invalid Dataset Type selected for VCF file. Expected 2 Letter Nucleotide. Received ${context.declaredType}`,
          );
        }
      },
      counts: () => ({ missing, heterozygous }),
    };
  },
};

/**
 * The alleles of a genotype: numbers, -1 for a missing one, the text itself where it is neither. A separator may stand
 * first (VCF 4.4).
 *
 * @returns null where there is no allele at all, or none on one side of a separator.
 */
export function parseGenotype(text: string): (number | string)[] | null {
  const parts = text.replace(/^[/|](?=.)/, "").split(/[/|]/);
  if (parts.includes("")) return null;
  return parts.map((part) => (part === "." ? -1 : /^\d{1,6}$/.test(part) ? Number(part) : part));
}
