import { open, readFile, type FileHandle } from "node:fs/promises";
import { systemCode } from "../contract/errors.ts";
import { writeDurably } from "./durable-files.ts";

/** A file of JSON lines that tell how something changed. It may end anywhere: what is whole counts. */
export interface AppendLog {
  /**
   * Adds a line. Lines that come while the disk is busy wait together and share the next write and its fsync. Resolves when
   * it is as safe as `urgency` says.
   */
  readonly add: (line: unknown, urgency: Urgency) => Promise<void>;
  readonly close: () => Promise<void>;
}

export type Urgency =
  /** Survives the machine: an fsync. */
  | "on_disk"
  /** Survives this process: written, and brought to disk at the operating system's leisure. */
  | "written"
  /** What a later life finds out by itself at some cost: goes with the next line, or after a moment. */
  | "soon";

/** How long a line that may wait does so. */
const SOON_MS = 50;
/** Lines after which the file is written anew with what still counts. */
const COMPACT_AFTER = 2000;

interface Waiting {
  readonly text: string;
  readonly urgency: Urgency;
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
  let later: NodeJS.Timeout | undefined;
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
    if (batch.some(({ urgency }) => urgency === "on_disk")) await handle.datasync();
  };

  const run = async (): Promise<void> => {
    while (waiting.length > 0) {
      clearTimeout(later);
      later = undefined;
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

  const start = (): void => {
    if (waiting.length > 0) writing ??= run();
  };

  await rewrite();
  return {
    add: (line, urgency) =>
      new Promise((resolve, reject) => {
        if (closed) return resolve();
        waiting.push({ text: `${JSON.stringify(line)}\n`, urgency, resolve, reject });
        if (urgency === "soon") later ??= setTimeout(start, SOON_MS);
        else start();
      }),
    close: async () => {
      closed = true;
      start();
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
    if (systemCode(thrown) === "ENOENT") return "";
    throw thrown;
  }
}
