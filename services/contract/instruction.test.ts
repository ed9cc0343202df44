import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { AppError } from "./errors.ts";
import { ListInstruction, readInstruction } from "./instruction.ts";
import { toLoad } from "./load.ts";

const column = (fields: object) => ({ gobiiColumnType: "CSV_COLUMN", name: "name", ...fields });
const table = (fields: object = {}) => ({
  gobiiFile: { source: "/data/in", destination: "/data/out", delimiter: "\\t" },
  table: "marker",
  gobiiFileColumns: [column({ rCoord: 1, cCoord: 0 })],
  ...fields,
});

function refusal(json: unknown): AppError {
  try {
    readInstruction(json);
  } catch (thrown) {
    if (thrown instanceof AppError) return thrown;
    throw thrown;
  }
  throw new Error("was not refused");
}

describe("reading as Jackson does", () => {
  it.each([
    ["6", 6],
    [6, 6],
    [" 7 ", 7],
    [6.9, 6],
    ["", null],
    [null, null],
    [undefined, null],
  ])("takes the id %j as %j", (given, taken) => {
    const parsed = ListInstruction.parse(table({ dataSetId: given }));
    expect(parsed.dataSetId).toBe(taken);
  });

  it.each([
    [true, true],
    ["True", true],
    ["true", true],
    [1, true],
    [0, false],
    ["False", false],
    ["", false],
    [null, false],
    [undefined, false],
  ])("takes the flag %j as %j", (given, taken) => {
    expect(ListInstruction.parse(table({ qcCheck: given })).qcCheck).toBe(taken);
  });

  it.each([
    [{ qcCheck: "yes" }, "qcCheck: expected true or false"],
    [{ dataSetId: true }, "dataSetId: expected an integer"],
    [{ contactEmail: {} }, "contactEmail: expected a text"],
    // It has lost its last digits when it was read.
    [{ contactEmail: 2 ** 60 }, "contactEmail: expected a text"],
  ])("refuses %j in words", (fields, words) => {
    expect(refusal([table(fields)]).message).toContain(words);
  });

  it("reads rcoord and ccoord as rCoord and cCoord", () => {
    const parsed = ListInstruction.parse(
      table({ gobiiFileColumns: [column({ rcoord: "3", ccoord: 4 })] }),
    );
    expect(parsed.gobiiFileColumns[0]).toMatchObject({ rCoord: 3, cCoord: 4 });
  });

  it("takes enums by name and by position, and fills in the bean's defaults", () => {
    const parsed = ListInstruction.parse(
      table({ gobiiFileColumns: [{ gobiiColumnType: 8 }, { gobiiColumnType: "CSV_ROW" }] }),
    );
    expect(parsed.gobiiFileColumns.map((one) => one.gobiiColumnType)).toEqual([
      "CONSTANT",
      "CSV_ROW",
    ]);
    expect(parsed.gobiiFileColumns[0]).toMatchObject({
      dataSetType: "IUPAC",
      dataSetOrientationType: "MARKER_FAST",
      subcolumn: false,
      rCoord: null,
    });
  });

  it("keeps an enum that is null apart from one that is absent", () => {
    const parsed = ListInstruction.parse(
      table({ gobiiFileColumns: [column({ dataSetType: null })] }),
    );
    expect(parsed.gobiiFileColumns[0]?.dataSetType).toBeNull();
  });

  it("makes texts of scalars and ignores what it does not know", () => {
    const parsed = ListInstruction.parse(
      table({ gobiiFileColumns: [column({ constantValue: 57 })], surprise: true }),
    );
    expect(parsed.gobiiFileColumns[0]?.constantValue).toBe("57");
    expect(parsed).not.toHaveProperty("surprise");
  });

  it("reads what it has read to the same value", () => {
    const cell = fc.option(fc.oneof(fc.string(), fc.integer()), { nil: undefined });
    fc.assert(
      fc.property(cell, cell, (constantValue, name) => {
        const once = ListInstruction.parse(table({ gobiiFileColumns: [{ constantValue, name }] }));
        expect(ListInstruction.parse(structuredClone(once))).toEqual(once);
      }),
    );
  });
});

describe("the forms in which instructions are kept", () => {
  const procedure = { metadata: { gobiiFile: table().gobiiFile }, instructions: [table()] };
  it.each([
    ["a bare list", [table()], "list"],
    ["instructions of the own API", { key: "k", instructions: [table()] }, "list"],
    ["a data item of V2.1", { gobiiLoaderInstructions: [table()] }, "list"],
    ["a procedure file", procedure, "procedure"],
    ["a data item of V2.2", { procedure }, "procedure"],
    ["a data item by its setter's name", { gobiiLoaderProcedure: procedure }, "procedure"],
    ["the posted envelope", { payload: { data: [{ procedure }] } }, "procedure"],
  ])("recognises %s", (_, json, shape) => {
    const read = readInstruction(json);
    expect(read.shape).toBe(shape);
    expect(toLoad(read).tables).toMatchObject([{ table: "marker", source: "/data/in" }]);
  });

  it.each([
    ["nothing", undefined],
    ["a number", 5],
    ["an empty object", {}],
    ["two data items", { payload: { data: [{}, {}] } }],
  ])("refuses %s", (_, json) => {
    expect(refusal(json).code).toBe("invalid_instruction");
  });

  it("names the place and what was expected there", () => {
    const error = refusal([table(), table({ gobiiFileColumns: [column({ rCoord: "one" })] })]);
    expect(error.details).toEqual(["[1].gobiiFileColumns[0].rCoord: expected an integer"]);
    expect(refusal([table({ gobiiFileColumns: [{ gobiiColumnType: "" }] })]).message).toContain(
      "expected one of CSV_COLUMN, CSV_ROW",
    );
  });

  it("is not confused by keys of Object's prototype", () => {
    const json: unknown = JSON.parse('[{"__proto__": {"table": "x"}, "table": "marker"}]');
    expect(toLoad(readInstruction(json)).tables[0]?.table).toBe("marker");
    expect({}).not.toHaveProperty("table");
  });
});

const withType = (name: string | null, gobiiColumnType: string) =>
  readInstruction({
    metadata: { datasetType: { name } },
    instructions: [{ table: "matrix", gobiiFileColumns: [{ gobiiColumnType }] }],
  });

describe("the one form of a load", () => {
  it("takes the data set from the first table that names one, and the type from the matrix", () => {
    const load = toLoad(
      readInstruction([
        table({ dataSet: { id: "5", name: "calls" } }),
        table({
          table: "matrix",
          dataSetId: "8",
          gobiiFileColumns: [
            {
              gobiiColumnType: "CSV_BOTH",
              dataSetType: "SSR_ALLELE_SIZE",
              dataSetOrientationType: "SAMPLE_FAST",
            },
          ],
        }),
      ]),
    );
    expect(load.dataset).toEqual({ id: 8, name: "calls" });
    expect(load).toMatchObject({ dataSetType: "SSR_ALLELE_SIZE", orientation: "SAMPLE_FAST" });
  });

  it("knows a type by its cv term", () => {
    expect(toLoad(withType("nucleotide_2_letter", "CSV_BOTH")).dataSetType).toBe(
      "NUCLEOTIDE_2_LETTER",
    );
  });

  it("refuses an unknown type only where there is a matrix of it", () => {
    expect(() => toLoad(withType("dosage", "CSV_BOTH"))).toThrow(/unknown data set type "dosage"/);
    expect(toLoad(withType("dosage", "CSV_ROW")).dataSetType).toBe("IUPAC");
  });
});
