import type { SourceFormat } from "./instruction.ts";

/** Endings of the files that are read together with a source, each of the same name and beside it. */
const COMPANIONS: Readonly<Record<SourceFormat, readonly string[]>> = {
  KASP_LIST: [],
  DART_ONE_ROW: [],
  DART_TWO_ROW: [],
  PLINK_PED: ["map"],
  PLINK_BED: ["bim", "fam"],
};

/** The name that all files of a PLINK data set share, with their directory. */
export function stemOf(path: string): string {
  return path.replace(/\.(ped|bed|map|bim|fam|tped|tfam)(\.gz)?$/i, "");
}

/** How the file beside it that ends otherwise may be named, plain or compressed; the first one that is there counts. */
export function companionNames(path: string, extension: string): string[] {
  const stem = stemOf(path);
  return [`${stem}.${extension}`, `${stem}.${extension}.gz`];
}

/** Files that are read together with a source, where they are there. */
export function companionsOf(source: string, format: SourceFormat | undefined): string[] {
  if (source === "" || format === undefined) return [];
  return COMPANIONS[format].flatMap((extension) => companionNames(source, extension));
}
