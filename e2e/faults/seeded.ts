import { uniformInt } from "pure-rand/distribution/uniformInt";
import { xoroshiro128plus } from "pure-rand/generator/xoroshiro128plus";

/** Choices that are the same for the same seed. */
export interface Seeded {
  /** A whole number from `low` to `high`, both included. */
  readonly between: (low: number, high: number) => number;
  /** True so many times in a hundred. */
  readonly chance: (percent: number) => boolean;
  readonly pick: <T>(list: readonly T[]) => T;
  /** Each as often as its weight says. */
  readonly weighted: <T>(list: ReadonlyArray<readonly [weight: number, value: T]>) => T;
}

/** @param stream keeps kinds of choices apart, so that more of the one do not change the other. */
export function seeded(seed: number, stream: number): Seeded {
  const generator = xoroshiro128plus(seed * 1_000_003 + stream);
  const between = (low: number, high: number): number =>
    uniformInt(generator, Math.round(low), Math.round(high));
  const pick = <T>(list: readonly T[]): T => {
    const one = list[between(0, list.length - 1)];
    if (one === undefined) throw new Error("there is nothing to pick from");
    return one;
  };
  return {
    between,
    pick,
    chance: (percent) => between(1, 100) <= percent,
    weighted: (list) => {
      let left = between(
        1,
        list.reduce((sum, [weight]) => sum + weight, 0),
      );
      const found = list.find(([weight]) => (left -= weight) <= 0);
      return (found ?? pick(list))[1];
    },
  };
}
