import { describe, expect, it } from "vitest";
import { isEmpty, isSelected, nothingSelected, targetOf, toggle } from "./selection.ts";

const order = [9, 8, 7, 6, 5];

describe("selection", () => {
  it("takes a row in and out", () => {
    const one = toggle(nothingSelected, 8, order, null);
    expect(isSelected(one, 8)).toBe(true);
    expect(isEmpty(toggle(one, 8, order, null))).toBe(true);
  });

  it("takes a range as it is shown, in either direction", () => {
    const one = toggle(nothingSelected, 6, order, null);
    const range = toggle(one, 9, order, { from: 6 });
    expect(order.filter((id) => isSelected(range, id))).toEqual([9, 8, 7, 6]);
  });

  it("falls back to the loaded rows when one of all is taken out", () => {
    const some = toggle({ kind: "all" }, 7, order, null);
    expect(order.filter((id) => isSelected(some, id))).toEqual([9, 8, 6, 5]);
  });

  it("names jobs by number, or by the filter when all are meant", () => {
    const filter = { status: ["failed" as const], q: "", sort: "-id" as const };
    expect(targetOf({ kind: "some", ids: new Set([3]) }, filter)).toEqual({ ids: [3] });
    expect(targetOf({ kind: "all" }, filter)).toEqual({ filter: { status: ["failed"] } });
  });
});
