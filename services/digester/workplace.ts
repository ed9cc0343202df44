import { join } from "node:path";
import type { Dispatch } from "../contract/digester.ts";
import type { Load } from "../contract/load.ts";
import type { OutputFile } from "../contract/remote-files.ts";
import type { Publisher } from "../gate/staging.ts";
import type { FetchSpace } from "./fetch-space.ts";
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
  /** Removes what it has made, here and at the web service; copies may be kept for the next attempt. */
  readonly close: (isCopyKept: boolean) => Promise<void>;
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

export interface FetchingOptions {
  readonly space: FetchSpace;
  readonly askTarget: AskTarget;
  readonly signal: AbortSignal;
  /** Also what is being published is let go of. */
  readonly publishSignal: AbortSignal;
  /** Whether what was fetched may be of use to another attempt, after this. */
  readonly isWorthKeeping: (thrown: unknown) => boolean;
  /** A word for people. */
  readonly onMessage: (message: string) => void;
  /** How far it is, in bytes. */
  readonly onProgress: (progress: { bytesRead: number; bytesTotal: number }) => void;
  readonly onBytes: (kind: "fetched" | "returned", bytes: number) => void;
}

/**
 * Fetches what the load reads into a directory of its own, below which every path is as the instruction has it.
 *
 * @throws as `RemoteFiles`, and as `FetchSpace.enter`.
 */
export async function fetchedWorkplace(
  dispatch: Dispatch,
  load: Load,
  options: FetchingOptions,
): Promise<Workplace> {
  const { job, attempt, callback: target } = dispatch;
  const { space, askTarget, signal, onMessage, onProgress } = options;
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
    publishSignal: options.publishSignal,
    askTarget,
    onBytes: (kind, bytes) => {
      moved += bytes;
      options.onBytes(kind, bytes);
      onProgress({ bytesRead: moved, bytesTotal: total });
    },
  });
  const files = await remote.inputs();
  const bytes = files.reduce((sum, { size }) => sum + size, 0);
  const copies = await space.enter(dispatch, files, signal);
  const { base } = copies;
  try {
    begin(bytes, `Fetching ${countOf(files.length)}, ${megabytes(bytes)}`);
    for (const file of files) {
      const there = await remote.fetch(file, copies.copyOf(file));
      if (there > 0)
        onMessage(`${megabytes(there)} of ${file.path} are here from an earlier attempt`);
      moved += there;
      await copies.place(file);
    }
  } catch (thrown) {
    await copies.leave(options.isWorthKeeping(thrown));
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
    async close(isCopyKept) {
      await Promise.all([remote.drop(), copies.leave(isCopyKept)]);
    },
  };
}

const countOf = (files: number): string => (files === 1 ? "1 file" : `${files} files`);
const megabytes = (bytes: number): string => `${(bytes / 1e6).toFixed(1)} MB`;
