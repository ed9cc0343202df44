import { createHash } from "node:crypto";
import { open, type FileHandle } from "node:fs/promises";
import { chunkBytes } from "../contract/remote-files.ts";

/**
 * A copy of a file that is fetched a chunk at a time. The SHA-256 of each chunk is noted beside it once the chunk is written, so
 * whatever a crash of the process or of the machine has spoilt is found, and only from there on fetched anew.
 */
export interface FetchedCopy {
  /** How many bytes from the beginning on are there and as they were received; what follows them is cut off. */
  readonly verified: (signal: AbortSignal) => Promise<number>;
  /** A whole chunk, or the last one. */
  readonly write: (chunk: Buffer, at: number) => Promise<void>;
  readonly close: () => Promise<void>;
}

const sumBytes = 32;

/** @param size that the whole file has. */
export async function openCopy(path: string, size: number): Promise<FetchedCopy> {
  const file = await openOrMake(path);
  const sums = await openOrMake(`${path}.sums`).catch(async (thrown: unknown) => {
    await file.close();
    throw thrown;
  });
  return {
    async verified(signal) {
      const chunk = Buffer.alloc(Math.min(chunkBytes, size));
      const sum = Buffer.alloc(sumBytes);
      let at = 0;
      while (at < size) {
        signal.throwIfAborted();
        const length = Math.min(chunkBytes, size - at);
        const bytes = chunk.subarray(0, length);
        const isThere =
          (await file.read(bytes, 0, length, at)).bytesRead === length &&
          (await sums.read(sum, 0, sumBytes, placeOf(at))).bytesRead === sumBytes;
        if (!isThere || !sumOf(bytes).equals(sum)) break;
        at += length;
      }
      await file.truncate(at);
      return at;
    },
    async write(chunk, at) {
      await file.write(chunk, 0, chunk.length, at);
      await sums.write(sumOf(chunk), 0, sumBytes, placeOf(at));
    },
    async close() {
      await Promise.all([file.close(), sums.close()]);
    },
  };
}

/** Without making it shorter. */
async function openOrMake(path: string): Promise<FileHandle> {
  await (await open(path, "a", 0o600)).close();
  return open(path, "r+");
}

const placeOf = (at: number): number => (at / chunkBytes) * sumBytes;

const sumOf = (bytes: Buffer): Buffer => createHash("sha256").update(bytes).digest();
