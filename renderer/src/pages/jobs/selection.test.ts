import { describe, expect, it } from "vitest";
import {
  allSelected,
  countOf,
  isEmpty,
  isSelected,
  nothingSelected,
  targetOf,
  toggle,
} from "./selection.ts";

const ids = [9, 8, 7, 6, 5];
const filter = { q: "status:failed", sort: "-id" as const };

describe("selection", () => {
  it("takes a row in and out", () => {
    const one = toggle(nothingSelected, 8, []);
    expect(isSelected(one, 8)).toBe(true);
    expect(isEmpty(toggle(one, 8, []))).toBe(true);
  });

  it("takes a range to the state of the row that was clicked last", () => {
    const range = toggle(toggle(nothingSelected, 6, []), 9, [8, 7, 6]);
    expect(ids.filter((id) => isSelected(range, id))).toEqual([9, 8, 7, 6]);
    const fewer = toggle(range, 7, [8, 9]);
    expect(ids.filter((id) => isSelected(fewer, id))).toEqual([6]);
  });

  it("takes rows out of all, and back in", () => {
    const most = toggle(allSelected, 7, []);
    expect(ids.filter((id) => isSelected(most, id))).toEqual([9, 8, 6, 5]);
    expect(countOf(most, 5)).toBe(4);
    expect(countOf(toggle(most, 7, []), 5)).toBe(5);
  });

  it("names jobs by number, or by the filter when all are meant", () => {
    expect(targetOf({ kind: "some", ids: new Set([3]) }, filter)).toEqual({ ids: [3] });
    expect(targetOf(allSelected, filter)).toEqual({ filter: { q: "status:failed" } });
    expect(targetOf({ kind: "all", except: new Set([7]) }, { ...filter, q: "" })).toEqual({
      filter: {},
      except: [7],
    });
  });
});
