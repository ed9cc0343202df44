import { decodeLine } from "./checked-lines.ts";
import { withFile, type Disk } from "./disk.ts";

/** Read at once: files may be far larger than what a service should need to start. */
const pieceBytes = 1024 * 1024;
const lineFeed = 0x0a;

export interface RawLine {
  /** 1-based, from where the reading began. */
  readonly number: number;
  /** In the file. */
  readonly offset: number;
  /** With the line feed. */
  readonly bytes: Buffer;
}

/** Where reading has come to. */
export interface LineEnd {
  /** Bytes up to the last line feed; what follows is the torn end of a write that did not finish. */
  readonly end: number;
  readonly size: number;
}

/**
 * Hands on each line of a file from `start` on, in order; those that it has when it is opened.
 *
 * @param sync brings the file to disk first, for who builds upon what it holds.
 */
export async function eachLine(
  disk: Disk,
  name: string,
  onLine: (line: RawLine) => void,
  { start = 0, sync = false }: { readonly start?: number; readonly sync?: boolean } = {},
): Promise<LineEnd> {
  return withFile(disk, name, async (file) => {
    if (sync) await file.sync();
    const size = await file.size();
    let number = 0;
    let end = start;
    /** Pieces of a line that goes on in the next one. */
    let begun: Buffer[] = [];
    for (let position = start; position < size; position += pieceBytes) {
      const piece = await file.read(position, Math.min(pieceBytes, size - position));
      let from = 0;
      for (let feed = piece.indexOf(lineFeed); feed !== -1; feed = piece.indexOf(lineFeed, from)) {
        const rest = piece.subarray(from, feed + 1);
        const bytes = begun.length === 0 ? rest : Buffer.concat([...begun, rest]);
        begun = [];
        number += 1;
        onLine({ number, offset: end, bytes });
        end += bytes.length;
        from = feed + 1;
      }
      if (from < piece.length) begun.push(piece.subarray(from));
    }
    return { end, size };
  });
}

export interface CheckedLine extends Omit<RawLine, "bytes"> {
  /** With the line feed. */
  readonly length: number;
  readonly data: unknown;
}

/** As `eachLine`, with what the lines say; those that are damaged are told of by their numbers. */
export async function eachCheckedLine(
  disk: Disk,
  name: string,
  onLine: (line: CheckedLine) => void,
  options: Parameters<typeof eachLine>[3] = {},
): Promise<LineEnd & { readonly damaged: number[] }> {
  const damaged: number[] = [];
  const ends = await eachLine(
    disk,
    name,
    ({ number, offset, bytes }) => {
      const data = decodeLine(bytes);
      if (data === undefined) damaged.push(number);
      else onLine({ number, offset, length: bytes.length, data });
    },
    options,
  );
  return { ...ends, damaged };
}
