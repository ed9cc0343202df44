import { isAbsolute, resolve } from "node:path";
import { AppError } from "../contract/errors.ts";
import { contains, liesBelow, realPathOfDeepest } from "../gate/paths.ts";
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
    (await liesBelow(crop.dataRoots, real)) && !crop.excluded.some((dir) => contains(dir, real))
  );
}

/** @throws AppError `bad_request` for a path outside the crop's data roots. */
export async function requirePathInside(crop: Crop, path: string): Promise<void> {
  if (await liesInside(crop, path)) return;
  throw new AppError("bad_request", `This path lies outside the data roots: ${path}`);
}
