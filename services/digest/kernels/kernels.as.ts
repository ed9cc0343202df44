/*
 * The hot loops of the matrix rules in AssemblyScript, with SIMD. Each converts cells of one row as long as they are
 * regular, and stops at the first that is not; what becomes of that one is decided in TypeScript, as is everything that
 * these loops do if they are missing. Memory is laid out by `kernels.ts`; up to 64 bytes beyond the input and 32 beyond the
 * output may be touched.
 */

const N: i32 = 78;
const TAB: i32 = 9;
const TWO: u64 = 2;
/** Cells of a square that fits into the first-level cache, on both sides of the copy. */
const SQUARE: i32 = 32;

// Tables of 256 bytes: the letters of a call, or of an allele, by the byte that stands for it; 0 where there is none.
const LEFT: i32 = 0;
const RIGHT: i32 = 256;
/** 32 bytes each: the same by the last five bits of a letter, for those that mean the same in both cases. */
const LEFT_OF_LETTER: i32 = 512;
const RIGHT_OF_LETTER: i32 = 544;
/** What is told beside the result: where the loop stopped, and of the calls that were converted how many are what. */
const STOPPED_AT: i32 = 576;
const MISSING: i32 = 580;
const HETEROZYGOUS: i32 = 584;
const LETTER_OF_DIGIT: i32 = 592;
const BYTE_OF_DIGIT: i32 = 608;
/** What is counted of the calls of a marker: 15 numbers. */
const MISSING_CALLS: i32 = 624;
const HALF_CALLS: i32 = 628;
const HETEROZYGOUS_CALLS: i32 = 632;
const OF_LETTER: i32 = 636;
const TWICE_LETTER: i32 = 660;
const LETTERS: i32 = 6;
/** Where cells begin, some of a row at a time: the first piece is small, since a row may be begun often. */
const CELLS: i32 = 1024;
const FEWEST_BYTES: i32 = 256;
const MOST_BYTES: i32 = 4096;
const ZERO: i32 = 48;
const DOT: i32 = 46;
/** Of genotypes: 1 where the byte may stand between two alleles, 2 where it may stand behind them. */
const AROUND: i32 = 256;

/**
 * Calls of one byte, `input[from, to)`, become two letters and a TAB.
 *
 * @param to where the line ends
 * @returns the end of the output
 */
