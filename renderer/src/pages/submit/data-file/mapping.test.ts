import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { columnRoles, type Detection } from "../../../../../services/contract/preview.ts";
import { applyMapping, noMapping, withColumnRole, withRowRole } from "./mapping.ts";

const detection: Detection = {
  format: "HAPMAP",
  title: "HapMap",
  confidence: 1,
  evidence: ["rs# in the header"],
  orientation: { value: "MARKER_FAST", evidence: "one row a marker" },
  dataSetType: { value: "IUPAC", evidence: "single letters" },
  delimiter: { value: "\\t", evidence: "tabs" },
  encoding: { value: "UTF-8", evidence: "ASCII only" },
  compression: { value: null, evidence: "none" },
  lineEnds: { value: "LF", evidence: "LF" },
  quotes: false,
  missing: [],
  layout: {
    firstRow: 1,
    firstColumn: 3,
    columns: [
      { column: 0, name: "rs#", role: "marker" },
      { column: 1, name: "alleles", role: "alleles" },
    ],
    rows: [{ row: 0, role: "run" }],
  },
  companions: [],
  alternatives: [],
  warnings: [],
};
const header = ["rs#", "alleles", "chrom", "S1", "S2"];

describe("a mapping", () => {
  it("that says nothing changes nothing", () => {
    expect(applyMapping(detection, noMapping, header)).toEqual(detection);
  });

  it("gives a column a meaning, and takes it from the column that had it", () => {
    const mapping = withColumnRole(noMapping, detection.layout, 2, "marker");
    expect(applyMapping(detection, mapping, header).layout.columns).toEqual([
      { column: 1, name: "alleles", role: "alleles" },
      { column: 2, name: "chrom", role: "marker" },
    ]);
    const cleared = withColumnRole(mapping, detection.layout, 1, null);
    expect(applyMapping(detection, cleared, header).layout.columns).toHaveLength(1);
  });

  it("moves the corner of the calls, beyond which no column and no row says anything else", () => {
    const mapping = { ...noMapping, corner: { row: 0, column: 1 } };
    const { layout } = applyMapping(detection, mapping, header);
    expect(layout).toMatchObject({ firstRow: 0, firstColumn: 1, rows: [] });
    expect(layout.columns.map(({ column }) => column)).toEqual([0]);
  });

  it("says who said it", () => {
    const mapping = { ...noMapping, dataSetType: "NUCLEOTIDE_2_LETTER" } as const;
    expect(applyMapping(detection, mapping, header).dataSetType).toEqual({
      value: "NUCLEOTIDE_2_LETTER",
      evidence: "You said so.",
    });
  });

  it("never lets two places say the same", () => {
    const step = fc.record({
      of: fc.constantFrom("column", "row"),
      place: fc.nat(5),
      role: fc.option(fc.constantFrom(...columnRoles)),
    });
    fc.assert(
      fc.property(fc.array(step), (steps) => {
        let mapping = noMapping;
        for (const { of, place, role } of steps) {
          const { layout } = applyMapping(detection, mapping, header);
          const change = of === "column" ? withColumnRole : withRowRole;
          mapping = change(mapping, layout, place, role);
        }
        const { columns, rows } = applyMapping(detection, mapping, header).layout;
        expect(new Set(columns.map(({ role }) => role)).size).toBe(columns.length);
        expect(new Set(rows.map(({ role }) => role)).size).toBe(rows.length);
      }),
    );
  });
});
