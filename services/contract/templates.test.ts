import { describe, expect, it } from "vitest";
import { AppError } from "./errors.ts";
import { readInstruction } from "./instruction.ts";
import { toLoad } from "./load.ts";
import { Detection } from "./preview.ts";
import { defaultParts, fillTemplate, possibleParts, type TemplateContext } from "./templates.ts";

const found = <T>(value: T) => ({ value, evidence: "" });

const hapmap: Detection = Detection.parse({
  format: "HAPMAP",
  title: "HapMap",
  confidence: 1,
  evidence: [],
  orientation: found("MARKER_FAST"),
  dataSetType: found("IUPAC"),
  delimiter: found("\\t"),
  encoding: found("UTF-8"),
  compression: found(null),
  lineEnds: found("LF"),
  quotes: false,
  missing: ["?", ""],
  layout: {
    firstRow: 1,
    firstColumn: 11,
    columns: [
      { column: 0, name: "rs#", role: "marker" },
      { column: 1, name: "alleles", role: "alleles" },
      { column: 2, name: "chrom", role: "chromosome" },
      { column: 3, name: "pos", role: "position" },
    ],
    rows: [{ row: 0, role: "sample" }],
  },
  companions: [],
  alternatives: [],
  warnings: [],
});

const context: TemplateContext = {
  source: "/data/files/a.hmp.txt",
  destination: "/data/digest/a",
  crop: "dev",
  project: { id: 1 },
  platform: { id: 2 },
  experiment: { id: 3 },
  mapset: { id: 4 },
  dataset: { id: 5 },
};

const tablesOf = (detection: Detection, more: Partial<TemplateContext> = {}) =>
  toLoad(readInstruction(fillTemplate(detection, { ...context, ...more }))).tables;

describe("a template", () => {
  it("makes the tables of markers and data set, with the context in each", () => {
    const tables = tablesOf(hapmap);
    expect(tables.map(({ table }) => table)).toEqual([
      "marker",
      "linkage_group",
      "marker_linkage_group",
      "dataset_marker",
      "dataset_dnarun",
      "matrix",
    ]);
    expect(tables[0]?.fileType).toBe("HAPMAP");
    expect(tables[0]?.columns.map(({ name, row, column }) => [name, row, column])).toEqual([
      ["platform_id", null, null],
      ["name", 1, 0],
      ["ref", 1, 1],
      ["alts", 1, 1],
      ["status", null, null],
    ]);
    expect(tables.at(-1)?.columns).toMatchObject([
      { type: "CSV_BOTH", row: 1, column: 11, findText: "^(?:\\?|)$", replaceText: "N" },
    ]);
  });

  it("is the same instruction for the other orientation, with rows for columns", () => {
    const across: Detection = {
      ...hapmap,
      format: "KASP_GRID",
      orientation: found("SAMPLE_FAST" as const),
      layout: {
        firstRow: 1,
        firstColumn: 1,
        columns: [{ column: 0, name: "SampleName", role: "sample" }],
        rows: [{ row: 0, role: "marker" }],
      },
    };
    const [marker, datasetMarker, run] = tablesOf(across);
    expect(marker?.columns[1]).toMatchObject({ type: "CSV_ROW", row: 0, column: 1 });
    expect(datasetMarker?.columns[2]).toMatchObject({ type: "CSV_ROW", row: 0, column: 1 });
    expect(run?.columns[2]).toMatchObject({ type: "CSV_COLUMN", row: 1, column: 0 });
  });

  it("names markers without a name by chromosome and position", () => {
    const columns = hapmap.layout.columns.filter(({ role }) => role !== "marker");
    const nameless = { ...hapmap, layout: { ...hapmap.layout, columns } };
    expect(tablesOf(nameless)[0]?.columns.slice(1, 4)).toMatchObject([
      { name: "name", column: 2, subcolumn: false },
      { constantValue: "_", subcolumn: true },
      { column: 3, subcolumn: true },
    ]);
  });

  it("leaves positions out where no map set is named", () => {
    const names = tablesOf(hapmap, { mapset: { id: null } }).map(({ table }) => table);
    expect(names).not.toContain("linkage_group");
  });

  it("names the format only where the engine needs to know it", () => {
    expect(tablesOf(hapmap)[0]?.sourceFormat).toBeUndefined();
    expect(JSON.stringify(fillTemplate(hapmap, context))).not.toContain("sourceFormat");
    expect(tablesOf({ ...hapmap, format: "DART_TWO_ROW" })[0]?.sourceFormat).toBe("DART_TWO_ROW");
  });

  it("offers samples, but not at once with the rest", () => {
    expect(possibleParts(hapmap)).toEqual(["markers", "samples", "dataset"]);
    expect(defaultParts(hapmap)).toEqual(["markers", "dataset"]);
    const samples = tablesOf(hapmap, { parts: ["samples"] });
    expect(samples.map(({ table }) => table)).toEqual(["germplasm", "dnasample", "dnarun"]);
  });

  it("is refused where the file does not say what is needed", () => {
    const unknown = { ...hapmap, layout: { ...hapmap.layout, columns: [], rows: [] } };
    expect(() => fillTemplate(unknown, { ...context, parts: ["samples"] })).toThrow(AppError);
  });
});
