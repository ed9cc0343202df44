import { LEFT, LEFT_OF_LETTER, N, TAB, stop } from "./memory.as";

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
