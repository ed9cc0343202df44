import { readSync } from "node:fs";
import { promisify } from "node:util";
import { gunzip } from "node:zlib";

/*
 * Blocked gzip, as bgzip, bcftools and most genotyping pipelines write it (SAM specification, section 4.1): a sequence of
 * gzip members, each with its length in a field of its header. So members can be inflated beside one another, in zlib's
 * threads, while what they held is digested.
 */

/** Members that are inflated in one go, as they lie on disk. */
interface Run {
  readonly compressed: Buffer;
  /** Bytes of all its members when inflated, as they say themselves. */
  readonly size: number;
}

/** More do not pay: the digest itself has one thread. */
const RUNS_AHEAD = 2;
const COMPRESSED_BYTES = 1 << 17;
/** Of one run, so that members that inflate to a thousand times their length take no memory. */
const INFLATED_BYTES = 1 << 20;
const LARGEST_MEMBER = 1 << 16;

const inflate = promisify(gunzip);

/**
 * Inflates a file from its beginning, as far as it is blocked gzip.
 *
 * @returns where something else begins: its end, another kind of gzip, or a member that is cut short.
 * @throws an error of zlib where a member is damaged.
 */
export async function* inflateBgzf(
  descriptor: number,
  onBytes: (count: number) => void,
): AsyncGenerator<Buffer, number> {
  let position = 0;
  const ahead: { compressed: number; inflated: Promise<Buffer> }[] = [];
  for (;;) {
    while (ahead.length < RUNS_AHEAD) {
      const run = readRun(descriptor, position);
      if (run === null) break;
      position += run.compressed.length;
      const inflated = inflateRun(run);
      // Whoever stops before it was this run's turn does not hear of its damage.
      inflated.catch(() => undefined);
      ahead.push({ compressed: run.compressed.length, inflated });
    }
    const next = ahead.shift();
    if (next === undefined) return position;
    const bytes = await next.inflated;
    onBytes(next.compressed);
    if (bytes.length > 0) yield bytes;
  }
}

async function inflateRun({ compressed, size }: Run): Promise<Buffer> {
  try {
    // More than it can need, or the last chunk would not be known to be the last; zlib wants at least 64 bytes.
    const most = size + 64;
    return await inflate(compressed, { chunkSize: most, maxOutputLength: most });
  } catch (thrown) {
    if (!(thrown instanceof RangeError)) throw thrown;
    throw Object.assign(new Error("incorrect length check"), { code: "Z_DATA_ERROR" });
  }
}

/** The members from there on that are whole and follow one another; null where there is none. */
function readRun(descriptor: number, position: number): Run | null {
  const bytes = Buffer.allocUnsafe(COMPRESSED_BYTES);
  const count = readSync(descriptor, bytes, 0, COMPRESSED_BYTES, position);
  let end = 0;
  let size = 0;
  for (;;) {
    const length = memberLength(bytes.subarray(end, count));
    if (length === null || end + length > count) break;
    const inflated = bytes.readUInt32LE(end + length - 4);
    if (inflated > LARGEST_MEMBER || size + inflated > INFLATED_BYTES) break;
    end += length;
    size += inflated;
  }
  return end === 0 ? null : { compressed: bytes.subarray(0, end), size };
}

/** Of the member that begins there; null where it does not say. */
function memberLength(bytes: Buffer): number | null {
  const isGzipWithExtra =
    bytes.length > 12 && bytes.readUInt32BE(0) >>> 8 === 0x1f8b08 && (bytes.readUInt8(3) & 4) !== 0;
  if (!isGzipWithExtra) return null;
  const extraEnd = Math.min(12 + bytes.readUInt16LE(10), bytes.length);
  for (let at = 12; at + 6 <= extraEnd; at += 4 + bytes.readUInt16LE(at + 2)) {
    const isLength = bytes.readUInt16BE(at) === 0x4243 && bytes.readUInt16LE(at + 2) === 2;
    if (!isLength) continue;
    const length = bytes.readUInt16LE(at + 4) + 1;
    // Header, extra field and trailer at the least: shorter ones would never come to an end.
    return length >= extraEnd + 8 ? length : null;
  }
  return null;
}
