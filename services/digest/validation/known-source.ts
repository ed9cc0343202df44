import { readFileSync } from "node:fs";
import { z } from "zod";
import type { Pace } from "../pace.ts";
import { parseOrThrow } from "../../contract/errors.ts";

/** Things that instructions refer to by their id in the database. */
export type IdKind = "platform" | "project" | "experiment" | "mapset";

/** Things that digest files refer to by name. `dnasample_num` is a sample's name and number, joined by a comma. */
export type NameKind =
  | "cv"
  | "reference"
  | "germplasm"
  | "dnasample"
  | "dnasample_num"
  | "dnarun"
  | "marker"
  | "linkage_group";

/** What the database knows, asked in batches of at most `namesPerQuestion`. */
export interface KnownSource {
  /** @default `NAMES_PER_QUESTION` */
  readonly namesPerQuestion?: number;
  /** Those of `ids` that do not exist. */
  unknownIds(kind: IdKind, ids: readonly string[]): Promise<readonly string[]>;
  /** Those of `names` that do not exist, within the thing of the given id where names are unique only there. */
  unknownNames(
    kind: NameKind,
    names: readonly string[],
    within: string | null,
    pace?: Pace,
  ): Promise<readonly string[]>;
}

export const NAMES_PER_QUESTION = 2000;

/** Stands in where no database is configured: every id and name is known. */
export const everythingKnown: KnownSource = {
  unknownIds: () => Promise.resolve([]),
  unknownNames: () => Promise.resolve([]),
};

/** Ids by kind; a kind that is left out has every id. `missing`: names that are not known. */
const KnownFile = z.record(z.string(), z.array(z.union([z.string(), z.number()])));

/**
 * What a file says that the database knows: `{"platform": ["8"], "missing": ["m4"]}`.
 *
 * @throws AppError `bad_request` where the file has another form.
 */
export function knownFromJson(json: unknown): KnownSource {
  const lists = parseOrThrow(KnownFile, json, "bad_request", "The file of what is known");
  const setOf = (key: string): ReadonlySet<string> | undefined => {
    const list = lists[key];
    return list === undefined ? undefined : new Set(list.map(String));
  };
  const missing = setOf("missing") ?? new Set<string>();
  return {
    unknownIds(kind, ids) {
      const known = setOf(kind);
      return Promise.resolve(known === undefined ? [] : ids.filter((id) => !known.has(id)));
    },
    unknownNames: (_kind, names) => Promise.resolve(names.filter((name) => missing.has(name))),
  };
}

/** @throws AppError as `knownFromJson`; a system error or SyntaxError where the file cannot be read. */
export function knownFromFile(path: string): KnownSource {
  return knownFromJson(JSON.parse(readFileSync(path, "utf8")));
}