export function pairs(from: i32, to: i32, delimiter: i32, output: i32): i32 {
  let at = from;
  let out = output;
  let missed: i32 = 0;
  let different: i32 = 0;
  const leftLow = v128.load(LEFT_OF_LETTER);
  const leftHigh = v128.load(LEFT_OF_LETTER + 16);
  const rightLow = v128.load(RIGHT_OF_LETTER);
  const rightHigh = v128.load(RIGHT_OF_LETTER + 16);
  const wanted = v128.or(i16x8.splat(<i16>(delimiter << 8)), i16x8.splat(0x40));
  const n = i16x8.splat(<i16>N);
  for (;;) {
    // Eight letters with a delimiter behind each.
    while (at + 16 <= to) {
      const cells = v128.load(at);
      const shape = v128.xor(v128.and(cells, i16x8.splat(<i16>0xffc0)), wanted);
      if (v128.any_true(shape)) break;
      const index = v128.and(cells, i16x8.splat(31));
      const beyond = i8x16.sub(index, i8x16.splat(16));
      const left = v128.and(
        v128.or(i8x16.swizzle(leftLow, index), i8x16.swizzle(leftHigh, beyond)),
        i16x8.splat(0xff),
      );
      if (!i16x8.all_true(left)) break;
      const right = v128.and(
        v128.or(i8x16.swizzle(rightLow, index), i8x16.swizzle(rightHigh, beyond)),
        i16x8.splat(0xff),
      );
      const same = i16x8.eq(left, right);
      const leftN = i16x8.eq(left, n);
      const known = v128.not(v128.or(leftN, i16x8.eq(right, n)));
      missed += popcnt(i16x8.bitmask(v128.and(same, leftN)));
      different += popcnt(i16x8.bitmask(v128.andnot(known, same)));
      const both = v128.or(left, i16x8.shl(right, 8));
      v128.store(
        out,
        v128.or(
          i8x16.swizzle(both, i8x16(0, 1, -1, 2, 3, -1, 4, 5, -1, 6, 7, -1, 8, 9, -1, 10)),
          i8x16(0, 0, 9, 0, 0, 9, 0, 0, 9, 0, 0, 9, 0, 0, 9, 0),
        ),
      );
      v128.store(
        out + 16,
        v128.or(
          i8x16.swizzle(
            both,
            i8x16(11, -1, 12, 13, -1, 14, 15, -1, -1, -1, -1, -1, -1, -1, -1, -1),
          ),
          i8x16(0, 9, 0, 0, 9, 0, 0, 9, 0, 0, 0, 0, 0, 0, 0, 0),
        ),
      );
      at += 16;
      out += 24;
    }
    // The rest of the row, and what is no letter, one by one.
    const code = <i32>load<u8>(at);
    const left = <i32>load<u8>(LEFT + code);
    const right = <i32>load<u8>(RIGHT + code);
    if (at >= to || left == 0 || (at + 1 < to && <i32>load<u8>(at + 1) != delimiter)) break;
    store<u16>(out, <u16>(left | (right << 8)));
    store<u8>(out + 2, <u8>TAB);
    missed += i32((left == N) & (right == N));
    different += i32((left != right) & (left != N) & (right != N));
    out += 3;
    if (at + 1 == to) {
      at = to + 1;
      break;
    }
    at += 2;
  }
  return stop(at, missed, different, out);
}

/**
 * Genotypes of two alleles, each the first field of its cell, `input[from, to)`, become two letters and a TAB. Where cells
 * begin is found for some of them first, so that four at a time can be converted and none waits for the one before it.
 *
 * @param to where the line ends; a delimiter must stand there
 * @returns the end of the output
 */
