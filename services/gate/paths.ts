import { realpath } from "node:fs/promises";
import { dirname, isAbsolute, relative, resolve, sep } from "node:path";
import { coerceError } from "../contract/errors.ts";

/** Whether `path` is `directory` or lies below it; both absolute and normalised. */
export function contains(directory: string, path: string): boolean {
  const way = relative(directory, path);
  return way === "" || (way !== ".." && !way.startsWith(`..${sep}`) && !isAbsolute(way));
}

/**
 * Whether a path lies below one of the directories, whose own symbolic links are followed.
 *
 * @param real a path without symbolic links, as `realPathOfDeepest` makes it.
 */
export async function liesBelow(directories: readonly string[], real: string): Promise<boolean> {
  // A directory above a path without links is without links itself, so it need not be looked at.
  if (directories.some((directory) => contains(resolve(directory), real))) return true;
  for (const directory of directories) {
    if (contains(await realPathOfDeepest(resolve(directory)), real)) return true;
  }
  return false;
}

/** The real path of the deepest ancestor that exists, with the rest appended. */
export async function realPathOfDeepest(path: string): Promise<string> {
  try {
    return await realpath(path);
  } catch (thrown) {
    const error: Error & { code?: unknown } = coerceError(thrown);
    const parent = dirname(path);
    if (parent === path || (error.code !== "ENOENT" && error.code !== "ENOTDIR")) return path;
    return resolve(await realPathOfDeepest(parent), relative(parent, path));
  }
}
