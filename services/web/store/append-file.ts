import type { Disk, DiskFile } from "./disk.ts";

/** A file that only grows, and whose end is always known to be good. */
export interface AppendFile {
  /** Bytes that count. */
  end(): number;
  /**
   * Adds pieces at the end; they are on disk when the promise resolves. When it rejects, none of them counts: what was
   * written of them is cut off at once or, where the disk does not allow that either, before the next addition.
   */
  append(pieces: Iterable<Buffer>): Promise<void>;
  close(): Promise<void>;
}

/**
 * @param end bytes that count; the file is cut off there. What counts is brought to disk first: a process that was killed
 * may have left it in the cache only, and others build upon it from now on.
 */
export async function openAppendFile(file: DiskFile, end: number): Promise<AppendFile> {
  let good = end;
  let tidy = (await file.size()) === end;

  const tidyUp = async (): Promise<void> => {
    await file.truncate(good);
    await file.sync();
    tidy = true;
  };

  if (tidy) await file.sync();
  else await tidyUp();

  return {
    end: () => good,
    async append(pieces) {
      if (!tidy) await tidyUp();
      tidy = false;
      let position = good;
      try {
        for (const piece of pieces) {
          await file.write(piece, position);
          position += piece.length;
        }
        await file.sync();
      } catch (thrown) {
        await tidyUp().catch(() => {});
        throw thrown;
      }
      good = position;
      tidy = true;
    },
    close: () => file.close(),
  };
}

/**
 * Writes a file that is either whole under its name or not there: under another name first.
 *
 * @param beforeRename what has to happen to the file that had the name.
 * @returns its bytes.
 */
export async function writeFresh(
  disk: Disk,
  name: string,
  pieces: Iterable<Buffer>,
  beforeRename: () => Promise<void> = async () => {},
): Promise<number> {
  const temporary = `${name}.tmp`;
  const file = await openAppendFile(await disk.open(temporary, "create"), 0);
  try {
    await file.append(pieces);
  } finally {
    await file.close();
  }
  await beforeRename();
  await disk.rename(temporary, name);
  await disk.syncNames();
  return file.end();
}