export function genotypes(from: i32, to: i32, delimiter: i32, output: i32): i32 {
  fillDigitTables();
  const letterOfDigit = v128.load(LETTER_OF_DIGIT);
  const byteOfDigit = v128.load(BYTE_OF_DIGIT);
  const wanted = i8x16.splat(<i8>delimiter);
  const alleles = i32x4.splat(0x00ff00ff);
  const slashAndColon = i32x4.splat(0x3a002f00);
  const pipeAndDelimiter = i32x4.splat((delimiter << 24) | 0x7c00);
  const ns = i32x4.splat((N << 16) | N);
  let missed = i32x4.splat(0);
  let different = i32x4.splat(0);
  let out = output;
  let block = from;
  let bytes = FEWEST_BYTES;
  // Cells that begin at CELLS[0, cells) are known to their ends, the next one begins at CELLS[cells].
  let cells = 0;
  store<i32>(CELLS, from);
  let isLast = false;
  while (!isLast) {
    const stopAt = min(block + bytes, to + 1);
    for (; block < stopAt; block += 64) {
      let ends: u64 =
        (<u64>i8x16.bitmask(i8x16.eq(v128.load(block), wanted))) |
        ((<u64>i8x16.bitmask(i8x16.eq(v128.load(block + 16), wanted))) << 16) |
        ((<u64>i8x16.bitmask(i8x16.eq(v128.load(block + 32), wanted))) << 32) |
        ((<u64>i8x16.bitmask(i8x16.eq(v128.load(block + 48), wanted))) << 48);
      if (to - block < 63) ends &= (TWO << ((to - block) as u64)) - 1;
      let place = CELLS + 4 + (cells << 2);
      cells += <i32>popcnt(ends);
      // Six without a question, most of which are right; what is too much is overwritten.
      do {
        for (let i = 0; i < 24; i += 4) {
          store<i32>(place + i, block + <i32>ctz(ends) + 1);
          ends &= ends - 1;
        }
        place += 24;
      } while (ends != 0);
    }
    isLast = block > to;
    let cell = CELLS;
    const end = CELLS + (cells << 2);
    for (;;) {
      if (cell + 16 <= end) {
        let calls = v128.load32_zero(load<i32>(cell));
        calls = v128.load32_lane(load<i32>(cell + 4), calls, 1);
        calls = v128.load32_lane(load<i32>(cell + 8), calls, 2);
        calls = v128.load32_lane(load<i32>(cell + 12), calls, 3);
        const digits = v128.and(calls, i8x16.splat(15));
        const known = i8x16.swizzle(byteOfDigit, digits);
        const good = v128.or(
          i8x16.eq(calls, v128.bitselect(known, slashAndColon, alleles)),
          i8x16.eq(calls, v128.bitselect(known, pipeAndDelimiter, alleles)),
        );
        if (i8x16.all_true(good)) {
          const letters = v128.and(i8x16.swizzle(letterOfDigit, digits), alleles);
          const isN = i16x8.eq(letters, ns);
          const someN = i32x4.ne(isN, i32x4.splat(0));
          const allN = i32x4.eq(isN, i32x4.splat(-1));
          const swapped = i16x8.shuffle(letters, letters, 1, 0, 3, 2, 5, 4, 7, 6);
          missed = i32x4.sub(missed, allN);
          different = i32x4.add(different, v128.or(i32x4.eq(letters, swapped), someN));
          v128.store(
            out,
            v128.or(
              i8x16.swizzle(
                letters,
                i8x16(0, 2, -1, 4, 6, -1, 8, 10, -1, 12, 14, -1, -1, -1, -1, -1),
              ),
              i8x16(0, 0, 9, 0, 0, 9, 0, 0, 9, 0, 0, 9, 0, 0, 0, 0),
            ),
          );
          // Counted above are those that are not.
          different = i32x4.add(different, i32x4.splat(1));
          out += 12;
          cell += 16;
          continue;
        }
      } else if (!isLast || cell == end) {
        break;
      }
      const at = load<i32>(cell);
      const call = load<u32>(at);
      const left = <i32>load<u8>(LEFT + (call & 0xff));
      const right = <i32>load<u8>(LEFT + ((call >> 16) & 0xff));
      const between = <i32>load<u8>(AROUND + ((call >> 8) & 0xff));
      const behind = <i32>load<u8>(AROUND + (call >> 24));
      if (i32(left == 0) | i32(right == 0) | (((between & 1) | (behind & 2)) ^ 3)) {
        return stop(at, sum(missed), sum(different), out);
      }
      store<u32>(out, <u32>(left | (right << 8) | (TAB << 16)));
      missed = i32x4.add(missed, one(i32(left == N) & i32(right == N)));
      different = i32x4.add(different, one(i32(left != right) & i32(left != N) & i32(right != N)));
      out += 3;
      cell += 4;
    }
    // Up to three cells wait for others to be converted with.
    cells = (end - cell) >> 2;
    v128.store(CELLS, v128.load(cell));
    bytes = min(2 * bytes, MOST_BYTES);
  }
  return stop(to + 1, sum(missed), sum(different), out);
}

/** The tables of a genotype's alleles once more, by the last four bits of the byte, which are different for all of them. */
function fillDigitTables(): void {
  for (let digit = 0; digit < 16; digit++) {
    const byte = digit == 14 ? DOT : ZERO + digit;
    const letter = load<u8>(LEFT + byte);
    store<u8>(LETTER_OF_DIGIT + digit, letter);
    // What stands for a byte that is none does not have these four bits.
    store<u8>(BYTE_OF_DIGIT + digit, letter == 0 ? <u8>(digit ^ 1) : <u8>byte);
  }
}

function one(count: i32): v128 {
  return i32x4.replace_lane(i32x4.splat(0), 0, count);
}

