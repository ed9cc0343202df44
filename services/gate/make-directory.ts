import { mkdir, stat } from "node:fs/promises";
import { dirname } from "node:path";
import { systemCode } from "../contract/errors.ts";

/** Another process may remove what was just made above: a staging directory takes along what it had made. */
const MOST_TRIES = 4;

/**
 * Makes a directory and those above it that are missing; does nothing where it is there.
 *
 * `mkdir` of Node with `recursive` never comes back, and keeps a thread busy for ever, where a file system says ENOENT of a
 * directory that it does not let be made in one that is there, as automounters and procfs do. (nodejs/node, `MKDirpAsync`)
 *
 * @param mode of what is made.
 * @returns the topmost directory that was made; null where all was there.
 * @throws the system error that is in the way.
 */
export async function makeDirectory(path: string, mode = 0o777): Promise<string | null> {
  const parent = dirname(path);
  let above: string | null = null;
  for (let tries = 1; ; tries++) {
    try {
      await mkdir(path, mode);
      return above ?? path;
    } catch (thrown) {
      if (await isDirectory(path)) return above;
      const isMissingAbove = systemCode(thrown) === "ENOENT" && parent !== path;
      if (!isMissingAbove || tries === MOST_TRIES) throw thrown;
    }
    above = (await makeDirectory(parent, mode)) ?? above;
  }
}

async function isDirectory(path: string): Promise<boolean> {
  const there = await stat(path).catch(() => null);
  return there?.isDirectory() === true;
}
