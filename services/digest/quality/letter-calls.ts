import type { PairCounter } from "../kernels/kernels.ts";
import type { CallKind, MarkerCounts, Tally } from "./call-kind.ts";
import {
  CALLED,
  HALF,
  HETEROZYGOUS,
  MISSING,
  byFrequency,
  compareFrequency,
} from "./call-states.ts";

/** The last five bits of A, C, G, T, +, - and N are all different, so five bits tell a letter. */
const code = (letter: string): number => letter.charCodeAt(0) & 31;
const N = code("N");
const LETTERS = ["A", "C", "G", "T", "+", "-"];
const CODES = LETTERS.map(code);
/** Every pair that there can be. */
const PAIRS = [...CODES, N].flatMap((left) => [...CODES, N].map((right) => (left << 5) | right));

function stateOfPair(left: number, right: number): number {
  if (left === N) return right === N ? MISSING : HALF;
  if (right === N) return HALF;
  return left === right ? CALLED : HETEROZYGOUS;
}

/** By the ten bits of a pair. */
const PAIR_STATES = Uint32Array.from({ length: 1024 }, (_, pair) =>
  stateOfPair(pair >> 5, pair & 31),
);

/** What a counter has counted, see `PairCounter`. */
const COUNTS = 15;
const OF_LETTER = 3;
const TWICE_LETTER = OF_LETTER + CODES.length;

function createPairTally(counter: PairCounter | null): Tally {
  const counted = new Float64Array(COUNTS);
  const countedAt = (k: number): number => counted[k] as number;
  let isTableUsed = false;
  /** Counts of pairs; two, since adding to the same place twice in a row makes the second addition wait. */
  const even = new Uint32Array(1024);
  const odd = new Uint32Array(1024);
  const of = (left: number, right: number): number => {
    if (!isTableUsed) return 0;
    const pair = (left << 5) | right;
    return (even[pair] as number) + (odd[pair] as number);
  };
  return {
    count(bytes, from, to, states, first) {
      if (counter !== null && states === counter.states) {
        counter.count(bytes, from, to, first);
        const { counts } = counter;
        for (let i = 0; i < COUNTS; i++) {
          counted[i] = countedAt(i) + (counts[i] as number);
          counts[i] = 0;
        }
        return;
      }
      isTableUsed = true;
      let k = first;
      let at = from;
      for (const last = to - 5; at < last; at += 6, k += 2) {
        const one = (((bytes[at] as number) & 31) << 5) | ((bytes[at + 1] as number) & 31);
        const two = (((bytes[at + 3] as number) & 31) << 5) | ((bytes[at + 4] as number) & 31);
        even[one] = (even[one] as number) + 1;
        odd[two] = (odd[two] as number) + 1;
        states[k] = (states[k] as number) + (PAIR_STATES[one] as number);
        states[k + 1] = (states[k + 1] as number) + (PAIR_STATES[two] as number);
      }
      for (; at < to; at += 3, k++) {
        const one = (((bytes[at] as number) & 31) << 5) | ((bytes[at + 1] as number) & 31);
        even[one] = (even[one] as number) + 1;
        states[k] = (states[k] as number) + (PAIR_STATES[one] as number);
      }
    },
    // Once for each marker, of which there may be millions with few calls: hence no lists but those that are handed out.
    take() {
      let half = countedAt(1);
      let heterozygous = countedAt(2);
      const alleles: LetterCount[] = [];
      const others = isTableUsed ? CODES.length : 0;
      for (let i = 0; i < CODES.length; i++) {
        const letter = CODES[i] as number;
        const halfKnown = of(letter, N) + of(N, letter);
        half += halfKnown;
        let count = countedAt(OF_LETTER + i) + 2 * of(letter, letter) + halfKnown;
        for (let j = 0; j < others; j++) {
          if (i === j) continue;
          const other = CODES[j] as number;
          const calls = of(letter, other) + of(other, letter);
          count += calls;
          if (i < j) heterozygous += calls;
        }
        const twice = countedAt(TWICE_LETTER + i) + of(letter, letter);
        if (count > 0) alleles.push({ name: LETTERS[i] as string, twice, count });
      }
      if (alleles.length > 1) alleles.sort(compareFrequency);
      const [common, rare, third] = alleles;
      const taken: MarkerCounts = {
        missing: countedAt(0) + of(N, N),
        half,
        heterozygous,
        alleles,
        genotypes:
          common === undefined || third !== undefined
            ? null
            : {
                common: common.twice,
                heterozygous,
                rare: rare?.twice ?? 0,
              },
      };
      counted.fill(0);
      if (isTableUsed) {
        for (const pair of PAIRS) {
          even[pair] = 0;
          odd[pair] = 0;
        }
      }
      isTableUsed = false;
      return taken;
    },
  };
}

interface LetterCount {
  readonly name: string;
  /** Calls that are twice this letter. */
  readonly twice: number;
  readonly count: number;
}

/** Two letters of A, C, G, T, + and -; N is an unknown allele. */
export const pairCalls: CallKind = {
  width: 2,
  createTally: createPairTally,
  identify(bytes, at) {
    const [left, right] = [(bytes[at] as number) & 31, (bytes[at + 1] as number) & 31];
    if (left === N || right === N) return 0;
    return left < right ? (left << 5) | right : (right << 5) | left;
  },
  hasLetters: true,
  absent: { alleleFrequency: null, heterozygosity: null, hardyWeinberg: null },
};

const PLOIDY = 4;

function createTetraploidTally(): Tally {
  const letters = new Uint32Array(32);
  let missing = 0;
  let half = 0;
  let heterozygous = 0;
  return {
    count(bytes, from, to, states, first) {
      let k = first;
      for (let at = from; at < to; at += PLOIDY + 1, k++) {
        let unknown = 0;
        let different = false;
        for (let i = at; i < at + PLOIDY; i++) {
          const letter = (bytes[i] as number) & 31;
          letters[letter] = (letters[letter] as number) + 1;
          if (letter === N) unknown++;
          if (bytes[i] !== bytes[at]) different = true;
        }
        if (unknown === PLOIDY) {
          missing++;
          states[k] = (states[k] as number) + MISSING;
        } else if (unknown > 0) {
          half++;
          states[k] = (states[k] as number) + HALF;
        } else if (different) {
          heterozygous++;
          states[k] = (states[k] as number) + HETEROZYGOUS;
        }
      }
    },
    take() {
      const alleles = byFrequency(
        LETTERS.map((name) => ({ name, count: letters[code(name)] ?? 0 })),
      );
      const taken: MarkerCounts = { missing, half, heterozygous, alleles, genotypes: null };
      letters.fill(0);
      missing = 0;
      half = 0;
      heterozygous = 0;
      return taken;
    },
  };
}

/** Four letters of a tetraploid. */
export const tetraploidCalls: CallKind = {
  width: PLOIDY,
  createTally: createTetraploidTally,
  identify(bytes, at) {
    // Each letter is counted in three bits of its own, so the order does not matter.
    let id = 0;
    for (let i = at; i < at + PLOIDY; i++) {
      const place = CODES.indexOf((bytes[i] as number) & 31);
      if (place === -1) return 0;
      id += 8 ** place;
    }
    return id;
  },
  hasLetters: true,
  absent: {
    alleleFrequency: null,
    heterozygosity: null,
    hardyWeinberg: "The exact test is of diploid calls; these have four alleles each",
  },
};
