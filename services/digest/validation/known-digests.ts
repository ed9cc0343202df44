import { existsSync } from "node:fs";
import { join } from "node:path";
import type { Pace } from "../pace.ts";
import { readRows } from "../quality/rows.ts";
import {
  everythingKnown,
  NAMES_PER_QUESTION,
  type KnownSource,
  type NameKind,
} from "./known-source.ts";

/** A digest file of an earlier load. */
export interface EarlierFile {
  readonly table: string;
  readonly path: string;
}

/** Where earlier loads have the names of each kind: `within` is the column of the id that they are unique in. */
const nameColumns: Readonly<
  Partial<Record<NameKind, { table: string; names: readonly string[]; within: string | null }>>
> = {
  germplasm: { table: "germplasm", names: ["external_code"], within: null },
  dnasample: { table: "dnasample", names: ["name"], within: "project_id" },
  dnasample_num: { table: "dnasample", names: ["name", "num"], within: "project_id" },
  dnarun: { table: "dnarun", names: ["name"], within: "experiment_id" },
  marker: { table: "marker", names: ["name"], within: "platform_id" },
  linkage_group: { table: "linkage_group", names: ["name"], within: "map_id" },
};

/** Tables that bring names. */
const namingTables: readonly string[] = [
  ...new Set(Object.values(nameColumns).map(({ table }) => table)),
];

/** Of the names in the question, not of those in the files: these are read through. */
const NAMES_AT_ONCE = 200_000;
const ROWS_BETWEEN_PACES = 2000;

/**
 * What earlier loads have brought is known. Their digest files are read through once for each question, the first file of
 * the list first, until all names of it are found: memory grows with the load that asks, not with the loads before. Ids,
 * terms and references, which no load brings, are all known.
 *
 * @returns a source that rejects with a system error where a file cannot be read.
 */
export function knownFromDigests(files: readonly EarlierFile[]): KnownSource {
  return {
    namesPerQuestion: NAMES_AT_ONCE,
    unknownIds: () => Promise.resolve([]),
    async unknownNames(kind, names, within, pace) {
      const place = nameColumns[kind];
      if (place === undefined) return [];
      const wanted = new Set(names);
      for (const { table, path } of files) {
        if (wanted.size === 0) break;
        if (table !== place.table) continue;
        await takeAway(
          wanted,
          path,
          place.names,
          within === null ? null : place.within,
          within,
          pace,
        );
      }
      return [...wanted];
    },
  };
}

/** Takes the names in a digest file out of `wanted`; `beside` must be what stands in the column `besides`. */
async function takeAway(
  wanted: Set<string>,
  path: string,
  columns: readonly string[],
  besides: string | null,
  beside: string | null,
  pace: Pace | undefined,
): Promise<void> {
  let indexes: number[] | null = null;
  let besideAt = -1;
  let rows = 0;
  for (const { bytes, from, to } of readRows(path, 0)) {
    const cells = bytes.toString("utf8", from, to).split("\t");
    if (indexes === null) {
      indexes = columns.map((name) => cells.indexOf(name));
      besideAt = besides === null ? -1 : cells.indexOf(besides);
      // A table without the columns names nothing.
      if (indexes.includes(-1) || (besides !== null && besideAt === -1)) return;
      continue;
    }
    if (besides === null || cells[besideAt] === beside) {
      wanted.delete(indexes.map((index) => cells[index] ?? "").join(","));
      if (wanted.size === 0) return;
    }
    if (++rows % ROWS_BETWEEN_PACES === 0) await pace?.();
  }
}

/** The digest files of a directory that bring names, as far as they are there. */
export function namingFilesIn(
  directory: string,
  tables: readonly string[] = namingTables,
): EarlierFile[] {
  return tables
    .filter((table) => namingTables.includes(table))
    .map((table) => ({ table, path: join(directory, `digest.${table}`) }))
    .filter(({ path }) => existsSync(path));
}

/** What a database and the files of earlier loads know together, null where there is none of them; without both, everything. */
export function knownTo(
  database: KnownSource | null,
  files: readonly EarlierFile[] | null,
): KnownSource {
  if (files === null) return database ?? everythingKnown;
  const earlier = knownFromDigests(files);
  return database === null ? earlier : knownToEither(database, earlier, NAMES_PER_QUESTION);
}

/**
 * The one source, and for names that it does not know the other: what a database has not taken in yet may have been
 * digested before. Ids are the first one's affair.
 *
 * @param perQuestion names that the first may be asked for at once.
 */
export function knownToEither(
  first: KnownSource,
  second: KnownSource,
  perQuestion: number,
): KnownSource {
  return {
    ...(second.namesPerQuestion === undefined ? {} : { namesPerQuestion: second.namesPerQuestion }),
    unknownIds: (kind, ids) => first.unknownIds(kind, ids),
    async unknownNames(kind, names, within, pace) {
      const unknown: string[] = [];
      for (let at = 0; at < names.length; at += perQuestion) {
        const some = names.slice(at, at + perQuestion);
        unknown.push(...(await first.unknownNames(kind, some, within, pace)));
      }
      return unknown.length === 0 ? [] : second.unknownNames(kind, unknown, within, pace);
    },
  };
}
