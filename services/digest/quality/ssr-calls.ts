import type { CallKind, Tally } from "./call-kind.ts";
import { HALF, HETEROZYGOUS, MISSING, byFrequency } from "./call-states.ts";

const ZERO = 48;
const WIDTH = 8;
/** Sizes have four digits. */
const SIZES = 10_000;

function createSsrTally(): Tally {
  /** Counts of calls by their two sizes, `first * 10,000 + second`; a marker has few. */
  const calls = new Map<number, number>();
  return {
    count(bytes, from, to, states, first) {
      let k = first;
      for (let at = from; at < to; at += WIDTH + 1, k++) {
        let call = 0;
        for (let i = at; i < at + WIDTH; i++) call = call * 10 + (bytes[i] as number) - ZERO;
        calls.set(call, (calls.get(call) ?? 0) + 1);
        states[k] = (states[k] as number) + stateOf(Math.floor(call / SIZES), call % SIZES);
      }
    },
    take() {
      const alleles = new Map<number, number>();
      const counts = { missing: 0, half: 0, heterozygous: 0 };
      for (const [call, count] of calls) {
        const sizes = [Math.floor(call / SIZES), call % SIZES];
        for (const size of sizes) {
          if (size !== 0) alleles.set(size, (alleles.get(size) ?? 0) + count);
        }
        const state = stateOf(sizes[0] ?? 0, sizes[1] ?? 0);
        if (state === MISSING) counts.missing += count;
        else if (state === HALF) counts.half += count;
        else if (state === HETEROZYGOUS) counts.heterozygous += count;
      }
      calls.clear();
      return {
        ...counts,
        alleles: byFrequency(
          [...alleles].map(([size, count]) => ({
            name: String(size).padStart(4, "0"),
            count,
          })),
        ),
        genotypes: null,
      };
    },
  };
}

function stateOf(first: number, second: number): number {
  if (first === 0) return second === 0 ? MISSING : HALF;
  if (second === 0) return HALF;
  return first === second ? 0 : HETEROZYGOUS;
}

function sizeAt(bytes: Uint8Array, from: number): number {
  let size = 0;
  for (let i = from; i < from + WIDTH / 2; i++) size = size * 10 + (bytes[i] as number) - ZERO;
  return size;
}

/** Two allele sizes of four digits; 0000 is unknown. */
export const ssrCalls: CallKind = {
  width: WIDTH,
  createTally: createSsrTally,
  identify(bytes, at) {
    const [first, second] = [sizeAt(bytes, at), sizeAt(bytes, at + WIDTH / 2)];
    if (first === 0 || second === 0) return 0;
    return Math.min(first, second) * SIZES + Math.max(first, second);
  },
  hasLetters: false,
  absent: {
    alleleFrequency: null,
    heterozygosity: null,
    hardyWeinberg: "The exact test is of markers with two alleles; microsatellites have many",
  },
};
