import type { DataSetType, Orientation } from "../../../../../services/contract/gobii-terms.ts";
import type { ColumnRole } from "../../../../../services/contract/preview.ts";
import type { TemplatePart } from "../../../../../services/contract/templates.ts";

/** What a column or row can say, in the order in which it is offered. */
export const roleNames: Readonly<Record<ColumnRole, string>> = {
  marker: "Marker name",
  alleles: "Alleles, C/T",
  ref: "Reference allele",
  alt: "Alternative alleles",
  snp: "SNP, 19:C>T",
  chromosome: "Chromosome",
  position: "Position",
  strand: "Strand",
  sample: "Sample name",
  run: "DNA run",
  germplasm: "Germplasm",
  external_code: "External code",
  sample_number: "Sample number",
  species: "Species",
  germplasm_type: "Germplasm type",
  plate: "Plate",
  well_row: "Well row",
  well_column: "Well column",
  uuid: "UUID",
};

export const orientationNames: Readonly<Record<Orientation, string>> = {
  MARKER_FAST: "Each row is a marker",
  SAMPLE_FAST: "Each row is a sample",
};

export const dataSetTypeNames: Readonly<Record<DataSetType, string>> = {
  NUCLEOTIDE_2_LETTER: "Two letters, A/G",
  NUCLEOTIDE_4_LETTER: "Four letters",
  IUPAC: "IUPAC codes, R",
  SSR_ALLELE_SIZE: "SSR allele sizes",
  DOMINANT_NON_NUCLEOTIDE: "Dominant, 0 or 1",
  CO_DOMINANT_NON_NUCLEOTIDE: "Codominant, 0, 1 or 2",
  VCF: "VCF genotypes",
};

export const partNames: Readonly<Record<TemplatePart, string>> = {
  markers: "Markers",
  samples: "Samples",
  dataset: "Genotypes",
};

/** Names as the choices of a select. */
export function choicesOf<K extends string>(names: Readonly<Record<K, string>>) {
  return Object.entries<string>(names).map(([value, label]) => ({ value, label }));
}

/** The key that a select answers, if it is one of these. */
export function keyOf<K extends string>(
  names: Readonly<Record<K, string>>,
  value: string | null,
): K | null {
  const isKey = (key: string): key is K => Object.hasOwn(names, key);
  return value !== null && isKey(value) ? value : null;
}
