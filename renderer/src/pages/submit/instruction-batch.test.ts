import { describe, expect, it } from "vitest";
import { readBatch } from "./instruction-batch.ts";

const load = (table: string) => [
  {
    table,
    gobiiFile: { source: "/data/in", destination: "/data/out", delimiter: "\\t" },
    gobiiFileColumns: [{ gobiiColumnType: "CONSTANT", name: "a", constantValue: "1" }],
  },
];
const file = (name: string, content: unknown) => ({ name, text: JSON.stringify(content) });
const seen = (files: Parameters<typeof readBatch>[0]) =>
  readBatch(files).map(({ name, key, reading }) => [name, key, reading.kind]);

describe("several instruction files", () => {
  it("are an entry each, under the name of the file", () => {
    expect(seen([file("a.json", load("marker")), file("b.JSON", load("dnarun"))])).toEqual([
      ["a.json", "a", "right"],
      ["b.JSON", "b", "right"],
    ]);
  });

  it("have keys of their own when they are called the same, and none where a name is no key", () => {
    const same = file("a.json", load("marker"));
    expect(seen([same, same, file("ä ö.json", load("marker"))]).map(([, key]) => key)).toEqual([
      "a",
      "a-2",
      "",
    ]);
  });

  it("lead back to the file of each, also where several are called the same", () => {
    const [one, other] = [
      { name: "a.json", text: "1" },
      { name: "a.json", text: "2" },
    ];
    expect(readBatch([one, other]).map((entry) => entry.file?.text)).toEqual(["1", "2"]);
    const several = file("all.json", [load("marker"), load("dnarun")]);
    expect(readBatch([several]).map((entry) => entry.file)).toEqual([null, null]);
  });

  it("may hold several instructions, also wrapped as old systems wrote them", () => {
    const wrapped = { payload: { data: [{ gobiiLoaderInstructions: load("dnarun") }] } };
    expect(seen([file("all.json", [load("marker"), wrapped])])).toEqual([
      ["all.json, 1 of 2", "all-1", "right"],
      ["all.json, 2 of 2", "all-2", "right"],
    ]);
  });

  it("are one load each when a list names several tables", () => {
    const two = [...load("marker"), ...load("dnarun")];
    expect(seen([file("a.json", two)])).toEqual([["a.json", "a", "right"]]);
  });

  it("say what is wrong with them", () => {
    const files = [{ name: "no.json", text: "" }, file("odd.json", [[], 5]), file("x.json", {})];
    expect(seen(files).map(([, , kind]) => kind)).toEqual(["wrong", "wrong", "wrong"]);
  });
});
