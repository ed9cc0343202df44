import { Event } from "../../../contract/event.ts";
import { notEmpty, type StoreContents } from "../transfer.ts";
import { highestRemoved } from "../expired-jobs.ts";
import type { AttemptChange } from "./batch.ts";
import { writeAttempts, writeEvents, writeInstructions, writeSettings } from "./batch-sql.ts";
import { connect, type Database } from "./connection.ts";
import { ensureEventPartitions } from "./event-partitions.ts";
import { insertJobs, jobValues } from "./job-rows.ts";

/**
 * Fills an empty database, all of it or nothing.
 *
 * @throws AppError `conflict` when it is not empty.
 */
export async function fillDatabase(database: Database, contents: StoreContents): Promise<void> {
  const client = await connect(database, () => undefined, {
    idle_in_transaction_session_timeout: 0,
    statement_timeout: 0,
    query_timeout: 0,
  });
  try {
    await client.query("BEGIN");
    const { rows } = await client.query(
      "SELECT FROM head WHERE last_id = 0 AND last_seq = 0 FOR UPDATE",
    );
    if (rows.length === 0) throw notEmpty();
    let [lastId, lastSeq, made] = [0, 0, 0];
    const addEvents = async (events: readonly Event[]): Promise<void> => {
      lastSeq = events.reduce((last, { seq }) => Math.max(last, seq), lastSeq);
      lastId = highestRemoved(events, lastId);
      await ensureEventPartitions(client, made, lastSeq);
      made = lastSeq;
      await writeEvents(client, events);
    };
    for await (const page of contents.jobs) {
      lastId = page.reduce((last, { job }) => Math.max(last, job.id), lastId);
      await client.query(insertJobs, jobValues(page.map(({ job }) => job)));
      await writeInstructions(
        client,
        page.flatMap(({ job, instruction }) =>
          instruction === null ? [] : [{ job: job.id, instruction }],
        ),
      );
      await writeAttempts(
        client,
        page.flatMap(({ events }) => attemptsIn(events)),
      );
      await addEvents(page.flatMap(({ events }) => events));
    }
    await addEvents(contents.loose);
    await client.query("DELETE FROM setting");
    await writeSettings(
      client,
      contents.settings.map(({ name, value }) => [name, value]),
    );
    await client.query("UPDATE head SET last_id = $1, last_seq = $2", [lastId, lastSeq]);
    await client.query("COMMIT");
    await client.query("ANALYZE");
  } finally {
    await client.end().catch(() => undefined);
  }
}

/** The attempts that the events of a job tell of. */
function attemptsIn(events: readonly Event[]): AttemptChange[] {
  const attempts = new Map<number, AttemptChange>();
  for (const { type, job, attempt, digester, at, status } of events) {
    if (job === null || attempt === null) continue;
    const time = Date.parse(at);
    const known = attempts.get(attempt);
    if (type === "claimed") {
      const begun = { job, attempt, digester, claimedAt: time, endedAt: null, endedAs: null };
      attempts.set(attempt, begun);
    } else if (known?.endedAt === null && endings.has(type)) {
      attempts.set(attempt, { ...known, endedAt: time, endedAs: status ?? "submitted" });
    }
  }
  return [...attempts.values()];
}

const endings: ReadonlySet<Event["type"]> = new Set([
  "settled",
  "lease_expired",
  "retried",
  "handed_back",
]);