function sum(counts: v128): i32 {
  return (
    i32x4.extract_lane(counts, 0) +
    i32x4.extract_lane(counts, 1) +
    i32x4.extract_lane(counts, 2) +
    i32x4.extract_lane(counts, 3)
  );
}

/**
 * Calls of two letters, `input[from, to)`, become two letters and a TAB.
 *
 * @param to where the line ends; a delimiter must stand there
 * @returns the end of the output
 */
export function twoLetters(from: i32, to: i32, delimiter: i32, output: i32): i32 {
  let at = from;
  let out = output;
  let missed: i32 = 0;
  let different: i32 = 0;
  const low = v128.load(LEFT_OF_LETTER);
  const high = v128.load(LEFT_OF_LETTER + 16);
  const n = i8x16.splat(<i8>N);
  const ends = i8x16.splat(<i8>delimiter);
  const tabs = i8x16.splat(<i8>TAB);
  const thirds = i8x16(0, 0, -1, 0, 0, -1, 0, 0, -1, 0, 0, -1, 0, 0, -1, 0);
  for (;;) {
    // Five calls at a time; what stands in the sixteenth byte is looked at again.
    while (at + 16 <= to) {
      const cells = v128.load(at);
      const index = v128.and(cells, i8x16.splat(31));
      // Letters that stand for themselves.
      const letters = v128.or(
        i8x16.swizzle(low, index),
        i8x16.swizzle(high, i8x16.sub(index, i8x16.splat(16))),
      );
      const wanted = v128.bitselect(ends, letters, thirds);
      if ((i8x16.bitmask(i8x16.eq(cells, wanted)) & 0x7fff) != 0x7fff) break;
      const next = i8x16.shuffle(
        cells,
        cells,
        1,
        2,
        3,
        4,
        5,
        6,
        7,
        8,
        9,
        10,
        11,
        12,
        13,
        14,
        15,
        0,
      );
      const same = i8x16.eq(cells, next);
      const leftN = i8x16.eq(cells, n);
      const someN = v128.or(leftN, i8x16.eq(next, n));
      missed += popcnt(i8x16.bitmask(v128.and(same, leftN)) & 0x1249);
      different += popcnt(i8x16.bitmask(v128.not(v128.or(same, someN))) & 0x1249);
      v128.store(out, v128.bitselect(tabs, cells, thirds));
      at += 15;
      out += 15;
    }
    const left = <i32>load<u8>(LEFT + <i32>load<u8>(at));
    const right = <i32>load<u8>(LEFT + <i32>load<u8>(at + 1));
    if (at + 2 > to || left == 0 || right == 0 || <i32>load<u8>(at + 2) != delimiter) break;
    store<u32>(out, <u32>(left | (right << 8) | (TAB << 16)));
    missed += i32(left == N) & i32(right == N);
    different += i32(left != right) & i32(left != N) & i32(right != N);
    at += 3;
    out += 3;
  }
  return stop(at, missed, different, out);
}

/**
 * Transposes `height` rows of `width` cells of three bytes each, square by square. The last byte of each cell becomes a TAB.
 */
export function transpose(input: i32, output: i32, height: i32, width: i32): void {
  const rowBytes = width * 3;
  for (let top = 0; top < height; top += SQUARE) {
    const bottom = min(height, top + SQUARE);
    for (let left = 0; left < width; left += SQUARE) {
      const right = min(width, left + SQUARE);
      for (let column = left; column < right; column++) {
        let out = output + (column * height + top) * 3;
        let at = input + top * rowBytes + column * 3;
        for (let row = top; row < bottom; row++) {
          store<u16>(out, load<u16>(at));
          store<u8>(out + 2, <u8>TAB);
          out += 3;
          at += rowBytes;
        }
      }
    }
  }
}

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

function stop(at: i32, missed: i32, different: i32, out: i32): i32 {
  store<i32>(STOPPED_AT, at);
  store<i32>(MISSING, missed);
  store<i32>(HETEROZYGOUS, different);
  return out;
}
