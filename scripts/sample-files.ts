import type { Call, Marker, Panel } from "./breeding.ts";

/** IUPAC codes of two different bases, the bases in alphabetical order. */
const ambiguous: Readonly<Record<string, string>> = {
  AC: "M",
  AG: "R",
  AT: "W",
  CG: "S",
  CT: "Y",
  GT: "K",
};

/** HapMap with one-letter calls: eleven columns, then the samples. */
export function hapmapText({ markers, samples, calls }: Panel): string {
  const header =
    "rs#\talleles\tchrom\tpos\tstrand\tassembly#\tcenter\tprotLSID\tassayLSID\tpanelLSID\tQCcode";
  const rows = markers.map((marker, m) =>
    [
      marker.name,
      `${marker.ref}/${marker.alt}`,
      marker.chromosome,
      marker.position,
      "+",
      "AGPv5",
      ...Array.from({ length: 5 }, () => "NA"),
      ...rowOf(calls, m).map((call) => oneLetter(marker, call)),
    ].join("\t"),
  );
  return lines([`${header}\t${samples.map((sample) => sample.name).join("\t")}`, ...rows]);
}

/** VCF 4.2 with genotype, depth and quality per sample. */
export function vcfText({ markers, samples, calls }: Panel): string {
  const meta = [
    "##fileformat=VCFv4.2",
    "##source=DigesterSampleGenerator",
    '##INFO=<ID=NS,Number=1,Type=Integer,Description="Samples with data">',
    '##FORMAT=<ID=GT,Number=1,Type=String,Description="Genotype">',
    '##FORMAT=<ID=DP,Number=1,Type=Integer,Description="Read depth">',
    "##contig=<ID=1>",
    "##contig=<ID=2>",
    "##contig=<ID=3>",
  ];
  const header = ["#CHROM", "POS", "ID", "REF", "ALT", "QUAL", "FILTER", "INFO", "FORMAT"];
  const rows = markers.map((marker, m) => {
    const row = rowOf(calls, m);
    const scored = row.filter((call) => call !== null).length;
    return [
      marker.chromosome,
      marker.position,
      marker.name,
      marker.ref,
      marker.alt,
      60,
      "PASS",
      `NS=${scored}`,
      "GT:DP",
      ...row.map((call, s) =>
        call === null ? "./.:0" : `${genotype(call)}:${8 + ((m * 31 + s * 17) % 23)}`,
      ),
    ].join("\t");
  });
  return lines([...meta, [...header, ...samples.map((sample) => sample.name)].join("\t"), ...rows]);
}

/** Two letters with a slash, `?` where the assay failed; markers in rows. */
export function twoLetterText({ markers, samples, calls }: Panel): string {
  const header = ["marker", "ref", "alt", ...samples.map((sample) => sample.name)];
  const rows = markers.map((marker, m) =>
    [
      marker.name,
      marker.ref,
      marker.alt,
      ...rowOf(calls, m).map((call) => twoLetters(marker, call)),
    ].join("\t"),
  );
  return lines([header.join("\t"), ...rows]);
}

/** One line per plant: what the sample tables need. */
export function sampleListText({ samples }: Panel): string {
  const header = "name\texternal_code\tpedigree\tplate\twell_row\twell_col\tuuid";
  const rows = samples.map((sample) =>
    [
      sample.name,
      sample.externalCode,
      sample.pedigree,
      sample.plate,
      sample.row,
      sample.column,
      `${sample.externalCode}-${sample.row}${sample.column}`,
    ].join("\t"),
  );
  return lines([header, ...rows]);
}

function oneLetter(marker: Marker, call: Call): string {
  switch (call) {
    case null:
      return "N";
    case 0:
      return marker.ref;
    case 1:
      return ambiguous[[marker.ref, marker.alt].toSorted().join("")] ?? "N";
    case 2:
      return marker.alt;
  }
}

function twoLetters(marker: Marker, call: Call): string {
  switch (call) {
    case null:
      return "?/?";
    case 0:
      return `${marker.ref}/${marker.ref}`;
    case 1:
      return `${marker.ref}/${marker.alt}`;
    case 2:
      return `${marker.alt}/${marker.alt}`;
  }
}

const genotype = (call: 0 | 1 | 2): string => ["0/0", "0/1", "1/1"][call] ?? "./.";

const rowOf = (calls: Panel["calls"], m: number): readonly Call[] => calls[m] ?? [];

const lines = (rows: readonly string[]): string => `${rows.join("\n")}\n`;
