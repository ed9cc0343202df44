import type { ColumnRole } from "../../contract/preview.ts";
import type { Format } from "./format.ts";

const ROLES: readonly (readonly [number, string, ColumnRole])[] = [
  [0, "#CHROM", "chromosome"],
  [1, "POS", "position"],
  [2, "ID", "marker"],
  [3, "REF", "ref"],
  [4, "ALT", "alt"],
];

const FIRST_SAMPLE = 9;

/** Variant Call Format: lines of ##, a header, one variant in each row. Source: VCF specification 4.2 to 4.5. */
export const vcf: Format = {
  name: "VCF",
  title: "VCF",
  recognise(head) {
    const version = /^##fileformat=(VCF\S*)/i.exec(head.lines[0] ?? "")?.[1];
    // Whatever the delimiter is taken for, in a VCF it is a tab.
    const headerRow = head.lines.findIndex((line) => /^#CHROM\tPOS\tID\tREF\tALT(\t|$)/.test(line));
    if (headerRow < 0) {
      return version === undefined
        ? null
        : {
            confidence: 0.7,
            evidence: [`It begins with ##fileformat=${version}, but no header was found.`],
            orientation: { value: null, evidence: "Without a header it cannot be told." },
            dataSetType: { value: null, evidence: "Without a header it cannot be told." },
            layout: { firstRow: 0, firstColumn: null, columns: [], rows: [] },
            warnings: [
              "The line that begins with #CHROM, divided by tabs, was not found" +
                (head.isWhole
                  ? "."
                  : ` in the first ${Math.round(head.bytes.length / (1 << 20))} MiB of it.`),
            ],
          };
    }
    const cells = (head.lines[headerRow] ?? "").split("\t");
    const rows = head.lines.slice(headerRow + 1).map((line) => line.split("\t", FIRST_SAMPLE + 1));
    const samples = Math.max(0, cells.length - FIRST_SAMPLE);
    const named = rows.filter((row) => (row[2] ?? ".") !== ".").length;
    const withoutGenotype = rows.filter((row) => !/^GT(:|$)/.test(row[8] ?? "")).length;
    return {
      confidence: version === undefined ? 0.95 : 1,
      evidence: [
        ...(version === undefined ? [] : [`It begins with ##fileformat=${version}.`]),
        `Line ${headerRow + 1} is the header of a VCF, with ${samples} samples.`,
      ],
      orientation: { value: "MARKER_FAST", evidence: "A VCF has its markers in rows." },
      dataSetType: {
        value: "NUCLEOTIDE_2_LETTER",
        evidence: "GOBii keeps the genotypes of a VCF as two letters.",
      },
      delimiter: { value: "\\t", evidence: "A VCF is divided by tabs." },
      layout: {
        firstRow: headerRow + 1,
        firstColumn: samples > 0 ? FIRST_SAMPLE : null,
        columns: ROLES.filter(([, , role]) => role !== "marker" || named === rows.length).map(
          ([column, name, role]) => ({ column, name, role }),
        ),
        rows: [{ row: headerRow, role: "sample" }],
      },
      warnings: [
        ...(samples === 0 ? ["There are no samples, so there are no genotypes to load."] : []),
        ...(named === rows.length
          ? []
          : [
              `${rows.length - named} of the first ${rows.length} variants have no ID; markers are named by chromosome and position.`,
            ]),
        ...(samples > 0 && withoutGenotype > 0
          ? [`${withoutGenotype} of the first ${rows.length} variants have no GT in first place.`]
          : []),
      ],
    };
  },
};
