import type { ColumnRole } from "../../contract/preview.ts";

/** What headers call things, most telling first: where two columns fit a role, the one of the earlier pattern has it. */
const NAMES: readonly (readonly [ColumnRole, RegExp])[] = [
  ["marker", /^customer ?snp ?id$/],
  ["marker", /^(marker|snp|assay|locus|variant|probe ?set|allele) ?(name|id)$/],
  ["marker", /^(rs ?#?|marker|locus|assay|snps)$/],
  ["marker", /^(intertek|facility|clone) ?(snp|marker)? ?(id|name)$/],
  ["alleles", /^(alleles?|snp alleles?|variation|polymorphism)$/],
  ["ref", /^(ref|reference|reference allele|x ?allele|allele ?(x|1|a)|ref ?allele|a1)$/],
  [
    "alt",
    /^(alts?|alternate|alternative|alternate allele|y ?allele|allele ?(y|2|b)|alt ?allele|a2)$/,
  ],
  ["snp", /^snp$/],
  ["chromosome", /^#?(chr|chrom|chromosome|linkage ?group( ?name)?|lg|contig|scaffold)$/],
  [
    "position",
    /^(pos|position|bp|physical ?position|chrom ?pos|position ?(bp)?|(marker ?)?(linkage ?group ?)?start( ?stop)?|cm|genetic ?position)$/,
  ],
  ["strand", /^strand( ?name)?$/],
  ["run", /^(dna ?run( ?name| id)?|run ?name|sample ?name labid)$/],
  [
    "sample",
    /^((dna )?samples?|dnasample|taxa|taxon|line|individual|subject|accession|iid)( ?(name|id))?$/,
  ],
  ["sample", /^(dna|dna assay|genotype( ?name| id)?|plant( ?name| id)?|facility ?sample ?name)$/],
  ["germplasm", /^(germplasm|gid|variety|cultivar|entry|pedigree|gemplasm)( ?(name|id))?$/],
  ["external_code", /^(external ?code|germplasm ?external ?code|gid)$/],
  ["sample_number", /^(num|sample ?num(ber)?|dnasample ?num|rep|replicate)$/],
  ["species", /^species( ?name)?$/],
  ["germplasm_type", /^(type|germplasm ?type|type ?name)$/],
  ["plate", /^((dna ?sample ?)?plate ?(name|id)?|master ?plate|daughter ?plate)$/],
  ["well_row", /^((dna ?sample ?)?well ?row|row)$/],
  ["well_column", /^((dna ?sample ?)?well ?col(umn)?|column|col)$/],
  ["uuid", /^uuid$/],
];

/** The role of each column by its header; each role and each column once. */
export function rolesOf(
  header: readonly string[],
): { column: number; name: string; role: ColumnRole }[] {
  const cleaned = header.map(clean);
  const taken = new Map<number, ColumnRole>();
  const given = new Set<ColumnRole>();
  for (const [role, pattern] of NAMES) {
    if (given.has(role)) continue;
    const column = cleaned.findIndex((name, k) => !taken.has(k) && pattern.test(name));
    if (column < 0) continue;
    taken.set(column, role);
    given.add(role);
  }
  return [...taken]
    .toSorted(([a], [b]) => a - b)
    .map(([column, role]) => ({ column, name: header[column] ?? "", role }));
}

function clean(name: string): string {
  return name
    .replace(/([a-z])([A-Z])/g, "$1 $2")
    .toLowerCase()
    .replace(/[\s_.\\/-]+/g, " ")
    .trim();
}
