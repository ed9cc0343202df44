import { randomBytes } from "node:crypto";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import type { Dispatch } from "../contract/digester.ts";
import { AppError } from "../contract/errors.ts";
import type { Load } from "../contract/load.ts";
import type { OutputFile } from "../contract/remote-files.ts";
import type { Publisher } from "../gate/staging.ts";
import { createRemoteFiles } from "./remote-files.ts";
import type { AskTarget } from "./web-addresses.ts";

/** Where an attempt reads and writes: where the instruction says, or in copies on this node. */
export interface Workplace {
  /** The load, with the paths to use here. */
  readonly load: Load;
  /** Directories below which it reads and writes; empty: no limit. */
  readonly roots: readonly string[];
  /** Whether the destination is seen here, so that a later life can bring a publish to its end. */
  readonly isShared: boolean;
  readonly publisher: Publisher;
  /** Gives every path in what is told its own name. */
  readonly restore: <T>(told: T) => T;
  /** Brings the files of the staging directory to where they can be published. */
  readonly bring: (staging: string) => Promise<void>;
  /** Removes what it has made, here and at the web service. */
  readonly close: () => Promise<void>;
}

/** Where the disks of the instruction are seen. */
export function sharedWorkplace(
  load: Load,
  roots: readonly string[],
  publisher: Publisher,
): Workplace {
  return {
    load,
    roots,
    isShared: true,
    publisher,
    restore: (told) => told,
    bring: async () => undefined,
    close: async () => undefined,
  };
}

/** Room for copies of sources, shared by all attempts of this digester. */
export interface FetchSpace {
  readonly directory: string;
  /** Bytes. */
  readonly limit: number;
  /** Waits until there is room. Throws AppError `bad_request` where there never is, and the reason of `signal`. */
  readonly take: (bytes: number, signal: AbortSignal) => Promise<void>;
  readonly leave: (bytes: number) => void;
}

export function createFetchSpace(directory: string, limit: number): FetchSpace {
  let used = 0;
  const fits = (bytes: number): boolean => used + bytes <= limit;
  let waiting: Array<() => void> = [];
  return {
    directory,
    limit,
    async take(bytes, signal) {
      if (bytes > limit) {
        throw new AppError(
          "bad_request",
          `The sources have ${bytes} bytes, and this digester fetches at most ${limit} at once.`,
        );
      }
      while (!fits(bytes)) {
        await new Promise<void>((resolve) => {
          waiting.push(resolve);
          signal.addEventListener("abort", () => resolve(), { once: true });
        });
        signal.throwIfAborted();
      }
      used += bytes;
    },
    leave(bytes) {
      used -= bytes;
      const all = waiting;
      waiting = [];
      for (const wake of all) wake();
    },
  };
}

export interface FetchingOptions {
  readonly space: FetchSpace;
  readonly askTarget: AskTarget;
  readonly signal: AbortSignal;
  /** A word for people. */
  readonly onMessage: (message: string) => void;
  /** How far it is, in bytes. */
  readonly onProgress: (progress: { bytesRead: number; bytesTotal: number }) => void;
  readonly onBytes: (kind: "fetched" | "returned", bytes: number) => void;
}

/**
 * Fetches what the load reads into a directory of its own, below which every path is as the instruction has it.
 *
 * @throws as `RemoteFiles`, and as `FetchSpace.take`.
 */
export async function fetchedWorkplace(
  { job, attempt, callback: target }: Dispatch,
  load: Load,
  options: FetchingOptions,
): Promise<Workplace> {
  const { space, askTarget, signal, onMessage, onProgress } = options;
  const base = join(space.directory, `${job}-${attempt}-${randomBytes(4).toString("hex")}`);
  let moved = 0;
  let total = 0;
  const begin = (bytes: number, message: string): void => {
    moved = 0;
    total = bytes;
    onMessage(message);
  };
  const remote = createRemoteFiles({
    target,
    job,
    attempt,
    signal,
    askTarget,
    onBytes: (kind, bytes) => {
      moved += bytes;
      options.onBytes(kind, bytes);
      onProgress({ bytesRead: moved, bytesTotal: total });
    },
  });
  const files = await remote.inputs();
  const bytes = files.reduce((sum, { size }) => sum + size, 0);
  await space.take(bytes, signal);
  const remove = async (): Promise<void> => {
    await rm(base, { recursive: true, force: true, maxRetries: 3 });
    space.leave(bytes);
  };
  try {
    begin(bytes, `Fetching ${countOf(files.length)}, ${megabytes(bytes)}`);
    for (const file of files) await remote.fetch(file, join(base, file.path));
  } catch (thrown) {
    await remove();
    throw thrown;
  }
  const here = (path: string): string => (path === "" ? "" : join(base, path));
  let brought: readonly OutputFile[] = [];
  return {
    load: {
      ...load,
      tables: load.tables.map((table) => ({
        ...table,
        source: here(table.source),
        destination: here(table.destination),
      })),
    },
    roots: [base],
    isShared: false,
    publisher: {
      publish: async () => {
        await remote.publish(brought);
        return false;
      },
      finishPublish: async () => undefined,
    },
    restore: (told) =>
      JSON.parse(JSON.stringify(told).replaceAll(JSON.stringify(base).slice(1, -1), "")),
    async bring(staging) {
      begin(0, "Returning the files");
      brought = await remote.bring(staging);
    },
    async close() {
      await Promise.all([remote.drop(), remove()]);
    },
  };
}

const countOf = (files: number): string => (files === 1 ? "1 file" : `${files} files`);
const megabytes = (bytes: number): string => `${(bytes / 1e6).toFixed(1)} MB`;
