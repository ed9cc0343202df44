import * as fc from "fast-check";
import { expect, it } from "vitest";
import { isRepeated, numbersOf, rowsOf } from "./number-rows.ts";

it("means what is typed to the end, and of a name that stands twice the first", () => {
  const rows = [
    { name: " ana ", number: 2 },
    { name: "", number: 3 },
    { name: "ben", number: "" as const },
    { name: "ana", number: 5 },
  ];
  expect(numbersOf(rows)).toEqual({ ana: 2 });
  expect(rows.map((_, index) => isRepeated(rows, index))).toEqual([false, false, false, true]);
});

it("is empty for what names no numbers", () => {
  for (const value of [undefined, null, "ana", [], { ana: "2" }]) expect(rowsOf(value)).toEqual([]);
});

it("means again what its rows were made of", () => {
  const name = fc.string({ minLength: 1 }).filter((text) => text === text.trim());
  const numbers = fc.dictionary(name, fc.double({ noNaN: true }), { noNullPrototype: true });
  fc.assert(
    fc.property(numbers, (value) => {
      expect(numbersOf(rowsOf(value))).toEqual(value);
    }),
  );
});
