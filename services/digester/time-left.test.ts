import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { endOfTime, tooLongFor } from "./time-left.ts";

describe("whether a node begins a job that it may not finish", () => {
  it("does not by what was digested before, or by size, and says why", () => {
    expect(tooLongFor(8 * 60_000, 2e9, 12 * 60_000)).toBe(
      "This node ends in 8 min, and reading 2.0 GB may take 18 min.",
    );
    expect(tooLongFor(60_000, 1e9, null)).toBe(
      "This node ends in 1 min, and reading 1.0 GB may take 5 min.",
    );
    expect(tooLongFor(60_000, null, null)).toContain("it may take 2 min");
    expect(tooLongFor(-5, 1, 1)).toBe("The time of this node is over.");
  });

  it("begins whatever fits, and anything where there is no limit", () => {
    expect(tooLongFor(60_000, 1e6, 100)).toBeNull();
    expect(tooLongFor(60_000, 1e6, null)).toBeNull();
    fc.assert(
      fc.property(fc.option(fc.nat()), fc.option(fc.nat()), (bytes, ms) => {
        expect(tooLongFor(null, bytes, ms)).toBeNull();
      }),
    );
  });

  it("refuses no more with more time left", () => {
    fc.assert(
      fc.property(fc.nat(1e7), fc.nat(1e7), fc.nat(), fc.option(fc.nat(1e7)), (a, b, bytes, ms) => {
        const fits = (left: number): boolean => tooLongFor(left, bytes, ms) === null;
        expect(fits(Math.min(a, b)) && !fits(Math.max(a, b))).toBe(false);
      }),
    );
  });
});

describe("when a node hands everything back", () => {
  it("is a while before the end that Slurm has told, else before that of its own walltime", () => {
    const now = 1_800_000_000_000;
    expect(endOfTime({ endEarly: 30 }, now, undefined)).toBeNull();
    expect(endOfTime({ endEarly: 30 }, now, "soon")).toBeNull();
    expect(endOfTime({ walltime: 100, endEarly: 30 }, now, undefined)).toBe(now + 70_000);
    expect(endOfTime({ walltime: 100, endEarly: 30 }, now, "1800000050")).toBe(now + 20_000);
  });
});
