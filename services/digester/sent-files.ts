import { stat } from "node:fs/promises";
import { AppError } from "../contract/errors.ts";
import { liesInside, requirePathInsideRoots } from "../gate/paths.ts";

/**
 * Where a file lies that is sent as it is. The path comes from outside, so it is held to the data roots, like that of a load.
 *
 * @returns the path without symbolic links.
 * @throws AppError `bad_request` outside the roots, `not_found`.
 */
export async function fileToSend(file: string, roots: readonly string[]): Promise<string> {
  const path = await requirePathInsideRoots(file, roots);
  if ((await sizeOf(path)) === null) throw new AppError("not_found", `There is no ${file}.`);
  return path;
}

/** Bytes of each file; null for those that are not to be had here. Never throws. */
export function sizesOf(
  files: readonly string[],
  roots: readonly string[],
): Promise<(number | null)[]> {
  return Promise.all(
    files.map(async (file) => ((await liesInside(file, roots)) ? sizeOf(file) : null)),
  );
}

async function sizeOf(path: string): Promise<number | null> {
  const found = await stat(path).catch(() => null);
  return found?.isFile() === true ? found.size : null;
}
