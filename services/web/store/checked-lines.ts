import { crc32 } from "node:zlib";

/**
 * Lines of JSON that tell when they are damaged: `{"sum":"<crc-32 of data, 8 hex digits>","data":<value>}`. A line counts
 * once its line feed is there.
 */

const beforeSum = '{"sum":"';
const afterSum = '","data":';
const dataStart = beforeSum.length + 8 + afterSum.length;
const lineFeed = 0x0a;

export function encodeLine(data: unknown): string {
  const json = JSON.stringify(data);
  return `${beforeSum}${toHex(crc32(json))}${afterSum}${json}}\n`;
}

/** @returns the value, or undefined when the line is damaged. `line` may end with its line feed. */
export function decodeLine(line: Buffer): unknown {
  const end = line.at(-1) === lineFeed ? line.length - 1 : line.length;
  const json = line.subarray(dataStart, end - 1);
  const frame = `${beforeSum}${toHex(crc32(json))}${afterSum}`;
  if (line.toString("latin1", 0, dataStart) !== frame || line[end - 1] !== 0x7d) return undefined;
  return JSON.parse(json.toString("utf8"));
}

export interface CheckedLine {
  /** 1-based. */
  readonly number: number;
  readonly offset: number;
  /** With the line feed. */
  readonly length: number;
  readonly data: unknown;
}

export interface CheckedLines {
  readonly lines: CheckedLine[];
  /** 1-based numbers of whole lines that are damaged. */
  readonly damaged: number[];
  /** Bytes up to the last line feed; what follows is the torn end of a write that did not finish. */
  readonly end: number;
}

export function decodeLines(content: Buffer): CheckedLines {
  const lines: CheckedLine[] = [];
  const damaged: number[] = [];
  let offset = 0;
  for (let number = 1; ; number++) {
    const feed = content.indexOf(lineFeed, offset);
    if (feed === -1) return { lines, damaged, end: offset };
    const length = feed + 1 - offset;
    const data = decodeLine(content.subarray(offset, feed + 1));
    if (data === undefined) damaged.push(number);
    else lines.push({ number, offset, length, data });
    offset = feed + 1;
  }
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
