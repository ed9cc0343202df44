import type { DigestProblem } from "../../contract/result.ts";
import type { Pace } from "../pace.ts";
import { createDecoder } from "./decoding.ts";
import { openChunks } from "./file-chunks.ts";
import type { LineBlock } from "./line-block.ts";
import { createLineCutter } from "./line-cutter.ts";
import type { SourceFile } from "./source-files.ts";

export interface ReadHooks {
  readonly onBlock: (block: LineBlock) => void;
  /** Bytes of the file that were read since the last call, as they lie on disk. */
  readonly onBytes: (count: number) => void;
  readonly pace: Pace;
  /** Where the lines are put, as long as they find room there; used for one file at a time. */
  readonly lines?: Buffer | undefined;
}

/** What is read stays in the cache of the processor while all look at it. */
const CHUNK_BYTES = 1 << 18;

/**
 * Reads a text file in blocks of whole lines. LF, CRLF and CR end a line; the last line needs no end; blank lines at
 * the end of the file are left out; a UTF-8 byte order mark and gzip compression are taken off. With `file.decoding`
 * other encodings become UTF-8.
 *
 * @returns what makes the file unreadable as text, or null.
 * @throws a system error (with `code`) where the file cannot be read.
 */
export async function readLineBlocks(
  file: SourceFile,
  hooks: ReadHooks,
  chunkBytes = CHUNK_BYTES,
): Promise<DigestProblem | null> {
  const limit = createLimiter(file.limit, hooks.onBlock);
  const cutter = createLineCutter(limit.onBlock, hooks.lines);
  const place = (length: number): Buffer => cutter.room(length);
  const { path, decoding } = file;
  const decoder = decoding === undefined ? null : createDecoder(decoding.encoding);
  let isTold = false;

  const push = (chunk: Buffer, oddAt: number): DigestProblem | null => {
    if (decoding !== undefined && !isTold && (oddAt >= 0 || decoder?.isUtf16 === true)) {
      isTold = true;
      const line = cutter.lineOf(chunk, Math.max(0, oddAt));
      if (oddAt >= 0 && decoding.encoding === "utf8") {
        const message =
          "The line is not UTF-8; expected a file in UTF-8, or the encoding latin1 to be set";
        return { message, line, file: path, column: null };
      }
      decoding.onDecoded(path, oddAt >= 0 ? "Latin-1" : "UTF-16", line);
    }
    const fault = cutter.push(chunk);
    return fault === null ? null : { ...fault, file: path, column: null };
  };

  for await (const chunk of openChunks(path, chunkBytes, hooks.onBytes, place)) {
    if (limit.isReached(chunk.length)) return null;
    const { bytes, oddAt } = decoder?.push(chunk) ?? { bytes: chunk, oddAt: -1 };
    const fault = push(bytes, oddAt);
    if (fault !== null) return fault;
    await hooks.pace();
  }
  if (decoder !== null) {
    const { bytes, oddAt } = decoder.end();
    const fault = push(bytes, oddAt);
    if (fault !== null) return fault;
  }
  cutter.end();
  return null;
}

interface Limiter {
  readonly onBlock: (block: LineBlock) => void;
  /** Asked before each chunk. */
  readonly isReached: (length: number) => boolean;
}

/** Hands on the blocks up to a limit, and knows when there is no use in reading on. */
function createLimiter(limit: SourceFile["limit"], onBlock: ReadHooks["onBlock"]): Limiter {
  if (limit === undefined) return { onBlock, isReached: () => false };
  let bytes = 0;
  let isCut = false;
  return {
    onBlock(block) {
      const count = Math.min(block.count, limit.lines - block.firstRow);
      if (count < block.count && !isCut) {
        isCut = true;
        limit.onCut();
      }
      if (count > 0) onBlock({ ...block, count });
    },
    isReached(length) {
      if (!isCut && bytes >= limit.bytes) {
        isCut = true;
        limit.onCut();
      }
      bytes += length;
      return isCut;
    },
  };
}
