import { EventEmitter, once } from "node:events";
import { readdir, stat } from "node:fs/promises";
import { basename, join, resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { watch } from "chokidar";
import { AppError, coerceError } from "../contract/errors.ts";

function isInstructionFile(path: string): boolean {
  const name = basename(path);
  return name.endsWith(".json") && !name.startsWith(".");
}

/**
 * The instruction files that lie in directories, by name.
 *
 * @throws AppError `bad_request` where one is not there.
 */
export async function instructionFilesIn(directories: readonly string[]): Promise<string[]> {
  const found = await Promise.all(
    directories.map(async (directory) => {
      try {
        const entries = await readdir(directory, { withFileTypes: true });
        return entries
          .filter((entry) => !entry.isDirectory() && isInstructionFile(entry.name))
          .map((entry) => join(directory, entry.name))
          .toSorted();
      } catch (thrown) {
        const why = coerceError(thrown).message;
        throw new AppError("bad_request", `${directory} cannot be read: ${why}`);
      }
    }),
  );
  return found.flat();
}

/**
 * Waits until a file has not changed for a while, since who writes it may not be done. The while is measured here: clocks
 * of file servers differ from ours.
 *
 * @returns false when the file is not there any more, or is none: reading a pipe would wait for ever.
 */
export async function whenSettled(
  file: string,
  settleMs: number,
  signal?: AbortSignal,
): Promise<boolean> {
  let before = await fingerprintOf(file);
  if (before !== null && before.age >= settleMs + longAgoMs) return true;
  while (before !== null) {
    await sleep(settleMs, undefined, signal === undefined ? {} : { signal });
    const now = await fingerprintOf(file);
    if (now !== null && now.print === before.print) return true;
    before = now;
  }
  return false;
}

/** Whatever the clocks say, who wrote a file that old is done. */
const longAgoMs = 10 * 60_000;

async function fingerprintOf(file: string): Promise<{ print: string; age: number } | null> {
  try {
    const found = await stat(file);
    if (!found.isFile()) return null;
    const { size, mtimeMs, ino } = found;
    return { print: `${ino} ${size} ${mtimeMs}`, age: Date.now() - mtimeMs };
  } catch {
    return null;
  }
}

/**
 * Calls `onFile` for each instruction file that lies in the directories, then for each that comes or changes, until the
 * signal. A call at a time; a file that changes while it waits is named once.
 *
 * @param pollMs looks so often instead of being told: file servers tell nothing.
 * @throws AppError `unavailable` when one of the directories is taken away.
 */
export async function watchInstructionFiles(
  directories: readonly string[],
  options: { readonly pollMs: number | null; readonly signal: AbortSignal },
  onFile: (file: string) => Promise<void>,
): Promise<void> {
  const { pollMs, signal } = options;
  const waiting = new Set<string>();
  const wakeUp = new EventEmitter();
  const wake = (): boolean => wakeUp.emit("wake");
  const failure: { thrown: unknown } = { thrown: undefined };
  const add = (path: string): void => {
    if (!isInstructionFile(path)) return;
    waiting.add(path);
    wake();
  };
  const watcher = watch([...directories], {
    depth: 0,
    ...(pollMs === null ? {} : { usePolling: true, interval: pollMs }),
  });
  watcher.on("add", add).on("change", add);
  const fail = (thrown: unknown): void => {
    failure.thrown = thrown;
    wake();
  };
  watcher.on("error", fail);
  // Nothing would be told of it any more, not even if it came back.
  watcher.on("unlinkDir", (path) => {
    if (!directories.some((directory) => resolve(directory) === resolve(path))) return;
    fail(new AppError("unavailable", `${path} is not there any more.`));
  });
  signal.addEventListener("abort", wake, { once: true });
  try {
    while (!signal.aborted) {
      if (failure.thrown !== undefined) throw coerceError(failure.thrown);
      const [next] = waiting;
      if (next === undefined) {
        await once(wakeUp, "wake");
        continue;
      }
      waiting.delete(next);
      await onFile(next);
    }
  } finally {
    await watcher.close();
  }
}
