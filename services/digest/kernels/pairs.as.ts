import { LEFT, LEFT_OF_LETTER, N, RIGHT, RIGHT_OF_LETTER, TAB, stop } from "./memory.as";

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
