import { closeSync, openSync, writeSync } from "node:fs";

/** Bytes in memory that grow: whoever writes asks for room, puts bytes at `bytes[at]` and moves `at`. */
export interface ByteBuffer {
  bytes: Buffer;
  at: number;
  /** Makes sure that `bytes` reaches at least `count` bytes beyond `at`. May replace `bytes`. */
  room(count: number): void;
}

/**
 * A file that is written in large pieces. What lies before the last `commit` may be on disk, what lies behind it can still
 * be taken back by moving `at`.
 */
export interface ByteSink extends ByteBuffer {
  /** Says that all up to `at` is final. May move `at`. */
  commit(): void;
  /** Writes what is left and closes the file; safe to call again. */
  close(): void;
}

/** What is written stays in the cache of the processor until then. */
const WRITE_BYTES = 1 << 18;
/** Many tables are small; for a large one it grows. */
const FIRST_BYTES = 1 << 14;

/** @param first where bytes are put, as long as they find room there. */
export function createByteBuffer(first: Buffer): ByteBuffer {
  const buffer: ByteBuffer = {
    bytes: first,
    at: 0,
    room(count) {
      if (buffer.at + count <= buffer.bytes.length) return;
      const grown = Buffer.allocUnsafe(2 * (buffer.at + count));
      buffer.bytes.copy(grown, 0, 0, buffer.at);
      buffer.bytes = grown;
    },
  };
  return buffer;
}

/**
 * @param first where bytes are gathered, as long as they find room there.
 * @throws a system error, here and from `commit` and `close`, where the file cannot be written.
 */
export function createByteSink(path: string, first?: Buffer): ByteSink {
  let descriptor: number | null = openSync(path, "wx");
  const flush = (): void => {
    if (descriptor === null) return;
    for (let from = 0; from < sink.at;) {
      from += writeSync(descriptor, sink.bytes, from, sink.at - from);
    }
    sink.at = 0;
  };
  const sink: ByteSink = Object.assign(createByteBuffer(first ?? Buffer.allocUnsafe(FIRST_BYTES)), {
    commit() {
      if (sink.at >= WRITE_BYTES) flush();
    },
    close() {
      if (descriptor === null) return;
      try {
        flush();
      } finally {
        closeSync(descriptor);
        descriptor = null;
      }
    },
  });
  return sink;
}

/** Closes all of them, also those behind one that cannot be. @throws what the first of those threw. */
export function closeAll(files: Iterable<{ close(): unknown }>): void {
  const failures: unknown[] = [];
  for (const file of files) {
    try {
      file.close();
    } catch (thrown) {
      failures.push(thrown);
    }
  }
  if (failures.length > 0) throw failures[0];
}

/** The same where something has gone wrong before: what could not be written is going to be deleted, and was told. */
export function closeQuietly(files: Iterable<{ close(): unknown }>): void {
  try {
    closeAll(files);
  } catch {
    // The error that came first is the one to tell.
  }
}

/** Copies `source[from, to)` to the sink. */
export function put(sink: ByteBuffer, source: Uint8Array, from: number, to: number): void {
  const length = to - from;
  sink.room(length);
  const { bytes, at } = sink;
  // A call to copy costs more than a short loop.
  if (length < 32) for (let i = 0; i < length; i++) bytes[at + i] = source[from + i] ?? 0;
  else bytes.set(source.subarray(from, to), at);
  sink.at = at + length;
}

/** Appends one byte. */
export function putByte(sink: ByteBuffer, byte: number): void {
  sink.room(1);
  sink.bytes[sink.at++] = byte;
}

const ZERO = 48;

/** A whole number that is not negative, in decimal digits. A string for each would cost more than all else of a row. */
export function putNumber(sink: ByteBuffer, number: number): void {
  let digits = 1;
  for (let power = 10; power <= number; power *= 10) digits++;
  sink.room(digits);
  let rest = number;
  for (let at = sink.at + digits - 1; at >= sink.at; at--) {
    const left = Math.floor(rest / 10);
    sink.bytes[at] = ZERO + rest - 10 * left;
    rest = left;
  }
  sink.at += digits;
}

/** Writes a text of any length. */
export function putUtf8(sink: ByteBuffer, text: string): void {
  // At most three bytes for each unit of a string.
  sink.room(3 * text.length);
  sink.at += sink.bytes.write(text, sink.at);
}
