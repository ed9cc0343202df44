import {
  HALF_CALLS,
  HETEROZYGOUS_CALLS,
  MISSING_CALLS,
  N,
  OF_LETTER,
  TWICE_LETTER,
} from "./memory.as";

const LETTERS: i32 = 6;

/**
 * Counts converted calls of two letters, `input[from, to)`, each with one byte behind it: adds to the counts of missing,
 * half-missing and heterozygous calls, of each letter, and of the calls that are twice that letter; and to the state of each
 * sample, from `states` on.
 */
export function countPairs(from: i32, to: i32, states: i32): void {
  let at = from;
  let state = states;
  const n = i8x16.splat(<i8>N);
  const zero = i8x16.splat(0);
  for (; at + 48 <= to; at += 48) {
    const one = v128.load(at);
    const two = v128.load(at + 16);
    const three = v128.load(at + 32);
    const left = v128.or(
      v128.or(
        i8x16.swizzle(one, i8x16(0, 3, 6, 9, 12, 15, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1)),
        i8x16.swizzle(two, i8x16(-1, -1, -1, -1, -1, -1, 2, 5, 8, 11, 14, -1, -1, -1, -1, -1)),
      ),
      i8x16.swizzle(three, i8x16(-1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, 1, 4, 7, 10, 13)),
    );
    const right = v128.or(
      v128.or(
        i8x16.swizzle(one, i8x16(1, 4, 7, 10, 13, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1)),
        i8x16.swizzle(two, i8x16(-1, -1, -1, -1, -1, 0, 3, 6, 9, 12, 15, -1, -1, -1, -1, -1)),
      ),
      i8x16.swizzle(three, i8x16(-1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, 2, 5, 8, 11, 14)),
    );
    const leftN = i8x16.eq(left, n);
    const rightN = i8x16.eq(right, n);
    const missing = v128.and(leftN, rightN);
    const half = v128.xor(leftN, rightN);
    const different = v128.not(v128.or(i8x16.eq(left, right), v128.or(leftN, rightN)));
    count(MISSING_CALLS, popcnt(i8x16.bitmask(missing)));
    count(HALF_CALLS, popcnt(i8x16.bitmask(half)));
    count(HETEROZYGOUS_CALLS, popcnt(i8x16.bitmask(different)));
    for (let k = 0; k < LETTERS; k++) {
      const letter = i8x16.splat(<i8>letterOf(k));
      const isLeft = i8x16.eq(left, letter);
      const isRight = i8x16.eq(right, letter);
      if (!v128.any_true(v128.or(isLeft, isRight))) continue;
      const both = popcnt(i8x16.bitmask(v128.and(isLeft, isRight)));
      const some = popcnt(i8x16.bitmask(v128.or(isLeft, isRight)));
      count(OF_LETTER + (k << 2), both + some);
      count(TWICE_LETTER + (k << 2), both);
    }
    // A state is three counts of ten bits: here its first three bytes, each with the lowest bit of one of the counts.
    const missingBit = v128.and(missing, i8x16.splat(1));
    const halfBit = v128.and(half, i8x16.splat(4));
    const differentBit = v128.and(different, i8x16.splat(16));
    const lowPairs = lowBytes(missingBit, halfBit);
    const highPairs = highBytes(missingBit, halfBit);
    const lowOthers = lowBytes(differentBit, zero);
    const highOthers = highBytes(differentBit, zero);
    add(state, i16x8.shuffle(lowPairs, lowOthers, 0, 8, 1, 9, 2, 10, 3, 11));
    add(state + 16, i16x8.shuffle(lowPairs, lowOthers, 4, 12, 5, 13, 6, 14, 7, 15));
    add(state + 32, i16x8.shuffle(highPairs, highOthers, 0, 8, 1, 9, 2, 10, 3, 11));
    add(state + 48, i16x8.shuffle(highPairs, highOthers, 4, 12, 5, 13, 6, 14, 7, 15));
    state += 64;
  }
  for (; at < to; at += 3) {
    const left = <i32>load<u8>(at);
    const right = <i32>load<u8>(at + 1);
    const missing = i32(left == N) & i32(right == N);
    const half = i32(left == N) ^ i32(right == N);
    const different = i32(left != right) & i32(left != N) & i32(right != N);
    count(MISSING_CALLS, missing);
    count(HALF_CALLS, half);
    count(HETEROZYGOUS_CALLS, different);
    for (let k = 0; k < LETTERS; k++) {
      const letter = letterOf(k);
      count(OF_LETTER + (k << 2), i32(left == letter) + i32(right == letter));
      count(TWICE_LETTER + (k << 2), i32(left == letter) & i32(right == letter));
    }
    store<i32>(state, load<i32>(state) + (missing | (half << 10) | (different << 20)));
    state += 4;
  }
}

/** A, C, G, T, + and -. */
function letterOf(k: i32): i32 {
  return <i32>(((<u64>0x2d2b54474341) >> ((<u64>k) << 3)) & 0xff);
}

function count(place: i32, calls: i32): void {
  store<i32>(place, load<i32>(place) + calls);
}

/** The first eight bytes of each, by turns. */
function lowBytes(a: v128, b: v128): v128 {
  return i8x16.shuffle(a, b, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23);
}

/** The last eight bytes of each, by turns. */
function highBytes(a: v128, b: v128): v128 {
  return i8x16.shuffle(a, b, 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31);
}

function add(place: i32, states: v128): void {
  v128.store(place, i32x4.add(v128.load(place), states));
}
