import { expect, it } from "vitest";
import { sampleFiguresOf } from "./sample-figures.ts";

it("reads what is drawn of each sample, whatever else the table has", () => {
  const table = "sample\tcalls\tcall_rate\theterozygosity\nS1\t9\t0.9\t0.1\nS2\t0\t0\t\n";
  expect(sampleFiguresOf(table)).toEqual([
    { name: "S1", callRate: 0.9, heterozygosity: 0.1 },
    { name: "S2", callRate: 0, heterozygosity: null },
  ]);
});

it("finds none where the table does not have them", () => {
  expect(sampleFiguresOf("")).toEqual([]);
  expect(sampleFiguresOf("sample\tcalls\nS1\t9\n")).toEqual([]);
});
