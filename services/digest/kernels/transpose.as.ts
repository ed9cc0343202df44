import { TAB } from "./memory.as";

/** Cells of a square that fits into the first-level cache, on both sides of the copy. */
const SQUARE: i32 = 32;

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
