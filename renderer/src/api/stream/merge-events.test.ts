import * as fc from "fast-check";
import { expect, it } from "vitest";
import { eventOf } from "../../testing/wire.ts";
import { mergeEvents } from "./merge-events.ts";

it("has every event once and in order, whatever overlaps", () => {
  const numbers = fc
    .uniqueArray(fc.integer({ min: 1, max: 60 }))
    .map((all) => all.toSorted((a, b) => a - b));
  fc.assert(
    fc.property(numbers, numbers, (before, after) => {
      const merged = mergeEvents(
        before.map((seq) => eventOf(seq)),
        after.map((seq) => eventOf(seq)),
      );
      const expected = [...new Set([...before, ...after])].toSorted((a, b) => a - b);
      expect(merged.map((event) => event.seq)).toEqual(expected);
    }),
  );
});
