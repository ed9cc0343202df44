import type { Client } from "pg";
import { AppError, coerceError } from "../contract/errors.ts";
import type { IdKind, KnownSource, NameKind } from "../digest/validation/known-source.ts";

/** Where the database keeps each kind of thing that instructions name by its id. */
const idColumns: Readonly<Record<IdKind, { readonly table: string; readonly id: string }>> = {
  platform: { table: "platform", id: "platform_id" },
  project: { table: "project", id: "project_id" },
  experiment: { table: "experiment", id: "experiment_id" },
  mapset: { table: "mapset", id: "mapset_id" },
};

/** Where it keeps each kind of thing that digest files name: `name` is SQL, `within` the id that names are unique in. */
const nameColumns: Readonly<
  Record<NameKind, { readonly table: string; readonly name: string; readonly within?: string }>
> = {
  cv: { table: "cv", name: "term" },
  reference: { table: "reference", name: "name" },
  germplasm: { table: "germplasm", name: "external_code" },
  dnasample: { table: "dnasample", name: "name", within: "project_id" },
  dnasample_num: { table: "dnasample", name: "name || ',' || num", within: "project_id" },
  dnarun: { table: "dnarun", name: "name", within: "experiment_id" },
  marker: { table: "marker", name: "name", within: "platform_id" },
  linkage_group: { table: "linkage_group", name: "name", within: "map_id" },
};

const CONNECT_MS = 10_000;
const STATEMENT_MS = 60_000;

export interface GobiiDatabase extends KnownSource {
  /** Safe to call again, and before anything was asked. */
  close(): Promise<void>;
}

/**
 * What the PostgreSQL database of a GOBii site knows. It is asked only, in read-only transactions, over one connection that
 * is opened with the first question.
 *
 * @param url such as `postgres://reader:password@host:5432/gobii_maize`
 * @returns a source that rejects with AppError `unavailable` where it gets no answer; the cause tells whether that may pass.
 */
export function openGobiiDatabase(url: string): GobiiDatabase {
  let connection: Promise<Client> | null = null;

  const connect = async (): Promise<Client> => {
    // Only where a database is asked: few digests do, and loading this takes as long as a small one.
    const pg = await import("pg");
    const client = new pg.default.Client({
      connectionString: url,
      connectionTimeoutMillis: CONNECT_MS,
      options: `-c default_transaction_read_only=on -c statement_timeout=${STATEMENT_MS}`,
    });
    // A connection that is lost between two questions fails the next one.
    client.on("error", () => undefined);
    await client.connect();
    return client;
  };

  const ask = async (sql: string, values: unknown[]): Promise<readonly string[]> => {
    try {
      connection ??= connect();
      const { rows } = await (await connection).query<{ asked: string }>(sql, values);
      return rows.map(({ asked }) => asked);
    } catch (thrown) {
      const error = coerceError(thrown);
      const cause = refuses(error)
        ? error
        : Object.assign(new Error(error.message), { code: "ETIMEDOUT" });
      const message = `The database of what is known, ${placeOf(url)}, did not answer: ${error.message}`;
      throw new AppError("unavailable", message, { cause });
    }
  };

  return {
    unknownIds(kind, ids) {
      const { table, id } = idColumns[kind];
      return ask(
        `select asked from unnest($1::text[]) as a(asked)
         where not exists (select 1 from ${table} where ${id}::text = asked)`,
        [ids],
      );
    },
    unknownNames(kind, names, within) {
      const { table, name, within: parent } = nameColumns[kind];
      if (parent === undefined || within === null) {
        return ask(
          `select asked from unnest($1::text[]) as a(asked)
           where not exists (select 1 from ${table} where ${name} = asked)`,
          [names],
        );
      }
      // An id is a 32-bit integer there; nothing is within anything else.
      if (!/^\d{1,9}$/.test(within)) return Promise.resolve([...names]);
      return ask(
        `select asked from unnest($1::text[]) as a(asked)
         where not exists (select 1 from ${table} where ${parent} = $2::integer and ${name} = asked)`,
        [names, within],
      );
    },
    async close() {
      const opened = await connection?.catch(() => null);
      connection = null;
      await opened?.end().catch(() => undefined);
    },
  };
}

/** Whether it has answered, and will answer the same again: not that it is stopping, full or cut off. */
function refuses(error: Error): boolean {
  return "severity" in error && "code" in error && !/^(08|53|57)/.test(String(error.code));
}

/** Host and database, without the password. */
function placeOf(url: string): string {
  try {
    const { host, pathname } = new URL(url);
    return `${host}${pathname}`;
  } catch {
    return "whose address is no URL";
  }
}
