import { openGobiiDatabase } from "../digester/gobii-database.ts";
import {
  everythingKnown,
  knownFromFile,
  type KnownSource,
} from "../digest/validation/known-source.ts";

export interface KnownOptions {
  /** A file that says what the database knows. */
  readonly known?: string;
  /** URL of a GOBii database that knows it; not asked where there is a file. */
  readonly knownDatabase?: string;
}

/**
 * Does something with what the database knows, which is everything where neither option is given.
 *
 * @throws AppError `bad_request` where the file has another form; whatever `work` throws.
 */
export async function withKnown<T>(
  { known, knownDatabase }: KnownOptions,
  work: (known: KnownSource) => Promise<T>,
): Promise<T> {
  if (known !== undefined) return work(knownFromFile(known));
  if (knownDatabase === undefined) return work(everythingKnown);
  const database = openGobiiDatabase(knownDatabase);
  try {
    return await work(database);
  } finally {
    await database.close();
  }
}
