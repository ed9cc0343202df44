import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  addToSum,
  createFingerprintSet,
  equalSums,
  resetHash,
  updateHash,
  type Hash,
  type ListSum,
} from "./fingerprint.ts";

function hashOf(value: string): Hash {
  const hash = { low: 0, high: 0 };
  const bytes = Buffer.from(value);
  resetHash(hash);
  updateHash(hash, bytes, 0, bytes.length);
  return hash;
}

function sumOf(values: readonly string[]): ListSum {
  const sum = { count: 0, low: 0, high: 0 };
  for (const value of values) addToSum(sum, hashOf(value));
  return sum;
}

const pair = (first: string, second: string): Hash => {
  const hash = { low: 0, high: 0 };
  resetHash(hash);
  for (const value of [first, second]) {
    updateHash(hash, Buffer.from(value), 0, Buffer.byteLength(value));
  }
  return hash;
};

describe("fingerprints", () => {
  it("tell which values are there already, like a set of strings", () => {
    fc.assert(
      fc.property(fc.array(fc.string({ maxLength: 3 })), (values) => {
        const ours = createFingerprintSet();
        const theirs = new Set<string>();
        for (const value of values) {
          const { low, high } = hashOf(value);
          expect(ours.add(low, high)).toBe(!theirs.has(value));
          theirs.add(value);
        }
        expect(ours.size).toBe(theirs.size);
      }),
    );
  });

  it("do not collide for names that differ in a digit", () => {
    const set = createFingerprintSet();
    for (let i = 0; i < 200_000; i++) {
      const { low, high } = hashOf(`marker_${i}`);
      set.add(low, high);
    }
    expect(set.size).toBe(200_000);
  });

  it("sum to the same in any order, and to something else for other values", () => {
    const names = ["a", "b", "b", "c"];
    expect(equalSums(sumOf(names), sumOf(names.toReversed()))).toBe(true);
    expect(equalSums(sumOf(names), sumOf(["a", "b", "c", "c"]))).toBe(false);
    expect(equalSums(sumOf(names), sumOf(["a", "b", "c"]))).toBe(false);
  });

  it("keep apart where one value ends and the next begins", () => {
    expect(pair("ab", "c")).not.toEqual(pair("a", "bc"));
  });
});
