import type { Place, Problems } from "../problems.ts";
import { cellEnd, cellText, type MatrixRow } from "../matrix/matrix-rule.ts";
import type { MarkerCounts } from "./call-kind.ts";

/** Holds the calls of each row against the alleles that a column named `alleles`, as HapMap files have it, declares. */
export interface AllelesColumn {
  /** The line above the first row of a file; `to` is where it ends. */
  header(bytes: Buffer, from: number, to: number, delimiter: number): void;
  check(row: MatrixRow, counts: MarkerCounts, place: Omit<Place, "column">): void;
}

/** The kind of these warnings. */
export const OUTSIDE_ALLELES = "calls outside the alleles column";

/** @param warnings is told of each row whose calls have others. */
export function createAllelesColumn(warnings: Problems): AllelesColumn {
  /** Where it stands; -1: there is none. */
  let index = -1;
  return {
    header(bytes, from, to, delimiter) {
      const names = bytes.toString("latin1", from, to).split(String.fromCharCode(delimiter));
      index = names.findIndex((name) => /^\W*alleles\W*$/i.test(name));
    },
    check(row, counts, { file, line }) {
      if (index === -1 || counts.alleles.length === 0) return;
      let at = row.lineFrom;
      for (let skipped = 0; skipped < index; skipped++) {
        at = cellEnd(row.bytes, at, row.delimiter) + 1;
        if (at >= row.from) return;
      }
      const cell = cellText(row.bytes, at, cellEnd(row.bytes, at, row.delimiter));
      const outside = allelesOutside(cell, counts.alleles);
      if (outside === null) return;
      const marker = cellText(
        row.bytes,
        row.lineFrom,
        cellEnd(row.bytes, row.lineFrom, row.delimiter),
      );
      warnings.report(OUTSIDE_ALLELES, { file, line, column: index + 1 }, () =>
        outsideText(marker, outside),
      );
    },
  };
}

/** Alleles that were called but are not declared, in words; null where there are none, or where nothing is declared. */
export function allelesOutside(
  declared: string,
  called: readonly { readonly name: string; readonly count: number }[],
): { readonly declared: string; readonly called: string } | null {
  // Alleles of several bases are called as + and -, so such a marker has nothing to compare.
  const known = declared.split(/[^A-Za-z+-]+/).filter((part) => part !== "");
  if (known.length === 0 || known.some((part) => !/^[ACGT+-]$/i.test(part))) return null;
  const letters = new Set(known.map((part) => part.toUpperCase()));
  const strange = called.filter(({ name }) => !letters.has(name));
  if (strange.length === 0) return null;
  return {
    declared: known.join("/"),
    called: strange.map(({ name, count }) => `${count} of ${name}`).join(", "),
  };
}

/** The words for a marker with such alleles. */
export function outsideText(
  marker: string,
  { declared, called }: { readonly declared: string; readonly called: string },
): string {
  return `Marker ${marker} has alleles that its alleles ${declared} do not name: ${called}`;
}
