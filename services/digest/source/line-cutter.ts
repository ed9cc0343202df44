import type { LineBlock } from "./line-block.ts";

/** Room for a small file. */
const SMALL_BYTES = 1 << 14;

/** Longer lines are taken for a sign of a file that is not text. */
export const LONGEST_LINE_BYTES = 64 << 20;

const LF = 10;
const CR = 13;

interface Fault {
  readonly message: string;
  readonly line: number;
}

export interface LineCutter {
  /** Where a chunk may be put before it is pushed, so that it need not be copied. Valid until then. */
  room(length: number): Buffer;
  push(chunk: Buffer): Fault | null;
  /** The line, from 1, of a byte of the chunk that is pushed next. */
  lineOf(chunk: Uint8Array, offset: number): number;
  end(): void;
}

/** Cuts a sequence of chunks into blocks of whole lines; where the chunks are cut makes no difference to the lines. */
export function createLineCutter(
  onBlock: (block: LineBlock) => void,
  // Small files are many, and it grows with the first chunk of a large one.
  first: Buffer = Buffer.allocUnsafe(SMALL_BYTES),
): LineCutter {
  let buffer = first;
  let starts = new Int32Array(1024);
  let filled = 0;
  let row = 0;
  let endedWithCr = false;
  let bom = 0;

  /** Hands on `buffer[0, end)`, which ends with an LF, and keeps the rest. */
  const emit = (end: number): void => {
    let count = 0;
    for (let at = 0; at < end; count++) {
      if (count + 1 >= starts.length) {
        const grown = new Int32Array(starts.length * 2);
        grown.set(starts);
        starts = grown;
      }
      starts[count] = at;
      at = buffer.indexOf(LF, at) + 1;
    }
    starts[count] = end;
    onBlock({ bytes: buffer, starts, count, firstRow: row });
    row += count;
    buffer.copyWithin(0, end, filled);
    filled -= end;
  };

  const lineOf = (chunk: Uint8Array, offset: number): number =>
    row + 1 + countLineEnds(buffer, filled, false) + countLineEnds(chunk, offset, endedWithCr);

  const room = (length: number): Buffer => {
    // For the beginning of a byte order mark, too.
    const needed = filled + BOM.length + length;
    if (needed > buffer.length) {
      const grown = Buffer.allocUnsafe(2 * needed);
      buffer.copy(grown, 0, 0, filled);
      buffer = grown;
    }
    return buffer.subarray(filled, filled + length);
  };

  /** What of a chunk is text: all but a byte order mark at the beginning of the file. */
  const withoutMark = (chunk: Buffer): Buffer => {
    let from = 0;
    for (; bom < BOM.length && from < chunk.length; from++) {
      if (chunk[from] !== BOM[bom]) {
        // Not a mark after all: what looked like its beginning is text. The chunk may lie where that goes.
        const length = chunk.length - from;
        buffer.set(chunk.subarray(from), bom);
        buffer.set(BOM.subarray(0, bom), 0);
        filled = bom;
        bom = BOM.length;
        return buffer.subarray(filled, filled + length);
      }
      bom++;
    }
    return from === 0 ? chunk : chunk.subarray(from);
  };

  const push = (chunk: Buffer): Fault | null => {
    if (filled > LONGEST_LINE_BYTES) {
      return {
        message: `The line is longer than ${LONGEST_LINE_BYTES >> 20} MiB; expected a text file with ended lines`,
        line: row + 1,
      };
    }
    room(chunk.length);
    const text = withoutMark(chunk);
    const nul = text.indexOf(0);
    if (nul >= 0) {
      return {
        message:
          "The line contains a NUL byte; expected a text file " +
          "(save a spreadsheet, or UTF-16 without a byte order mark, as tab-separated text in UTF-8)",
        line: lineOf(text, nul),
      };
    }
    // Before it is moved, since it may overlap the place where it goes.
    const hasCr = text.includes(CR);
    const isThere = text.buffer === buffer.buffer && text.byteOffset === buffer.byteOffset + filled;
    if (!isThere) buffer.set(text, filled);
    const end = filled + text.length;
    if (endedWithCr || hasCr) {
      const lastByte = buffer[end - 1];
      filled = joinLineEnds(buffer, filled, end, endedWithCr);
      if (text.length > 0) endedWithCr = lastByte === CR;
    } else {
      filled = end;
    }
    const cut = lastLineEnd(buffer, filled);
    if (cut > 0) emit(cut);
    return null;
  };

  const end = (): void => {
    if (bom < 3 && bom > 0) {
      buffer.set(BOM.subarray(0, bom), 0);
      filled = bom;
    }
    while (filled > 0 && buffer[filled - 1] === LF) filled--;
    if (filled === 0) return;
    if (filled === buffer.length) buffer = Buffer.concat([buffer, Buffer.alloc(1)]);
    buffer[filled++] = LF;
    emit(filled);
  };

  return { room, push, lineOf, end };
}

const BOM = Uint8Array.of(0xef, 0xbb, 0xbf);

/** Line ends of any kind in `bytes[0, to)`; `afterCr`: as in `joinLineEnds`. */
function countLineEnds(bytes: Uint8Array, to: number, afterCr: boolean): number {
  let ends = 0;
  let previousCr = afterCr;
  for (let at = 0; at < to; at++) {
    const byte = bytes[at];
    if (byte === CR || (byte === LF && !previousCr)) ends++;
    previousCr = byte === CR;
  }
  return ends;
}

/**
 * Makes each CRLF and CR in `bytes[from, to)` one LF, in place.
 *
 * @param afterCr whether the byte before `from` was a CR, so that an LF at `from` belongs to it.
 * @returns the new end.
 */
function joinLineEnds(bytes: Uint8Array, from: number, to: number, afterCr: boolean): number {
  let out = from;
  let previousCr = afterCr;
  for (let at = from; at < to; at++) {
    const byte = bytes[at] ?? 0;
    if (byte === LF && previousCr) {
      previousCr = false;
      continue;
    }
    previousCr = byte === CR;
    bytes[out++] = previousCr ? LF : byte;
  }
  return out;
}

/**
 * The end of the last whole line in `bytes[0, to)` that is not blank: blank lines wait for text, since at the end of the
 * file they do not count. 0 where there is none.
 */
function lastLineEnd(bytes: Buffer, to: number): number {
  let at = to === 0 ? -1 : bytes.lastIndexOf(LF, to - 1);
  while (at > 0 && bytes[at - 1] === LF) at--;
  return at <= 0 ? 0 : at + 1;
}
