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
  const roots = await Promise.all(crop.dataRoots.map((root) => realPathOfDeepest(resolve(root))));
  const excluded = await Promise.all(crop.excluded.map((dir) => realPathOfDeepest(resolve(dir))));
  return roots.some((root) => contains(root, real)) && !excluded.some((dir) => contains(dir, real));
}

/** Whether `path` is `directory` or lies below it; both absolute and normalised. */
export function contains(directory: string, path: string): boolean {
  const way = relative(directory, path);
  return way === "" || (!way.startsWith("..") && !isAbsolute(way));
}

/** The real path of the deepest ancestor that exists, with the rest appended. */
async function realPathOfDeepest(path: string): Promise<string> {
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
