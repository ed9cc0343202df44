import { guessCalls } from "./calls.ts";
import type { Format } from "./format.ts";

/** The eleven columns, in their order, however they are written. Source: TASSEL 5 user manual, "Hapmap". */
const COLUMNS: readonly RegExp[] = [
  /^rs#?$/i,
  /^alleles?$/i,
  /^chr(om)?(osome)?$/i,
  /^pos(ition)?$/i,
  /^strand$/i,
  /^(assembly|genome_?build)#?$/i,
  /^cent(er|re)#?$/i,
  /^prot(LSID)?$/i,
  /^assay(LSID)?$/i,
  /^panel(LSID)?$/i,
  /^QC_?code$/i,
];

/** One marker in each row: eleven columns about it, then a call of one or two letters for each sample. */
export const hapmap: Format = {
  name: "HAPMAP",
  title: "HapMap",
  recognise(head) {
    const headerRow = head.rows.findIndex((row) => COLUMNS[0]?.test(row[0] ?? "") === true);
    const header = head.rows[headerRow] ?? [];
    const known = COLUMNS.filter((name, k) => name.test((header[k] ?? "").trim())).length;
    if (headerRow < 0 || known < 6) return null;
    const rows = head.rows.slice(headerRow + 1);
    const calls = guessCalls(
      rows.flatMap((row) => row.slice(COLUMNS.length)),
      head.readCell,
    );
    const samples = (head.widths[headerRow] ?? 0) - COLUMNS.length;
    return {
      confidence: 0.9 + 0.1 * (known / COLUMNS.length),
      evidence: [
        `Line ${headerRow + 1} has ${known} of the 11 column names of HapMap, and ${Math.max(0, samples)} samples.`,
      ],
      orientation: { value: "MARKER_FAST", evidence: "HapMap has its markers in rows." },
      dataSetType: {
        value: calls?.type === "IUPAC" ? "IUPAC" : "NUCLEOTIDE_2_LETTER",
        evidence: calls?.evidence ?? "There are no calls to look at; two letters are the rule.",
      },
      missing: calls?.missing ?? [],
      layout: {
        firstRow: headerRow + 1,
        firstColumn: samples > 0 ? COLUMNS.length : null,
        columns: [
          { column: 0, name: header[0] ?? "", role: "marker" },
          { column: 1, name: header[1] ?? "", role: "alleles" },
          { column: 2, name: header[2] ?? "", role: "chromosome" },
          { column: 3, name: header[3] ?? "", role: "position" },
          { column: 4, name: header[4] ?? "", role: "strand" },
        ],
        rows: [{ row: headerRow, role: "sample" }],
      },
      warnings: samples > 0 ? [] : ["There are no samples behind the eleven columns of HapMap."],
    };
  },
};
