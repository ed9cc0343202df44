import type { CallKind, MarkerCounts, Tally } from "./call-kind.ts";
import { HETEROZYGOUS, MISSING, byFrequency } from "./call-states.ts";

const [ZERO, ONE, TWO, N] = [48, 49, 50, 78];

/** Counts bytes, and lets `read` say what the counts mean. */
function createByteTally(
  heterozygote: number | null,
  read: (of: (byte: number) => number) => MarkerCounts,
): Tally {
  const counts = new Uint32Array(256);
  const stateOf = new Uint32Array(256);
  stateOf[N] = MISSING;
  if (heterozygote !== null) stateOf[heterozygote] = HETEROZYGOUS;
  return {
    count(bytes, from, to, states, first) {
      let k = first;
      for (let at = from; at < to; at += 2, k++) {
        const byte = bytes[at] as number;
        counts[byte] = (counts[byte] as number) + 1;
        states[k] = (states[k] as number) + (stateOf[byte] as number);
      }
    },
    take() {
      const taken = read((byte) => counts[byte] ?? 0);
      counts.fill(0);
      return taken;
    },
  };
}

/** 0 and 2 are the homozygotes, 1 the heterozygote. */
export const codominantCalls: CallKind = {
  width: 1,
  createTally: () =>
    createByteTally(ONE, (of) => {
      const [zeros, heterozygous, twos] = [of(ZERO), of(ONE), of(TWO)];
      return {
        missing: of(N),
        half: 0,
        heterozygous,
        alleles: byFrequency([
          { name: "0", count: 2 * zeros + heterozygous },
          { name: "2", count: 2 * twos + heterozygous },
        ]),
        genotypes: { common: Math.max(zeros, twos), heterozygous, rare: Math.min(zeros, twos) },
      };
    }),
  identify: (bytes, at) => (bytes[at] === N ? 0 : (bytes[at] as number)),
  hasLetters: false,
  absent: { alleleFrequency: null, heterozygosity: null, hardyWeinberg: null },
};

const ONE_BAND = "A dominant marker does not tell one copy of an allele from two";

/** A band that is there, 1, or not, 0: the two states stand for the alleles. */
export const bandCalls: CallKind = {
  width: 1,
  createTally: () =>
    createByteTally(null, (of) => ({
      missing: of(N),
      half: 0,
      heterozygous: 0,
      alleles: byFrequency([
        { name: "0", count: of(ZERO) },
        { name: "1", count: of(ONE) },
      ]),
      genotypes: null,
    })),
  identify: (bytes, at) => (bytes[at] === N ? 0 : (bytes[at] as number)),
  hasLetters: false,
  absent: { alleleFrequency: ONE_BAND, heterozygosity: ONE_BAND, hardyWeinberg: ONE_BAND },
};
