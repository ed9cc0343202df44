import { isAbsolute, resolve } from "node:path";
import { AppError } from "../contract/errors.ts";
import type { StoredInstruction } from "../contract/instruction.ts";
import { toLoad, type Load } from "../contract/load.ts";
import { liesBelow, realPathOfDeepest } from "../gate/paths.ts";

/**
 * Holds a load to the directories that this digester may read and write. Whoever can post an instruction names paths, and
 * so could make the node read or overwrite anything that its user can.
 *
 * @param roots absolute directories; empty: no limit.
 * @throws AppError `bad_request` naming the first path that is relative or lies outside.
 */
export async function requireInsideRoots(load: Load, roots: readonly string[]): Promise<void> {
  await requireSourcesInsideRoots(load, roots);
  await requireAllInsideRoots(new Set(load.tables.map(({ destination }) => destination)), roots);
}

/** The same for what it reads only. */
export async function requireSourcesInsideRoots(
  load: Load,
  roots: readonly string[],
): Promise<void> {
  await requireAllInsideRoots(new Set(load.tables.map(({ source }) => source)), roots);
}

async function requireAllInsideRoots(
  paths: ReadonlySet<string>,
  roots: readonly string[],
): Promise<void> {
  for (const path of paths) {
    if (path !== "") await requirePathInsideRoots(path, roots);
  }
}

/**
 * The same for one path.
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

/**
 * The same for an instruction that has not been looked at yet. One that makes no load passes: it fails with its own words
 * when its turn comes. Throws as `requireInsideRoots`.
 */
export async function requireInstructionInsideRoots(
  instruction: StoredInstruction,
  roots: readonly string[],
): Promise<void> {
  let load: Load;
  try {
    load = toLoad(instruction);
  } catch {
    return;
  }
  await requireInsideRoots(load, roots);
}

/** Whether a path lies below one of the roots, symbolic links followed as far as it exists. No roots: it does. */
export async function liesInside(path: string, roots: readonly string[]): Promise<boolean> {
  if (roots.length === 0) return true;
  if (path.includes("\0")) return false;
  return liesBelow(roots, await realPathOfDeepest(resolve(path)));
}
