import type pg from "pg";
import { Umzug, type MigrationError } from "umzug";
import { AppError, coerceError } from "../../../contract/errors.ts";
import { otherVersion } from "../store-schema.ts";
import { connect, type Database } from "./connection.ts";

/** One after the other, for good: a change of the tables is a new step at the end. */
const steps: ReadonlyArray<{ readonly name: string; readonly sql: string }> = [
  {
    name: "0001-record",
    sql: `
      -- One row: whoever changes the record holds it until the commit. So events are committed in the order of their
      -- numbers, and none is missing between two of them.
      CREATE TABLE head (
        only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
        last_id bigint NOT NULL DEFAULT 0,
        last_seq bigint NOT NULL DEFAULT 0
      ) WITH (fillfactor = 10);
      INSERT INTO head DEFAULT VALUES;

      -- A web service and its last batch: tells after a broken connection whether that batch was committed.
      CREATE TABLE writer (
        id uuid PRIMARY KEY,
        batch bigint NOT NULL,
        seen_at timestamptz NOT NULL DEFAULT now()
      ) WITH (fillfactor = 10);

      -- "body" holds all of a job but what has a column for itself: reason, progress, bytes, lease and result. The columns
      -- that repeat it are what is looked for. No index covers what a heartbeat changes, so that heartbeats stay cheap.
      CREATE TABLE job (
        id bigint PRIMARY KEY,
        crop text COLLATE "C" NOT NULL,
        key text COLLATE "C" NOT NULL,
        status text NOT NULL,
        attempt integer NOT NULL,
        held boolean NOT NULL,
        priority double precision NOT NULL,
        digester text COLLATE "C",
        submitter text COLLATE "C",
        source text COLLATE "C",
        tables text[] NOT NULL,
        failure text,
        submitted_at timestamptz NOT NULL,
        started_at timestamptz,
        settled_at timestamptz,
        updated_at timestamptz NOT NULL,
        reason json,
        progress double precision,
        bytes_read double precision,
        bytes_total double precision,
        lease_until timestamptz,
        reserved_by uuid,
        reserved_until timestamptz,
        -- In lower case, whatever the database holds for that: what searches look into.
        key_search text NOT NULL,
        crop_search text NOT NULL,
        digester_search text NOT NULL,
        submitter_search text NOT NULL,
        source_search text NOT NULL,
        tables_search text[] NOT NULL,
        message_search text NOT NULL,
        reason_search text NOT NULL,
        body json NOT NULL,
        result json,
        UNIQUE (crop, key)
      ) WITH (
        fillfactor = 70, autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_threshold = 200,
        autovacuum_vacuum_insert_scale_factor = 0.1
      );
      CREATE INDEX job_unsettled ON job (id) WHERE status IN ('submitted', 'in_progress');
      CREATE INDEX job_status ON job (status, id);
      CREATE INDEX job_updated ON job (updated_at, id);
      CREATE INDEX job_priority ON job (priority, id);
      CREATE INDEX job_key ON job (key, id);

      CREATE TABLE instruction (
        job bigint PRIMARY KEY REFERENCES job ON DELETE CASCADE,
        body json NOT NULL,
        search text NOT NULL
      );

      -- The key is the last fence: no attempt is ever given twice.
      CREATE TABLE attempt (
        job bigint NOT NULL REFERENCES job ON DELETE CASCADE,
        attempt integer NOT NULL,
        digester text,
        claimed_at timestamptz NOT NULL,
        ended_at timestamptz,
        ended_as text,
        PRIMARY KEY (job, attempt)
      );

      CREATE TABLE event (
        seq bigint NOT NULL PRIMARY KEY,
        at timestamptz NOT NULL,
        type text NOT NULL,
        job bigint,
        body json NOT NULL
      ) PARTITION BY RANGE (seq);
      CREATE INDEX event_of_job ON event (job, seq);

      CREATE TABLE setting (
        name text COLLATE "C" PRIMARY KEY,
        value json NOT NULL
      ) WITH (fillfactor = 70);
    `,
  },
  {
    name: "0002-retention",
    sql: `
      -- What is to be removed is found by it, oldest first.
      CREATE INDEX job_settled ON job (coalesce(settled_at, updated_at), id)
        WHERE status IN ('completed', 'failed', 'aborted');
    `,
  },
];

/**
 * Brings the tables to the state that this version knows; several web services may try at the same time.
 *
 * @throws AppError `unavailable` when a newer version has been here.
 */
export async function migrate(database: Database): Promise<void> {
  const client = await connect(database, () => undefined, {
    statement_timeout: 0,
    query_timeout: 0,
  });
  try {
    await client.query("BEGIN");
    await client.query("SELECT pg_advisory_xact_lock(hashtext($1))", [
      `digester ${database.schema}`,
    ]);
    await client.query(`CREATE SCHEMA IF NOT EXISTS ${database.schema}`);
    await client.query(
      "CREATE TABLE IF NOT EXISTS migration (name text PRIMARY KEY, at timestamptz NOT NULL DEFAULT now())",
    );
    const runner = runnerOn(client);
    const known = new Set(steps.map(({ name }) => name));
    // umzug leaves out of those that were taken what it does not know.
    const foreign = (await takenSteps(client)).filter((name) => !known.has(name));
    if (foreign.length > 0) throw otherVersion(`The database at ${database.shown}`, foreign);
    await runner.up();
    // Of services that were killed, long ago: a row is there again with the next batch of a living one.
    await client.query("DELETE FROM writer WHERE seen_at < now() - interval '7 days'");
    await client.query("COMMIT");
  } catch (thrown) {
    throw isMigrationError(thrown) ? coerceError(thrown.cause) : thrown;
  } finally {
    await client.end().catch(() => undefined);
  }
}

const isMigrationError = (thrown: unknown): thrown is MigrationError =>
  thrown instanceof Error && thrown.name === "MigrationError" && !(thrown instanceof AppError);

async function takenSteps(client: pg.Client): Promise<string[]> {
  const { rows } = await client.query<{ name: string }>("SELECT name FROM migration ORDER BY name");
  return rows.map(({ name }) => name);
}

/** The steps, and in the table which of them were taken: all in the one transaction of the client. */
function runnerOn(client: pg.Client): Umzug {
  return new Umzug({
    migrations: steps.map(({ name, sql }) => ({ name, up: () => client.query(sql) })),
    storage: {
      executed: () => takenSteps(client),
      async logMigration({ name }) {
        await client.query("INSERT INTO migration (name) VALUES ($1)", [name]);
      },
      async unlogMigration({ name }) {
        await client.query("DELETE FROM migration WHERE name = $1", [name]);
      },
    },
    logger: undefined,
  });
}
