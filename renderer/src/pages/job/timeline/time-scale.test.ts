import * as fc from "fast-check";
import { expect, it } from "vitest";
import { timeScale } from "./time-scale.ts";

it("keeps the order of times, from the left end to the right one", () => {
  const gaps = fc.array(fc.tuple(fc.nat(100_000), fc.nat(5000)), { minLength: 1, maxLength: 5 });
  fc.assert(
    fc.property(gaps, fc.nat(100_000), (lengths, rest) => {
      let at = 0;
      const work = lengths.map(([wait, run]) => {
        const from = at + wait;
        at = from + run;
        return { from, to: at };
      });
      const scale = timeScale({ from: 0, to: at + rest }, work);
      const shares = [0, ...work.flatMap(({ from, to }) => [from, to]), at + rest].map((time) =>
        scale.shareOf(time),
      );
      expect(shares).toEqual(shares.toSorted((a, b) => a - b));
      expect(shares[0]).toBe(0);
      expect(shares.at(-1)).toBeCloseTo(at + rest > 0 ? 1 : 0);
    }),
  );
});

it("draws a wait of days short, so that seconds of work are seen", () => {
  const day = 86_400_000;
  const work = [
    { from: 1000, to: 6000 },
    { from: 2 * day, to: 2 * day + 5000 },
  ];
  const { shareOf, breaks } = timeScale({ from: 0, to: 2 * day + 5000 }, work);
  expect(breaks).toEqual([{ from: 6000, to: 2 * day }]);
  expect(shareOf(6000) - shareOf(1000)).toBeGreaterThan(0.4);
  expect(1 - shareOf(2 * day)).toBeGreaterThan(0.4);
});
