import { readdir, stat } from "node:fs/promises";
import { resolve } from "node:path";
import type { Load } from "../contract/load.ts";
import { liesInside } from "../gate/paths.ts";

/**
 * Whether a source is missing that this node may yet see: it was there when the job came, or the data root that it lies in
 * is absent or empty here, as one is that is not mounted yet.
 */
export async function sourcesMayAppear(
  load: Load,
  wereSeen: boolean,
  roots: readonly string[],
): Promise<boolean> {
  for (const source of new Set(load.tables.map((table) => table.source))) {
    if (!(await isMissing(source))) continue;
    if (wereSeen || (await isUnderEmptyRoot(source, roots))) return true;
  }
  return false;
}

async function isMissing(path: string): Promise<boolean> {
  return stat(path).then(
    () => false,
    () => true,
  );
}

async function isUnderEmptyRoot(source: string, roots: readonly string[]): Promise<boolean> {
  for (const root of roots) {
    if (!(await liesInside(source, [root]))) continue;
    const names = await readdir(resolve(root)).catch(() => []);
    if (names.length === 0) return true;
  }
  return false;
}
