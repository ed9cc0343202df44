import type { DataSetType } from "../../contract/gobii-terms.ts";
import type { FileFormat } from "../../contract/preview.ts";
import type { Format } from "./format.ts";
import { findMatrix } from "./matrix-shape.ts";

/** A text of calls of one kind, with names above and to the left. */
function matrixFormat(name: FileFormat, title: string, types: readonly DataSetType[]): Format {
  return {
    name,
    title,
    recognise(head) {
      const shape = findMatrix(head);
      if (shape === null || !types.includes(shape.calls.type)) return null;
      const { calls, orientation, layout, evidence, warnings } = shape;
      return {
        // Below those that are recognised by a header of their own.
        confidence: 0.6 + 0.25 * calls.share,
        evidence,
        orientation,
        dataSetType: { value: calls.type, evidence: calls.evidence },
        missing: calls.missing,
        layout,
        warnings,
      };
    },
  };
}

export const twoLetterMatrix = matrixFormat("TWO_LETTER_MATRIX", "two-letter matrix", [
  "NUCLEOTIDE_2_LETTER",
  "NUCLEOTIDE_4_LETTER",
]);

export const iupacMatrix = matrixFormat("IUPAC_MATRIX", "one-letter matrix", ["IUPAC"]);

export const ssrMatrix = matrixFormat("SSR_MATRIX", "SSR matrix", ["SSR_ALLELE_SIZE"]);

export const numberMatrix = matrixFormat("NUMBER_MATRIX", "matrix of 0, 1 and 2", [
  "DOMINANT_NON_NUCLEOTIDE",
  "CO_DOMINANT_NON_NUCLEOTIDE",
]);
