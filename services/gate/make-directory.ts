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
 * @throws the system error that is in the way.
 */
export async function makeDirectory(path: string, mode = 0o777): Promise<void> {
  const parent = dirname(path);
  for (let tries = 1; ; tries++) {
    const problem = await tryToMake(path, mode);
    if (problem === null) return;
    const isMissingAbove = systemCode(problem) === "ENOENT" && parent !== path;
    if (!isMissingAbove || tries === MOST_TRIES) throw problem;
    await makeDirectory(parent, mode);
  }
}

/** What is in the way; null once there is a directory. */
async function tryToMake(path: string, mode: number): Promise<unknown> {
  try {
    await mkdir(path, mode);
    return null;
  } catch (thrown) {
    const there = await stat(path).catch(() => null);
    return there?.isDirectory() === true ? null : thrown;
  }
}
