import { open, readdir, stat } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import { AppError } from "../../contract/errors.ts";
import { chunkBytes, type InputFile } from "../../contract/remote-files.ts";
import type { Crop } from "../crop.ts";
import { liesInside, requirePathInside } from "../data-roots.ts";
import type { InstructionPath } from "../jobs/instruction-paths.ts";

/** GOBii's 2.1 leaves these out of a directory, and so does the digest engine. */
const isRead = (name: string): boolean => !name.includes("digest");

/**
 * What an instruction reads, as the digest engine lists it; and the markers of an earlier digest, which it may look at.
 *
 * @param paths those of the instruction.
 * @throws AppError `bad_request` for one outside the data roots.
 */
export async function inputsOf(
  crop: Crop,
  paths: readonly InstructionPath[],
): Promise<InputFile[]> {
  const files = new Map<string, InputFile>();
  for (const { role, path } of paths) {
    await requirePathInside(crop, path);
    const found = role === "destination" ? [join(path, "digest.marker")] : await listed(path);
    for (const file of found) {
      const input = (await liesInside(crop, file)) ? await inputAt(file) : null;
      if (input !== null) files.set(file, input);
    }
  }
  return [...files.values()];
}

/**
 * Refuses a path unless it stands in the instruction, or directly in a directory that does.
 *
 * @throws AppError `forbidden`; `bad_request` outside the data roots.
 */
export async function requireInput(
  crop: Crop,
  job: number,
  paths: readonly InstructionPath[],
  path: string,
): Promise<void> {
  const isNamed = paths.some(({ role, path: place }) => {
    switch (role) {
      case "source":
        return path === place || (dirname(path) === resolve(place) && isRead(basename(path)));
      case "companion":
        return path === place;
      case "destination":
        return path === join(place, "digest.marker");
    }
  });
  if (!isNamed || resolve(path) !== path) {
    throw new AppError("forbidden", `The instruction of job ${job} does not read ${path}`);
  }
  await requirePathInside(crop, path);
}

/**
 * The bytes of an input from `first` to `last`, inclusive, at most a chunk.
 *
 * @throws AppError `not_found` where it is gone, `conflict` where it is another than the one of that tag.
 */
export async function readInput(
  { path, tag }: Pick<InputFile, "path" | "tag">,
  first: number,
  last: number,
): Promise<Buffer> {
  const input = await inputAt(path);
  if (input === null) throw new AppError("not_found", `${path} is gone.`);
  if (input.tag !== tag) {
    throw new AppError("conflict", `${path} has changed while it was fetched.`);
  }
  return readRange(path, first, Math.min(last, first + chunkBytes - 1));
}

/** The files of a source, without those below its sub-directories. */
async function listed(path: string): Promise<string[]> {
  const kind = await stat(path).catch(() => null);
  if (kind === null) return [];
  if (!kind.isDirectory()) return [path];
  return (await readdir(path)).filter(isRead).map((name) => join(path, name));
}

/** Null where no plain file is. */
async function inputAt(path: string): Promise<InputFile | null> {
  const there = await stat(path, { bigint: true }).catch(() => null);
  if (there?.isFile() !== true) return null;
  const tag = `${there.size}-${there.mtimeNs}-${there.ino}`;
  return { path, size: Number(there.size), tag };
}

async function readRange(path: string, first: number, last: number): Promise<Buffer> {
  const file = await open(path, "r");
  try {
    const bytes = Buffer.alloc(Math.max(0, last - first + 1));
    let length = 0;
    while (length < bytes.length) {
      const { bytesRead } = await file.read(bytes, length, bytes.length - length, first + length);
      if (bytesRead === 0) break;
      length += bytesRead;
    }
    return bytes.subarray(0, length);
  } finally {
    await file.close();
  }
}
