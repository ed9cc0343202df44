import { AROUND, BYTE_OF_DIGIT, CELLS, LEFT, LETTER_OF_DIGIT, N, TAB, stop } from "./memory.as";

const TWO: u64 = 2;
/** Bytes of a row whose cells are looked for at a time: the first piece is small, since a row may be begun often. */
const FEWEST_BYTES: i32 = 256;
const MOST_BYTES: i32 = 4096;
const ZERO: i32 = 48;
const DOT: i32 = 46;

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
