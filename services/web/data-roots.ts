import { realpath } from "node:fs/promises";
import { dirname, isAbsolute, relative, resolve } from "node:path";
import { coerceError } from "../contract/errors.ts";
import type { Crop } from "./crop.ts";

/**
 * Whether a path that came from outside lies in the crop's data roots and outside the store's folder, with symbolic links
 * followed as far as the path exists: `<root>/link/x` is judged by where the link leads.
 *
 * @param path absolute; a relative one lies outside by definition.
 */
export async function liesInside(crop: Crop, path: string): Promise<boolean> {
  if (!isAbsolute(path) || path.includes("\0")) return false;
  const real = await realPathOfDeepest(resolve(path));
  return (
    (await isWithin(crop.dataRoots, real)) && !crop.excluded.some((dir) => contains(dir, real))
  );
}

/** @param real a path without symbolic links. */
async function isWithin(directories: readonly string[], real: string): Promise<boolean> {
  // A directory above a path without links is without links itself, so it need not be looked at.
  if (directories.some((directory) => contains(resolve(directory), real))) return true;
  for (const directory of directories) {
    if (contains(await realPathOfDeepest(resolve(directory)), real)) return true;
  }
  return false;
}

/** Whether `path` is `directory` or lies below it; both absolute and normalised. */
export function contains(directory: string, path: string): boolean {
  const way = relative(directory, path);
  return way === "" || (!way.startsWith("..") && !isAbsolute(way));
}

/** The real path of the deepest ancestor that exists, with the rest appended. */
export async function realPathOfDeepest(path: string): Promise<string> {
  try {
    return await realpath(path);
  } catch (thrown) {
    const parent = dirname(path);
    if (parent === path || !isMissing(coerceError(thrown))) return path;
    return resolve(await realPathOfDeepest(parent), relative(parent, path));
  }
}

function isMissing(error: Error & { code?: unknown }): boolean {
  return error.code === "ENOENT" || error.code === "ENOTDIR";
}
