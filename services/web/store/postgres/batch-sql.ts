import type pg from "pg";
import type { Event } from "../../../contract/event.ts";
import { AppError } from "../../../contract/errors.ts";
import { keyWithin } from "../change-rules.ts";
import { wordsIn } from "../instruction-words.ts";
import type { AttemptChange, BatchChanges, Looked, Wants } from "./batch.ts";
import { allOf } from "./connection.ts";
import { ensureEventPartitions } from "./event-partitions.ts";
import {
  insertJobs,
  jobColumns,
  jobValues,
  joined,
  json,
  plain,
  toJobRecord,
  updateJobs,
  type JobRow,
} from "./job-rows.ts";

/** Looks at what the changes want, and keeps everybody else from changing it until the transaction ends. */
export async function look(client: pg.Client, wants: readonly Wants[]): Promise<Looked> {
  const ids = [...new Set(wants.flatMap(({ jobs }) => jobs ?? []))];
  const keys = wants.flatMap((want) => want.keys ?? []);
  const names = [...new Set(wants.flatMap(({ settings }) => settings ?? []))];
  const [head, jobs, taken, settings] = await allOf([
    client.query<{ last_id: number; last_seq: number }>(
      "SELECT last_id, last_seq FROM head FOR UPDATE",
    ),
    // In the order of their numbers, as everyone does who locks several.
    rowsOrNone<JobRow>(
      client,
      ids,
      `SELECT ${jobColumns} FROM job WHERE id = ANY($1::bigint[]) ORDER BY id FOR UPDATE`,
      [ids],
    ),
    rowsOrNone<{ crop: string; key: string }>(
      client,
      keys,
      "SELECT crop, key FROM job JOIN unnest($1::text[], $2::text[]) AS wanted(crop, key) USING (crop, key)",
      [keys.map(({ crop }) => crop), keys.map(({ key }) => key)],
    ),
    rowsOrNone<{ name: string; value: unknown }>(
      client,
      names,
      "SELECT name, value FROM setting WHERE name = ANY($1::text[])",
      [names],
    ),
  ]);
  const [row] = head.rows;
  if (row === undefined) throw new AppError("internal", "The table head has no row.");
  return {
    lastId: row.last_id,
    lastSeq: row.last_seq,
    jobs: new Map(jobs.map((job) => [job.id, toJobRecord(job)])),
    takenKeys: new Set(taken.map(({ crop, key }) => keyWithin(crop, key))),
    settings: new Map(settings.map(({ name, value }) => [name, value])),
  };
}

async function rowsOrNone<R extends object>(
  client: pg.Client,
  wanted: readonly unknown[],
  text: string,
  values: unknown[],
): Promise<R[]> {
  return wanted.length === 0 ? [] : (await client.query<R>(text, values)).rows;
}

/** Writes what was decided upon. */
export async function write(
  client: pg.Client,
  looked: Looked,
  changes: BatchChanges,
): Promise<void> {
  const { created, changed, attempts, instructions, events, settings, removed } = changes;
  const { lastId, lastSeq } = changes;
  await ensureEventPartitions(client, looked.lastSeq, lastSeq);
  const work: Array<Promise<unknown>> = [];
  if (lastId > looked.lastId || lastSeq > looked.lastSeq) {
    work.push(client.query("UPDATE head SET last_id = $1, last_seq = $2", [lastId, lastSeq]));
  }
  if (created.length > 0) work.push(client.query(insertJobs, jobValues(created)));
  if (changed.length > 0) {
    const values = [
      ...jobValues(changed.map(({ after }) => after)),
      changed.map(({ before }) => before.attempt),
    ];
    work.push(
      client.query(updateJobs, values).then(({ rowCount }) => requireAll(rowCount, changed)),
    );
  }
  if (attempts.length > 0) work.push(writeAttempts(client, attempts));
  if (instructions.length > 0) work.push(writeInstructions(client, instructions));
  if (events.length > 0) {
    work.push(
      writeEvents(
        client,
        events.map(({ event }) => event),
      ),
    );
  }
  if (settings.size > 0) work.push(writeSettings(client, [...settings]));
  // Last: what else was done to them in the same transaction goes with them.
  if (removed.length > 0) work.push(deleteJobs(client, removed));
  await allOf(work);
}

/** Their instructions and attempts go with them. */
async function deleteJobs(client: pg.Client, ids: readonly number[]): Promise<void> {
  await allOf([
    client.query("DELETE FROM event WHERE job = ANY($1::bigint[])", [ids]),
    client.query("DELETE FROM job WHERE id = ANY($1::bigint[])", [ids]),
  ]);
}

/** Each with the words that searches look for in it. */
export async function writeInstructions(
  client: pg.Client,
  instructions: BatchChanges["instructions"],
): Promise<void> {
  await client.query(
    "INSERT INTO instruction SELECT * FROM unnest($1::bigint[], $2::json[], $3::text[])",
    [
      instructions.map(({ job }) => job),
      instructions.map(({ instruction }) => json(instruction)),
      instructions.map(({ instruction }) => joined([...new Set(wordsIn(instruction))])),
    ],
  );
}

/** Their partitions must be there. */
export async function writeEvents(client: pg.Client, events: readonly Event[]): Promise<void> {
  await client.query(
    `INSERT INTO event (seq, at, type, job, body)
     SELECT * FROM unnest($1::bigint[], $2::timestamptz[], $3::text[], $4::bigint[], $5::json[])`,
    [
      events.map(({ seq }) => seq),
      events.map(({ at }) => at),
      events.map(({ type }) => type),
      events.map(({ job }) => job),
      events.map(json),
    ],
  );
}

function requireAll(count: number | null, changed: readonly unknown[]): void {
  if (count === changed.length) return;
  throw new AppError("internal", "A job was in another attempt than the change of it.");
}

/** An attempt that began before it was written here, by a store that was moved, begins with its end. */
export async function writeAttempts(
  client: pg.Client,
  attempts: readonly AttemptChange[],
): Promise<void> {
  await client.query(
    `INSERT INTO attempt (job, attempt, digester, claimed_at, ended_at, ended_as)
     SELECT * FROM unnest($1::bigint[], $2::integer[], $3::text[], $4::timestamptz[], $5::timestamptz[], $6::text[])
     ON CONFLICT (job, attempt) DO UPDATE SET ended_at = excluded.ended_at, ended_as = excluded.ended_as
     WHERE attempt.ended_at IS NULL AND excluded.ended_at IS NOT NULL`,
    [
      attempts.map(({ job }) => job),
      attempts.map(({ attempt }) => attempt),
      attempts.map(({ digester }) => plain(digester)),
      attempts.map(({ claimedAt }) => new Date(claimedAt)),
      attempts.map(({ endedAt }) => (endedAt === null ? null : new Date(endedAt))),
      attempts.map(({ endedAs }) => endedAs),
    ],
  );
}

/** @param settings names and values; a value of `undefined` removes the setting. */
export async function writeSettings(
  client: pg.Client,
  settings: ReadonlyArray<[string, unknown]>,
): Promise<void> {
  const gone = settings.filter(([, value]) => value === undefined).map(([name]) => name);
  const kept = settings.filter(([, value]) => value !== undefined);
  await client.query("DELETE FROM setting WHERE name = ANY($1::text[])", [gone]);
  await client.query(
    `INSERT INTO setting SELECT * FROM unnest($1::text[], $2::json[])
     ON CONFLICT (name) DO UPDATE SET value = excluded.value`,
    // JSON's null is a value, SQL's is none.
    [kept.map(([name]) => name), kept.map(([, value]) => JSON.stringify(value))],
  );
}
