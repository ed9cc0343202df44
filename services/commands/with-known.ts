import { openGobiiDatabase } from "../digester/gobii-database.ts";
import { knownTo, namingFilesIn } from "../digest/validation/known-digests.ts";
import { knownFromJson, type KnownSource } from "../digest/validation/known-source.ts";
import { readJsonFile } from "./instruction-file.ts";

export interface KnownOptions {
  /** A file that says what the database knows. */
  readonly known?: string;
  /** URL of a GOBii database that knows it; not asked where there is a file. */
  readonly knownDatabase?: string;
  /** Directories of earlier digests, whose names are known as well. */
  readonly knownDigests?: readonly string[];
}

/**
 * Does something with what the database knows, which is everything where no option is given.
 *
 * @throws AppError `bad_request` where the file has another form; whatever `work` throws.
 */
export async function withKnown<T>(
  { known, knownDatabase, knownDigests }: KnownOptions,
  work: (known: KnownSource) => Promise<T>,
): Promise<T> {
  if (known !== undefined) return work(knownFromJson(readJsonFile(known)));
  const files = knownDigests?.flatMap((directory) => namingFilesIn(directory)) ?? null;
  if (knownDatabase === undefined) return work(knownTo(null, files));
  const database = openGobiiDatabase(knownDatabase);
  try {
    return await work(knownTo(database, files));
  } finally {
    await database.close();
  }
}
