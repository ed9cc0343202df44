import { open } from "node:fs/promises";
import { createGunzip } from "node:zlib";
import { Readable } from "node:stream";
import { AppError, coerceError, systemCode, type ErrorCode } from "../contract/errors.ts";
import { systemWords } from "../contract/system-words.ts";
import type { FileLine, FileLines, FileLinesRequest } from "../contract/file-lines.ts";
import { cellSpan } from "../digest/source/cell-span.ts";
import { createDecoder } from "../digest/source/decoding.ts";
import { requirePathInsideRoots } from "../gate/paths.ts";

const LF = 10;
const CR = 13;
const chunkBytes = 1 << 20;
/** Of a longer line only the beginning is kept: it is shown to people. */
const longestLine = 8 << 20;

/**
 * A few lines of a text file, plain or compressed with gzip; LF, CRLF and CR end a line. The file is read in pieces, so that
 * other work goes on meanwhile, and no further than needed.
 *
 * @param roots the directories that may be read; empty: no limit.
 * @throws AppError `bad_request` for a path outside the roots or a file that is no text, `not_found`.
 */
export async function readFileLines(
  request: FileLinesRequest,
  roots: readonly string[],
  signal: AbortSignal,
): Promise<FileLines> {
  const { file, from, count, skip } = request;
  await requirePathInsideRoots(file, roots);
  const wanted = collector(from, count, skip);
  const decoder = createDecoder(request.encoding ?? "auto");
  const push = (text: Buffer): boolean => {
    if (text.includes(0)) throw new AppError("bad_request", `${file} is not a text file.`);
    return wanted.push(text);
  };
  try {
    let isEnough = false;
    for await (const chunk of await openText(file, signal)) {
      if (!Buffer.isBuffer(chunk)) continue;
      isEnough = push(decoder.push(chunk).bytes);
      if (isEnough) break;
    }
    if (!isEnough) push(decoder.end().bytes);
  } catch (thrown) {
    throw readable(file, thrown);
  }
  const { lines, first, more } = wanted.end();
  return {
    file,
    lines: lines.map((text, index) => clipped(first + index, text, request)),
    more,
  };
}

async function openText(file: string, signal: AbortSignal): Promise<Readable> {
  const handle = await open(file, "r");
  try {
    const head = Buffer.alloc(2);
    await handle.read(head, 0, 2, 0);
    const bytes = handle.createReadStream({ start: 0, highWaterMark: chunkBytes, signal });
    if (head[0] !== 0x1f || head[1] !== 0x8b) return bytes;
    const unzip = createGunzip({ chunkSize: 256 << 10 });
    bytes.on("error", (error) => unzip.destroy(error));
    unzip.on("close", () => bytes.destroy());
    return bytes.pipe(unzip);
  } catch (thrown) {
    await handle.close();
    throw thrown;
  }
}

/** Counts lines until the first wanted one, and keeps those wanted. `push` says when it has enough. */
function collector(from: number, count: number, skip: string | undefined) {
  const lines: string[] = [];
  let number = 1;
  let first = from;
  let pieces: Buffer[] = [];
  let kept = 0;
  let afterCr = false;
  let hasText = false;
  let more = false;

  const keep = (piece: Buffer): void => {
    if (piece.length > 0) hasText = true;
    if (number < from || kept >= longestLine) return;
    // The chunk it lies in is used again.
    pieces.push(Buffer.from(piece.subarray(0, longestLine - kept)));
    kept += piece.length;
  };
  const endLine = (): void => {
    if (number >= from && lines.length < count) {
      const line = Buffer.concat(pieces).toString("utf8");
      const text = number === 1 ? line.replace(/^\uFEFF/, "") : line;
      const isSkipped = skip !== undefined && lines.length === 0 && text.startsWith(skip);
      if (isSkipped) first = number + 1;
      else lines.push(text);
    }
    pieces = [];
    kept = 0;
    hasText = false;
    number++;
  };

  return {
    push(chunk: Buffer): boolean {
      let at = 0;
      let nextCr = chunk.indexOf(CR);
      let nextLf = chunk.indexOf(LF);
      while (at < chunk.length) {
        if (afterCr && chunk[at] === LF) {
          afterCr = false;
          at++;
          continue;
        }
        if (lines.length === count) {
          more = true;
          return true;
        }
        afterCr = false;
        if (nextCr !== -1 && nextCr < at) nextCr = chunk.indexOf(CR, at);
        if (nextLf !== -1 && nextLf < at) nextLf = chunk.indexOf(LF, at);
        const ends = [nextCr, nextLf].filter((place) => place >= at);
        if (ends.length === 0) {
          keep(chunk.subarray(at));
          break;
        }
        const end = Math.min(...ends);
        keep(chunk.subarray(at, end));
        endLine();
        afterCr = end === nextCr;
        at = end + 1;
      }
      return false;
    },
    end() {
      if (hasText) endLine();
      return { lines, first, more };
    },
  };
}

function clipped(number: number, whole: string, request: FileLinesRequest): FileLine {
  const cell = request.cell === undefined ? null : cellSpan(whole, request, request.cell);
  const start = cell === null ? 0 : Math.max(0, cell.from - Math.floor(request.width / 2));
  const text = whole.slice(start, start + request.width);
  return {
    number,
    text,
    before: start,
    after: whole.length - start - text.length,
    cell:
      cell === null
        ? null
        : { from: cell.from - start, to: Math.min(cell.to - start, text.length) },
  };
}

function readable(file: string, thrown: unknown): AppError {
  if (thrown instanceof AppError) return thrown;
  const error = coerceError(thrown);
  const cannotBeRead = (code: ErrorCode): AppError =>
    new AppError(code, `${file} cannot be read: ${systemWords(error)}.`, { cause: error });
  switch (systemCode(error)) {
    case "ABORT_ERR":
      return new AppError("unavailable", `Reading ${file} took too long.`, { cause: error });
    case "ENOENT":
    case "ENOTDIR":
      return cannotBeRead("not_found");
    case "EISDIR":
      return cannotBeRead("bad_request");
    default:
      return cannotBeRead("unavailable");
  }
}
