import { crc32 } from "node:zlib";

/**
 * Lines of JSON that tell when they are damaged: `{"sum":"<crc-32 of data, 8 hex digits>","data":<value>}`. A line counts
 * once its line feed is there.
 */

const beforeSum = '{"sum":"';
const afterSum = '","data":';
const dataStart = beforeSum.length + 8 + afterSum.length;
const lineFeed = 0x0a;

/** A value as one line of JSON with its checksum (CRC-32, hexadecimal), line feed included. */
export function encodeLine(data: unknown): string {
  const json = JSON.stringify(data);
  return `${beforeSum}${toHex(crc32(json))}${afterSum}${json}}\n`;
}

/** @returns the value, or undefined when the line is damaged. `line` may end with its line feed. */
export function decodeLine(line: Buffer): unknown {
  const json = jsonOf(line);
  return json === undefined ? undefined : JSON.parse(json.toString("utf8"));
}

/** The value's own bytes; undefined when they are not those of which the sum was taken. */
function jsonOf(line: Buffer): Buffer | undefined {
  const end = line.at(-1) === lineFeed ? line.length - 1 : line.length;
  const json = line.subarray(dataStart, end - 1);
  const frame = `${beforeSum}${toHex(crc32(json))}${afterSum}`;
  return line.toString("latin1", 0, dataStart) === frame && line[end - 1] === 0x7d
    ? json
    : undefined;
}

/** Whether a line is whole and undamaged, without a look at what it says. */
export function isSound(line: Buffer): boolean {
  return jsonOf(line) !== undefined;
}

function toHex(sum: number): string {
  return sum.toString(16).padStart(8, "0");
}

/**
 * Lines in pieces of some `bytes`, encoded only when their piece is asked for, so that other work gets its turn.
 *
 * @param onLine is told where each line begins, counted from the first, and how long it is, in bytes.
 */
export function* encodeInPieces<T>(
  values: Iterable<T>,
  bytes: number,
  onLine: (value: T, offset: number, length: number) => void = () => {},
): Generator<Buffer> {
  let lines: Buffer[] = [];
  let offset = 0;
  let pieceStart = 0;
  for (const value of values) {
    const line = Buffer.from(encodeLine(value));
    onLine(value, offset, line.length);
    lines.push(line);
    offset += line.length;
    if (offset - pieceStart < bytes) continue;
    yield Buffer.concat(lines);
    lines = [];
    pieceStart = offset;
  }
  if (lines.length > 0) yield Buffer.concat(lines);
}
