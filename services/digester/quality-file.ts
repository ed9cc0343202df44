import { access } from "node:fs/promises";
import { join } from "node:path";
import { AppError } from "../contract/errors.ts";
import { qualityFiles, type QualityFileRequest } from "../contract/quality.ts";
import { requirePathInsideRoots } from "../gate/paths.ts";

/**
 * Where a quality file lies. The destination comes from outside, so it is held to the data roots, like that of a load.
 *
 * @throws AppError `bad_request` outside the roots, `not_found`.
 */
export async function qualityFilePath(
  { file, destination }: QualityFileRequest,
  roots: readonly string[],
): Promise<string> {
  const path = join(destination, qualityFiles[file]);
  await requirePathInsideRoots(path, roots);
  await access(path).catch((cause: unknown) => {
    throw new AppError("not_found", `There is no ${path}.`, { cause });
  });
  return path;
}
