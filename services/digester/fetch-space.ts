import { createHash, randomBytes } from "node:crypto";
import { link, readdir, rename, rm, stat } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { Dispatch } from "../contract/digester.ts";
import { AppError } from "../contract/errors.ts";
import type { InputFile } from "../contract/remote-files.ts";
import { makeDirectory } from "../gate/make-directory.ts";

/*
 * Copies of sources on a node that does not see them. Each job has a directory of its own, which outlives an attempt that was
 * cut short, and the process: the next attempt goes on where it ended. It goes when the job is over, when the job is not ours any
 * more, or when others need the room.
 *
 * A copy has the name of what it is of, size and time included, so one of another state of the file is not taken for it; whoever
 * fetches holds what is there against the checksums of its chunks (`remote-files.ts`).
 */

/** Room for copies of sources, shared by all attempts of this digester. */
export interface FetchSpace {
  /**
   * Waits until there is room for the inputs of a job, for which copies that nobody uses go, the oldest first.
   *
   * @throws AppError `bad_request` where there never is; and the reason of `signal`.
   */
  readonly enter: (
    job: JobOfCaller,
    files: readonly InputFile[],
    signal: AbortSignal,
  ) => Promise<FetchedCopies>;
  /** Removes the copies for all other jobs, but for those that are in use. */
  readonly keepOnly: (jobs: readonly JobOfCaller[]) => Promise<void>;
}

/** Numbers of jobs are those of a caller. */
type JobOfCaller = Pick<Dispatch, "job" | "callback">;

export interface FetchedCopies {
  /** An attempt's own: below it every path is as the instruction has it. */
  readonly base: string;
  /** Where to fetch the file to; there may be some of it already. */
  readonly copyOf: (file: InputFile) => string;
  /** Puts what was fetched below `base`. */
  readonly place: (file: InputFile) => Promise<void>;
  /** Removes what is below `base`, and the copies unless they are kept for the next attempt. */
  readonly leave: (isKept: boolean) => Promise<void>;
}

/** @param limit of all copies together, in bytes. */
export async function openFetchSpace(directory: string, limit: number): Promise<FetchSpace> {
  let used = 0;
  let waiting: Array<() => void> = [];
  const inUse = new Set<string>();
  /** Bytes of copies that nobody uses, the oldest first. */
  const kept = await keptIn(directory);

  const keptBytes = (): number => [...kept.values()].reduce((sum, bytes) => sum + bytes, 0);
  const wakeAll = (): void => {
    const all = waiting;
    waiting = [];
    for (const wake of all) wake();
  };
  const forget = async (name: string): Promise<void> => {
    kept.delete(name);
    // Whoever comes for it meanwhile must not write into what is being removed.
    inUse.add(name);
    await remove(join(directory, name)).finally(() => inUse.delete(name));
  };

  const makeRoom = async (bytes: number, signal: AbortSignal): Promise<void> => {
    if (bytes > limit) {
      throw new AppError(
        "bad_request",
        `The sources have ${bytes} bytes, and this digester fetches at most ${limit} at once.`,
      );
    }
    const fits = (): boolean => used + bytes <= limit;
    while (!fits()) {
      await new Promise<void>((resolve) => {
        waiting.push(resolve);
        signal.addEventListener("abort", () => resolve(), { once: true });
      });
      signal.throwIfAborted();
    }
    used += bytes;
    while (used + keptBytes() > limit) {
      const [oldest] = kept.keys();
      if (oldest === undefined) break;
      await forget(oldest);
    }
  };

  return {
    async enter(job, files, signal) {
      const bytes = files.reduce((sum, { size }) => sum + size, 0);
      const unique = randomBytes(4).toString("hex");
      // An earlier attempt that has yet to notice its end may still have it.
      const isOwn = !inUse.has(nameOf(job));
      const name = isOwn ? nameOf(job) : `${nameOf(job)}-${unique}`;
      const copies = join(directory, name);
      const base = join(directory, `${job.job}-${unique}`);
      inUse.add(name);
      // Not in the way of its own room.
      const before = kept.get(name);
      kept.delete(name);
      try {
        await makeRoom(bytes, signal);
        await makeDirectory(copies);
        await removeAllBut(copies, files);
      } catch (thrown) {
        inUse.delete(name);
        if (before !== undefined) kept.set(name, before);
        throw thrown;
      }
      return {
        base,
        copyOf: (file) => join(copies, copyName(file)),
        async place(file) {
          const [from, to] = [join(copies, copyName(file)), join(base, file.path)];
          await makeDirectory(dirname(to));
          // Where a file system has no links it is not kept.
          await link(from, to).catch(() => rename(from, to));
        },
        async leave(isKept) {
          try {
            await remove(base);
            if (isKept && isOwn) kept.set(name, await sizeOf(copies));
            else await remove(copies);
          } finally {
            inUse.delete(name);
            used -= bytes;
            wakeAll();
          }
        },
      };
    },

    async keepOnly(jobs) {
      const wanted = new Set(jobs.map(nameOf));
      for (const name of kept.keys()) if (!wanted.has(name)) await forget(name);
    },
  };
}

const keptPrefix = "kept-";

const nameOf = ({ job, callback }: JobOfCaller): string =>
  `${keptPrefix}${job}-${hashOf(callback.url)}`;

const copyName = ({ path, size, tag }: InputFile): string =>
  hashOf(JSON.stringify([path, size, tag]));

const hashOf = (text: string): string =>
  createHash("sha256").update(text).digest("hex").slice(0, 32);

/** What earlier lives have kept, the oldest first; whatever else they left goes. */
async function keptIn(directory: string): Promise<Map<string, number>> {
  const found: Array<{ name: string; at: number; bytes: number }> = [];
  for (const name of await readdir(directory).catch(() => [])) {
    const path = join(directory, name);
    if (!/^kept-\d+-[0-9a-f]{32}$/.test(name)) await remove(path);
    else found.push({ name, at: (await stat(path)).mtimeMs, bytes: await sizeOf(path) });
  }
  const byAge = found.toSorted((a, b) => a.at - b.at);
  return new Map(byAge.map(({ name, bytes }) => [name, bytes]));
}

/** The source may have changed since. */
async function removeAllBut(directory: string, files: readonly InputFile[]): Promise<void> {
  const wanted = new Set(files.map(copyName));
  for (const name of await readdir(directory)) {
    if (!wanted.has(name.split(".")[0] ?? "")) await remove(join(directory, name));
  }
}

async function sizeOf(directory: string): Promise<number> {
  const names = await readdir(directory);
  const sizes = await Promise.all(
    names.map(async (name) => (await stat(join(directory, name))).size),
  );
  return sizes.reduce((sum, size) => sum + size, 0);
}

const remove = (path: string): Promise<void> =>
  rm(path, { recursive: true, force: true, maxRetries: 3 });
