import { realpathSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { qualityFiles } from "../../contract/quality.ts";
import { systemCode } from "../../contract/errors.ts";

const QUALITY: ReadonlySet<string> = new Set(Object.values(qualityFiles));

/** Whether a digest writes files of that name beside the digest files, whose names say what they are. */
export function isMadeBeside(name: string): boolean {
  return QUALITY.has(name) || /^matrix\.(vcf|hmp\.txt|bed|bim|fam|parquet)$/.test(name);
}

/** Whether two paths lead to the same place; what is not there leads nowhere. */
export function isSamePlace(one: string, other: string): boolean {
  const place = realPlace(one);
  return place !== null && place === realPlace(other);
}

/** The first of the sources whose place one of the made files would take. */
export function findOverwritten(
  sources: readonly string[],
  made: readonly string[],
  publishDir: string,
): string | null {
  const target = realPlace(publishDir);
  if (target === null) return null;
  const places = new Set(made.map((name) => join(target, name)));
  // A link to a file is replaced itself, not what it leads to.
  const placeOf = (path: string): string => join(realPlace(dirname(path)) ?? "", basename(path));
  return (
    sources.find((path) => places.has(placeOf(path)) || places.has(realPlace(path) ?? "")) ?? null
  );
}

function realPlace(path: string): string | null {
  try {
    return realpathSync(path);
  } catch (thrown) {
    if (systemCode(thrown) === "") throw thrown;
    return null;
  }
}
