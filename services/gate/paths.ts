import { realpath } from "node:fs/promises";
import { dirname, isAbsolute, relative, resolve, sep } from "node:path";
import { AppError, systemCode } from "../contract/errors.ts";

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
    const code = systemCode(thrown);
    const parent = dirname(path);
    if (parent === path || (code !== "ENOENT" && code !== "ENOTDIR")) return path;
    return resolve(await realPathOfDeepest(parent), relative(parent, path));
  }
}

/** Whether a path lies below one of the roots, symbolic links followed as far as it exists. No roots: it does. */
export async function liesInside(path: string, roots: readonly string[]): Promise<boolean> {
  if (roots.length === 0) return true;
  if (path.includes("\0")) return false;
  return liesBelow(roots, await realPathOfDeepest(resolve(path)));
}

/**
 * Holds a path from outside to the directories that may be read and written.
 *
 * @param roots absolute directories; empty: no limit.
 *
 * @returns where it leads: the path without symbolic links, as far as it exists.
 * @throws AppError `bad_request`.
 */
export async function requirePathInsideRoots(
  path: string,
  roots: readonly string[],
): Promise<string> {
  if (!isAbsolute(path)) {
    throw new AppError("bad_request", `A digester takes absolute paths only: ${path}`);
  }
  const real = path.includes("\0") ? null : await realPathOfDeepest(resolve(path));
  if (real !== null && (roots.length === 0 || (await liesBelow(roots, real)))) return real;
  throw new AppError("bad_request", `This path lies outside the data roots: ${path}`);
}
