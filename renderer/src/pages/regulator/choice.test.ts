import { expect, it } from "vitest";
import { sameChoice, withOption } from "./choice.ts";

it("says an option, and takes back what was said", () => {
  expect(withOption({ a: 1 }, "b", 2)).toEqual({ a: 1, b: 2 });
  expect(withOption({ a: 1, b: 2 }, "b", undefined)).toEqual({ a: 1 });
});

it("knows the same choice in another order", () => {
  const choice = { name: "x", options: { a: 1, b: [2] } };
  expect(sameChoice(choice, { name: "x", options: { b: [2], a: 1 } })).toBe(true);
  expect(sameChoice(choice, { name: "y", options: choice.options })).toBe(false);
  expect(sameChoice(choice, { name: "x", options: { a: 1 } })).toBe(false);
});
