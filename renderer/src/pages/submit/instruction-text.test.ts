import { describe, expect, it } from "vitest";
import { pathOfDetail, readText } from "./instruction-text.ts";

const table = {
  table: "marker",
  gobiiFile: { source: "/data/in", destination: "/data/out", delimiter: "\\t" },
  gobiiFileColumns: [{ gobiiColumnType: "CSV_COLUMN", rCoord: 1, cCoord: 0, name: "name" }],
};
const bad = { ...table, gobiiFileColumns: [{ gobiiColumnType: "CSV_COLUM", rCoord: "x" }] };

function problemsOf(text: string) {
  const reading = readText(text);
  if (reading.kind !== "wrong") throw new Error(`read as ${reading.kind}`);
  return reading.problems.map((problem) => ({
    ...problem,
    marked: text.slice(problem.from, problem.to),
  }));
}

describe("readText", () => {
  it("tells an empty text from a wrong one", () => {
    expect(readText("  \n").kind).toBe("empty");
  });

  it("tells what a right one makes", () => {
    const reading = readText(JSON.stringify([table]));
    expect(reading).toMatchObject({
      kind: "right",
      load: { tables: [{ table: "marker", source: "/data/in", destination: "/data/out" }] },
    });
  });

  it("marks the place of a mistake in the syntax", () => {
    const [problem] = problemsOf('[\n  {"table": }\n]');
    expect(problem).toMatchObject({ line: 2, marked: "}" });
    expect(problem?.message).toMatch(/^This is not JSON/);
    expect(problemsOf('[{"table": "marker"')[0]?.message).toMatch(/^This is not JSON/);
  });

  it.each([
    ["the bare list", [bad]],
    ["a list under its name", { instructions: [bad] }],
    ["the loader's envelope", { payload: { data: [{ gobiiLoaderInstructions: [bad] }] } }],
  ])("marks values that are not accepted in %s", (_form, json) => {
    const problems = problemsOf(JSON.stringify(json, null, 2));
    expect(problems.map(({ marked }) => marked)).toEqual(['"CSV_COLUM"', '"x"']);
    expect(problems[0]?.message).toContain("expected one of CSV_COLUMN");
  });

  it("marks values that are not accepted in a procedure, wrapped or not", () => {
    const procedure = { metadata: { contactId: "me" }, instructions: [] };
    for (const json of [procedure, { procedure }]) {
      expect(problemsOf(JSON.stringify(json, null, 2))[0]?.marked).toBe('"me"');
    }
  });

  it("says so when it is some other JSON, or makes nothing", () => {
    expect(problemsOf('{"name": "x"}')[0]?.message).toMatch(/not a loader instruction/);
    expect(problemsOf("[]")[0]?.message).toBe("It names no table.");
  });
});

describe("pathOfDetail", () => {
  it("reads the place at the beginning of a message", () => {
    expect(pathOfDetail("[2].gobiiFileColumns[0].rCoord: expected an integer")).toEqual([
      2,
      "gobiiFileColumns",
      0,
      "rCoord",
    ]);
    expect(pathOfDetail("Something is wrong: really")).toEqual([]);
  });
});
