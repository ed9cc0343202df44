import { open, readdir, rename, rm, type FileHandle } from "node:fs/promises";
import { join } from "node:path";
import { makeDirectory } from "../../gate/make-directory.ts";
import { syncDirectory } from "../../gate/sync-directory.ts";

/**
 * The little that the store asks of a file system, in one folder. Tests put a disk in its place that fails, fills up or
 * loses power at any step.
 */
export interface Disk {
  /** The full path of a file, for messages. */
  path(name: string): string;
  list(): Promise<string[]>;
  /** `create` makes the file, or empties the one that is there. */
  open(name: string, mode: "existing" | "create"): Promise<DiskFile>;
  /** Takes the place of a file that has the new name. */
  rename(from: string, to: string): Promise<void>;
  /** Does nothing when there is no such file. */
  remove(name: string): Promise<void>;
  /** Brings names to disk: what was made, renamed and removed. */
  syncNames(): Promise<void>;
}

export interface DiskFile {
  size(): Promise<number>;
  /** Fewer bytes than `length` only where the file ends. */
  read(position: number, length: number): Promise<Buffer>;
  /** All of it, or an error with any part of it written. */
  write(data: Buffer, position: number): Promise<void>;
  truncate(length: number): Promise<void>;
  /** Brings the content to disk. */
  sync(): Promise<void>;
  close(): Promise<void>;
}

/** The folder on this machine's file system; made when missing, and readable by its owner only, since it holds tokens. */
export async function openDisk(directory: string): Promise<Disk> {
  await makeDirectory(directory, 0o700);
  const path = (name: string): string => join(directory, name);
  return {
    path,
    list: () => readdir(directory),
    async open(name, mode) {
      return toDiskFile(await open(path(name), mode === "create" ? "w+" : "r+", 0o600));
    },
    rename: (from, to) => rename(path(from), path(to)),
    remove: (name) => rm(path(name), { force: true }),
    syncNames: () => syncDirectory(directory),
  };
}

function toDiskFile(handle: FileHandle): DiskFile {
  return {
    async size() {
      return (await handle.stat()).size;
    },
    async read(position, length) {
      const buffer = Buffer.alloc(length);
      let done = 0;
      while (done < length) {
        const { bytesRead } = await handle.read(buffer, done, length - done, position + done);
        if (bytesRead === 0) break;
        done += bytesRead;
      }
      return buffer.subarray(0, done);
    },
    async write(data, position) {
      let done = 0;
      while (done < data.length) {
        const { bytesWritten } = await handle.write(
          data,
          done,
          data.length - done,
          position + done,
        );
        done += bytesWritten;
      }
    },
    truncate: (length) => handle.truncate(length),
    sync: () => handle.datasync(),
    close: () => handle.close(),
  };
}

/** Opens a file for as long as `use` takes. */
export async function withFile<T>(
  disk: Disk,
  name: string,
  use: (file: DiskFile) => Promise<T>,
): Promise<T> {
  const file = await disk.open(name, "existing");
  try {
    return await use(file);
  } finally {
    await file.close();
  }
}

/** What a damaged file is called from now on, a time in milliseconds since 1970. */
export function damagedName(name: string, now: number): string {
  return `${name}.damaged-${new Date(now).toISOString().replaceAll(/[-:.]/g, "")}`;
}

/** Gives a damaged file a name that tells so, out of the store's way but at hand for whoever mends it. */
export async function setAside(disk: Disk, name: string, now: number): Promise<string> {
  const aside = damagedName(name, now);
  await disk.rename(name, aside);
  await disk.syncNames();
  return disk.path(aside);
}
