import { LF, TAB, type MatrixRow } from "./matrix-rule.ts";
import { N, type OddCell } from "./letters.ts";

const SLASH = 47;
const PIPE = 124;
const COLON = 58;

export interface PairCounts {
  missing: number;
  heterozygous: number;
}

/**
 * Converts the genotypes of a row, each the first of the fields of its cell, to pairs of letters.
 *
 * @param letterOf the letter of each allele by the byte that names it, `0` to `9` and `.`; 0 where there is none.
 * @param odd takes a genotype that is not two of those, from its begin to the end of the field, and counts it.
 * @returns the new end of the output.
 */
export function convertGenotypes(
  row: MatrixRow,
  letterOf: Uint8Array,
  output: Buffer,
  begin: number,
  counts: PairCounts,
  odd: OddCell,
): number {
  const { bytes, delimiter } = row;
  let at = begin;
  let [missing, heterozygous] = [0, 0];
  for (let i = row.from; ; i++) {
    const left = letterOf[bytes[i] as number] as number;
    const between = bytes[i + 1] as number;
    const right = letterOf[bytes[i + 2] as number] as number;
    let byte = bytes[i + 3] as number;
    if (
      left !== 0 &&
      right !== 0 &&
      (between === SLASH || between === PIPE) &&
      (byte === COLON || byte === delimiter || byte === LF)
    ) {
      output[at] = left;
      output[at + 1] = right;
      if (left !== right) {
        if (left !== N && right !== N) heterozygous++;
      } else if (left === N) missing++;
      i += 3;
    } else {
      const from = i;
      for (byte = bytes[i] as number; byte !== COLON && byte !== delimiter && byte !== LF;) {
        byte = bytes[++i] as number;
      }
      odd(from, i, (at - begin) / 3, output, at);
    }
    while (byte !== delimiter && byte !== LF) byte = bytes[++i] as number;
    output[at + 2] = TAB;
    at += 3;
    if (byte === LF) break;
  }
  counts.missing += missing;
  counts.heterozygous += heterozygous;
  return at;
}

/** Writes NN for each call of a row that has no genotypes. */
export function skipCalls(
  row: MatrixRow,
  output: Buffer,
  begin: number,
  counts: PairCounts,
): number {
  let at = begin;
  for (let i = row.from; i <= row.to; i++) {
    if (i < row.to && row.bytes[i] !== row.delimiter) continue;
    output[at] = N;
    output[at + 1] = N;
    output[at + 2] = TAB;
    at += 3;
    counts.missing++;
  }
  return at;
}

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
