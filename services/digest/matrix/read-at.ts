import { readSync } from "node:fs";

/**
 * Reads `length` bytes at `place` of a finished matrix file to `into[at, at + length)`.
 *
 * @throws where the file ends before; a system error where it cannot be read.
 */
export function readAt(
  file: number,
  into: Buffer,
  at: number,
  length: number,
  place: number,
): void {
  for (let done = 0; done < length;) {
    const count = readSync(file, into, at + done, length - done, place + done);
    if (count === 0) throw new Error("The converted matrix ended before its last row");
    done += count;
  }
}
