import { noCalls, type Format } from "./format.ts";
import { rolesOf } from "./roles.ts";

/** Whatever else has cells. */
export const delimited: Format = {
  name: "DELIMITED",
  title: "delimited text",
  recognise(head) {
    const columns = rolesOf(head.rows[0] ?? []);
    const cells = head.widths[0] ?? 0;
    return {
      confidence: head.delimiter.value === null ? 0.05 : 0.3,
      evidence: [
        head.encoding.value === "binary"
          ? head.encoding.evidence
          : head.lineCount === 0
            ? "There is no line in it."
            : head.delimiter.evidence,
      ],
      orientation: noCalls,
      dataSetType: noCalls,
      layout: { firstRow: cells > 0 ? 1 : 0, firstColumn: null, columns, rows: [] },
    };
  },
};
