import type { DataSetType } from "../../contract/gobii-terms.ts";
import { iupac } from "./iupac.ts";
import type { MatrixRule } from "./matrix-rule.ts";
import { codominant, dominant } from "./non-nucleotide.ts";
import { nucleotide2, nucleotide4 } from "./nucleotide.ts";
import { ssr } from "./ssr.ts";
import { vcf } from "./vcf.ts";

/** The rule of each data set type. A new type is a new file and a line here. */
export const matrixRules: Readonly<Record<DataSetType, MatrixRule>> = {
  NUCLEOTIDE_2_LETTER: nucleotide2,
  NUCLEOTIDE_4_LETTER: nucleotide4,
  IUPAC: iupac,
  SSR_ALLELE_SIZE: ssr,
  DOMINANT_NON_NUCLEOTIDE: dominant,
  CO_DOMINANT_NON_NUCLEOTIDE: codominant,
  VCF: vcf,
};
