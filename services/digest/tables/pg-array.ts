import type { ByteBuffer } from "../output/byte-sink.ts";

const OPEN = Buffer.from('"{""', "latin1");
const BETWEEN = Buffer.from('"",""', "latin1");
const CLOSE = Buffer.from('""}"', "latin1");

/**
 * Turns the value that begins at `from` and ends the sink into the text of a PostgreSQL array, quoted as for COPY:
 * `C/T` becomes `"{""C"",""T""}"`. Every character but letters, dash and dot separates two elements, empty ones stay,
 * as the loader's own converter does.
 */
export function toPgArray(sink: ByteBuffer, from: number): void {
  const value = Buffer.from(sink.bytes.subarray(from, sink.at));
  sink.at = from;
  sink.room(OPEN.length + value.length * BETWEEN.length + CLOSE.length);
  const { bytes } = sink;
  let at = from + OPEN.copy(bytes, from);
  for (const byte of value) {
    if (isElementByte(byte)) bytes[at++] = byte;
    else if (!isContinuation(byte)) at += BETWEEN.copy(bytes, at);
  }
  sink.at = at + CLOSE.copy(bytes, at);
}

function isElementByte(byte: number): boolean {
  return (byte >= 65 && byte <= 90) || (byte >= 97 && byte <= 122) || byte === 45 || byte === 46;
}

/** A further byte of a UTF-8 character, which separates once as a whole. */
function isContinuation(byte: number): boolean {
  return (byte & 0xc0) === 0x80;
}
