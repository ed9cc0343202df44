import { openGobiiDatabase } from "../digester/gobii-database.ts";
import {
  knownFromDigests,
  knownToEither,
  namingFilesIn,
} from "../digest/validation/known-digests.ts";
import {
  everythingKnown,
  knownFromFile,
  NAMES_PER_QUESTION,
  type KnownSource,
} from "../digest/validation/known-source.ts";

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
  if (known !== undefined) return work(knownFromFile(known));
  const earlier =
    knownDigests === undefined
      ? null
      : knownFromDigests(knownDigests.flatMap((directory) => namingFilesIn(directory)));
  if (knownDatabase === undefined) return work(earlier ?? everythingKnown);
  const database = openGobiiDatabase(knownDatabase);
  try {
    return await work(
      earlier === null ? database : knownToEither(database, earlier, NAMES_PER_QUESTION),
    );
  } finally {
    await database.close();
  }
}
