import { closeSync, openSync, readSync } from "node:fs";

/** A row of a digest file, `bytes[from, to)`. The object is reused from row to row. */
export interface Row {
  bytes: Buffer;
  from: number;
  to: number;
}

const CHUNK_BYTES = 1 << 18;
const LF = 10;

/**
 * The rows of a digest file, all of which end with LF.
 *
 * @param skip rows to leave out at its beginning: 1 for the header.
 * @throws a system error where it cannot be read.
 */
export function* readRows(path: string, skip: number): Generator<Row> {
  const file = openSync(path, "r");
  try {
    const row: Row = { bytes: Buffer.allocUnsafe(CHUNK_BYTES), from: 0, to: 0 };
    let filled = 0;
    let number = 0;
    for (;;) {
      if (filled === row.bytes.length) {
        row.bytes = Buffer.concat([row.bytes], 2 * row.bytes.length);
      }
      const count = readSync(file, row.bytes, filled, row.bytes.length - filled, null);
      if (count === 0) return;
      filled += count;
      const { bytes } = row;
      let begin = 0;
      for (;;) {
        const end = bytes.indexOf(LF, begin);
        if (end === -1 || end >= filled) break;
        if (number++ >= skip) {
          row.from = begin;
          row.to = end;
          yield row;
        }
        begin = end + 1;
      }
      bytes.copyWithin(0, begin, filled);
      filled -= begin;
    }
  } finally {
    closeSync(file);
  }
}
