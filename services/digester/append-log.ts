import { open, readFile, type FileHandle } from "node:fs/promises";
import { coerceError } from "../contract/errors.ts";
import { writeDurably } from "./durable-files.ts";

/** A file of JSON lines that tell how something changed. It may end anywhere: what is whole counts. */
export interface AppendLog {
  /**
   * Adds a line. Lines that come while the disk is busy wait together and share the next write and its fsync.
   *
   * @param durable on disk when it resolves, else at the operating system's leisure.
   */
  readonly add: (line: unknown, durable: boolean) => Promise<void>;
  readonly close: () => Promise<void>;
}

/** Lines after which the file is written anew with what still counts. */
const COMPACT_AFTER = 2000;

interface Waiting {
  readonly text: string;
  readonly durable: boolean;
  readonly resolve: () => void;
  readonly reject: (reason: unknown) => void;
}

/**
 * Opens the file and writes it anew, so that a torn last line does not swallow the first that is added.
 *
 * @param current the lines that tell all that counts, those included for which `add` was called already.
 */
export async function openAppendLog(
  path: string,
  current: () => readonly unknown[],
): Promise<AppendLog> {
  let waiting: Waiting[] = [];
  let writing: Promise<void> | null = null;
  let handle: FileHandle | null = null;
  let lines = 0;
  let closed = false;

  const rewrite = async (): Promise<void> => {
    await handle?.close();
    handle = null;
    const now = current();
    await writeDurably(path, now.map((line) => `${JSON.stringify(line)}\n`).join(""));
    handle = await open(path, "a", 0o600);
    lines = now.length;
  };

  const write = async (batch: readonly Waiting[]): Promise<void> => {
    if (handle === null || lines >= COMPACT_AFTER + current().length) return rewrite();
    await handle.appendFile(batch.map(({ text }) => text).join(""));
    lines += batch.length;
    if (batch.some(({ durable }) => durable)) await handle.datasync();
  };

  const run = async (): Promise<void> => {
    while (waiting.length > 0) {
      const batch = waiting;
      waiting = [];
      try {
        await write(batch);
        for (const { resolve } of batch) resolve();
      } catch (thrown) {
        // What was written of them may be torn: the next write begins with a whole file.
        await handle?.close().catch(() => undefined);
        handle = null;
        for (const { reject } of batch) reject(thrown);
      }
    }
    writing = null;
  };

  await rewrite();
  return {
    add: (line, durable) =>
      new Promise((resolve, reject) => {
        if (closed) return resolve();
        waiting.push({ text: `${JSON.stringify(line)}\n`, durable, resolve, reject });
        writing ??= run();
      }),
    close: async () => {
      closed = true;
      await writing;
      await handle?.close();
      handle = null;
    },
  };
}

/** The lines of such a file, none where there is no file. Each is for its reader to parse: the last may be torn. */
export async function readLog(path: string): Promise<string> {
  try {
    return await readFile(path, "utf8");
  } catch (thrown) {
    const error: Error & { code?: unknown } = coerceError(thrown);
    if (error.code === "ENOENT") return "";
    throw error;
  }
}
