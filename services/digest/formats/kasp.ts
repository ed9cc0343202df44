import type { CellReader } from "../matrix/crop-codes.ts";
import { formatCount } from "../counts.ts";
import type { Format } from "./format.ts";
import { isMissing } from "./calls.ts";
import { findListColumns } from "./kasp-list-rows.ts";

/** First cell of the header of a grid, of Intertek's and of LGC's. */
const GRID_CORNER =
  /^(sample\s?name\.lab\s?id|dna\s*[\\/]\s*assay|subject\s*id|sample\s*[\\/]\s*(assay|snp|marker))$/i;

const CALL = /^[ACGT+-]+:[ACGT+-]+$/i;

/** Of cells that stand for a missing call, those that neither the rule of two letters nor the crop knows as such. */
function unknownWords(missing: readonly string[], read: CellReader): string[] {
  return [...new Set(missing)]
    .filter(
      (cell) =>
        read(cell, "letters") !== null &&
        !/^(NTC|Uncallable|Unknown|Unreadable|\?|N|NN|0|00|\?\?)$/.test(cell),
    )
    .toSorted();
}

/** Samples in rows, KASP assays in columns, calls such as A:G. */
export const kaspGrid: Format = {
  name: "KASP_GRID",
  title: "KASP grid, as of Intertek or LGC",
  recognise(head) {
    const headerRow = head.rows.findIndex((row) => GRID_CORNER.test((row[0] ?? "").trim()));
    const from = Math.max(0, headerRow);
    const cells = head.rows
      .slice(from + 1)
      .flatMap((row) => row.slice(1))
      .slice(0, 20_000);
    const calls = cells.filter((cell) => CALL.test(cell)).length;
    const missing = cells.filter((cell) => !CALL.test(cell) && isMissing(cell, head.readCell));
    const share = cells.length === 0 ? 0 : (calls + missing.length) / cells.length;
    if (calls === 0 || (headerRow < 0 && share < 0.8) || (head.widths[from] ?? 0) < 2) return null;
    const corner = head.rows[from]?.[0] ?? "";
    if (headerRow < 0 && findListColumns(head.rows[0] ?? []) !== null) return null;
    const samplesDown = headerRow >= 0 || !/marker|snp|assay|locus/i.test(corner);
    return {
      confidence: headerRow >= 0 ? 0.95 : 0.86,
      evidence: [
        ...(headerRow < 0 ? [] : [`The header in line ${headerRow + 1} begins with "${corner}".`]),
        `${formatCount(calls)} of ${formatCount(cells.length)} cells are calls such as A:G, ${formatCount(cells.length - calls)} are not.`,
      ],
      orientation: samplesDown
        ? { value: "SAMPLE_FAST", evidence: "A grid has its samples in rows." }
        : { value: "MARKER_FAST", evidence: `The first column is named "${corner}".` },
      dataSetType: {
        value: "NUCLEOTIDE_2_LETTER",
        evidence: "Calls are two letters with a colon between.",
      },
      missing: unknownWords(missing, head.readCell),
      layout: {
        firstRow: from + 1,
        firstColumn: 1,
        columns: [{ column: 0, name: corner, role: samplesDown ? "sample" : "marker" }],
        rows: [{ row: from, role: samplesDown ? "marker" : "sample" }],
      },
    };
  },
};

const isCall = (cell: string): boolean => CALL.test(cell) || /^[ACGT]{1,2}$/.test(cell);

/** One call in each row: marker, sample, call and what was measured. */
export const kaspList: Format = {
  name: "KASP_LIST",
  title: "list of KASP calls",
  recognise(head) {
    const headerRow = head.rows.findIndex((row) => findListColumns(row) !== null);
    const columns = findListColumns(head.rows[headerRow] ?? []);
    if (columns === null) return null;
    const rows = head.rows.slice(headerRow + 1).filter((row) => row.some((cell) => cell !== ""));
    const cells = rows.map((row) => row[columns.call] ?? "");
    const missing = cells.filter((cell) => !isCall(cell) && isMissing(cell, head.readCell));
    const good = cells.filter(isCall).length + missing.length;
    if (cells.length > 0 && good / cells.length < 0.5) return null;
    const header = head.rows[headerRow] ?? [];
    return {
      confidence: 0.95,
      evidence: [
        `Line ${headerRow + 1} names ${header[columns.marker]}, ${header[columns.sample]} and ${header[columns.call]}.`,
        `${formatCount(good)} of ${formatCount(cells.length)} cells below ${header[columns.call]} are calls.`,
      ],
      orientation: {
        value: "MARKER_FAST",
        evidence: "The list is made a matrix with its markers in rows.",
      },
      dataSetType: {
        value: "NUCLEOTIDE_2_LETTER",
        evidence: "Calls are two letters with a colon between.",
      },
      missing: unknownWords(missing, head.readCell),
      layout: {
        firstRow: 1,
        firstColumn: 1,
        columns: [{ column: 0, name: header[columns.marker] ?? "", role: "marker" }],
        rows: [{ row: 0, role: "sample" }],
      },
    };
  },
};
