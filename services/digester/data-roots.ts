import type { StoredInstruction } from "../contract/instruction.ts";
import { toLoad, type Load } from "../contract/load.ts";
import { requirePathInsideRoots } from "../gate/paths.ts";

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
