import * as fc from "fast-check";
import { expect, it } from "vitest";
import { compileTextFilter } from "./cell-filter.ts";

const replacing = (findText: string, replaceText: string) =>
  compileTextFilter({ filterFrom: null, filterTo: null, findText, replaceText });

it("replaces matches of nothing once each, also between characters of two code units", () => {
  expect(replacing("x*", "-")?.("a😀xb")).toBe("-a-😀--b-");
});

it("comes to an end for every text, and loses no letter", () => {
  const filter = replacing("[xy]*|(?=.)", "");
  fc.assert(
    fc.property(fc.string({ unit: "binary" }), (text) => {
      expect(filter?.(text)).toBe(text.replaceAll(/[xy]/g, ""));
    }),
  );
});
