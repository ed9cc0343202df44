import { closeSync, createReadStream, fstatSync, openSync, readSync } from "node:fs";
import { pipeline } from "node:stream";
import { createGunzip } from "node:zlib";
import { inflateBgzf } from "./bgzf.ts";

/**
 * The bytes of a file in chunks, each valid until the next is asked for; without gzip compression, where it has any.
 *
 * @param onBytes told how many bytes were read since the last call, as they lie on disk.
 * @param place where to put a chunk of at most so many bytes; it need not be used.
 * @throws a system error, or one of zlib where compressed bytes are damaged or cut short.
 */
export async function* openChunks(
  path: string,
  chunkBytes: number,
  onBytes: (count: number) => void,
  place?: (length: number) => Buffer,
): AsyncGenerator<Buffer, void> {
  const descriptor = openSync(path, "r");
  try {
    if (isGzip(descriptor)) {
      const end = yield* inflateBgzf(descriptor, onBytes);
      // As elsewhere, zeros after the last member are padding.
      if (byteAt(descriptor, end) > 0) yield* inflate(path, end, onBytes);
      return;
    }
    const length = Math.min(chunkBytes, fstatSync(descriptor).size + 1);
    const own = place === undefined ? Buffer.allocUnsafe(length) : null;
    for (;;) {
      const chunk = own ?? place?.(length) ?? Buffer.alloc(0);
      const count = readSync(descriptor, chunk, 0, chunk.length, null);
      if (count === 0) return;
      onBytes(count);
      yield chunk.subarray(0, count);
    }
  } finally {
    closeSync(descriptor);
  }
}

function isGzip(descriptor: number): boolean {
  return byteAt(descriptor, 0) === 0x1f && byteAt(descriptor, 1) === 0x8b;
}

/** 0 also where the file has none. */
function byteAt(descriptor: number, position: number): number {
  const byte = new Uint8Array(1);
  readSync(descriptor, byte, 0, 1, position);
  return byte[0] ?? 0;
}

/** Inflates a stream of gzip members whose ends are known only once they are reached. */
async function* inflate(
  path: string,
  start: number,
  onBytes: (count: number) => void,
): AsyncGenerator<Buffer, void> {
  const compressed = createReadStream(path, { start, highWaterMark: INFLATED_BYTES });
  const inflated = createGunzip({ chunkSize: INFLATED_BYTES });
  // Errors of either stream reach the loop below through `inflated`.
  pipeline(compressed, inflated, () => {});
  let seen = 0;
  for await (const chunk of inflated as AsyncIterable<Buffer>) {
    onBytes(compressed.bytesRead - seen);
    seen = compressed.bytesRead;
    yield chunk;
  }
  onBytes(compressed.bytesRead - seen);
}

/** Four times faster than zlib's default of 16 KiB. */
const INFLATED_BYTES = 1 << 18;
