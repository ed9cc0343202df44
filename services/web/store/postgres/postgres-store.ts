import { randomUUID } from "node:crypto";
import { performance } from "node:perf_hooks";
import { Pool } from "pg";
import { Event } from "../../../contract/event.ts";
import { AppError, coerceError } from "../../../contract/errors.ts";
import { isSettled } from "../../../contract/job.ts";
import { submittedEvent } from "../../jobs/job-model.ts";
import type { JobRecord } from "../../jobs/job-record.ts";
import {
  changesNothing,
  copyOfJson,
  duplicateKey,
  noJobs,
  noSuchJob,
  notifyAll,
  requireSameIdentity,
} from "../change-rules.ts";
import { removalEvent } from "../expired-jobs.ts";
import { Instruction, readAs } from "../store-schema.ts";
import type { StoreListener } from "../store.ts";
import type { FillableStore } from "../transfer.ts";
import { again, defaultPatience, readDatabaseUrl, type Patience } from "./connection.ts";
import { createDatabaseClock } from "./database-clock.ts";
import { createEventFeed, type Happened } from "./event-feed.ts";
import { countFacets } from "./job-facets.ts";
import { fillDatabase } from "./fill.ts";
import { listJobs, type Ask } from "./job-list.ts";
import { jobColumns, listedColumns, toJobRecord, type JobRow } from "./job-rows.ts";
import { migrate } from "./migrations.ts";
import { createTouchBuffer } from "./touch-buffer.ts";
import { createWriter } from "./writer.ts";

export interface PostgresStoreOptions {
  /** Told what a person should know of. */
  readonly onWarning: (message: string) => void;
  /** Told of each transaction how many milliseconds it took, its flush to disk counted in. */
  readonly onWrite?: (ms: number) => void;
  readonly patience?: Partial<Patience>;
  /** How often the record is looked at though nobody has rung, in milliseconds. @default 1,000 */
  readonly pollMs?: number;
}

/** What is said in passing waits so long for more of it, in milliseconds. */
const gatherMs = 100;
const readers = 6;

/**
 * The store for several web services at a time: one PostgreSQL database, named by a URL (see `readDatabaseUrl`). Its tables
 * are made, or brought up to date, when it is opened.
 *
 * @throws AppError `bad_request` for a URL that is none; `unavailable` when the database cannot be reached or was written by
 * a newer version.
 */
export async function openPostgresStore(
  url: string,
  options: PostgresStoreOptions,
): Promise<FillableStore> {
  const { onWarning, onWrite = () => {}, pollMs = 1000 } = options;
  const patience: Patience = { ...defaultPatience, ...options.patience };
  const database = readDatabaseUrl(url, patience);
  await again(database, patience, () => migrate(database));

  const pool = new Pool({ ...database.config, max: readers, idleTimeoutMillis: 30_000 });
  // A connection that breaks while nobody uses it concerns nobody.
  pool.on("error", () => undefined);
  const ask: Ask = async <R extends object>(text: string, values: unknown[]) => {
    const { rows } = await again(database, patience, () => pool.query<R>(text, values));
    return rows;
  };

  const writerId = randomUUID();
  const channel = `digester_${database.schema}`;
  const listeners = new Set<StoreListener>();
  const touches = createTouchBuffer();
  const clock = createDatabaseClock(monotonic);
  const headSeq = async (): Promise<number> =>
    (await ask<{ last_seq: number }>("SELECT last_seq FROM head", []))[0]?.last_seq ?? 0;

  let problem: string | null = null;
  const onState = (thrown: unknown): void => {
    const said = thrown === null ? null : coerceError(thrown).message;
    if (said !== null && problem === null) {
      onWarning(`The database at ${database.shown} is away: ${said}. It is asked again.`);
    }
    if (said === null && problem !== null) {
      onWarning(`The database at ${database.shown} is there again.`);
    }
    problem = said;
  };

  const feed = createEventFeed({
    database,
    clock,
    monotonic,
    channel,
    writer: writerId,
    from: await headSeq(),
    pollMs,
    read: (seq, limit) => readHappened(ask, seq, limit),
    onEvent: ({ event, job }) => {
      if (event.type === "record_went_back") onWarning(event.message ?? event.type);
      notifyAll(listeners, onWarning, event, job);
    },
    onPooler: once(() =>
      onWarning(
        `A connection pooler stands between this service and the database at ${database.shown}. Name the database itself, or ` +
          "have the pooler give each client a connection of its own: sessions must not be shared.",
      ),
    ),
    onBehind: () => writer.change({}, () => undefined),
    onState,
  });
  const writer = createWriter({
    database,
    patience,
    id: writerId,
    channel,
    touches,
    position: () => feed.position(),
    now: () => clock.now(),
    gatherMs,
    onCommitted: ({ events, lastSeq }) => feed.committed(events, lastSeq),
    onWrite,
    onWarning,
  });

  let closing: Promise<void> | null = null;
  const requireOpen = (): void => {
    if (closing !== null) throw new AppError("unavailable", "The store is closed.");
  };
  const jobs = async (where: string, values: unknown[]): Promise<JobRecord[]> => {
    const overlaid = touches.overlay();
    const rows = await ask<JobRow>(
      `SELECT ${jobColumns} FROM job WHERE ${where} ORDER BY id`,
      values,
    );
    return rows.map((row) => overlaid(toJobRecord(row)));
  };
  const oneJob = async (where: string, values: unknown[]): Promise<JobRecord | null> =>
    (await jobs(where, values))[0] ?? null;

  return {
    async create(input, instruction) {
      const { crop, key } = input;
      if (hasNul(crop + key)) {
        throw new AppError("bad_request", "A key cannot hold a NUL character.");
      }
      return writer.change({ keys: [{ crop, key }] }, (batch) => {
        if (batch.hasKey(crop, key)) throw duplicateKey(crop, key);
        const job = batch.addJob(input, instruction);
        batch.addEvent(submittedEvent(job));
        return job;
      });
    },

    async instruction(id) {
      const [row] = await ask<{ body: unknown }>("SELECT body FROM instruction WHERE job = $1", [
        id,
      ]);
      return row === undefined
        ? null
        : readAs(Instruction, row.body, `Instruction ${id} in the database`);
    },

    job: (id) => oneJob("id = $1", [id]),
    jobByKey: async (crop, key) =>
      hasNul(crop + key) ? null : oneJob("crop = $1 AND key = $2", [crop, key]),

    update: (id, decide) =>
      writer.change({ jobs: [id] }, (batch) => {
        const before = batch.job(id);
        if (before === undefined) throw noSuchJob(id);
        const change = decide(before);
        if (changesNothing(before, change)) return before;
        requireSameIdentity(before, change.job);
        batch.changeJob(change.job);
        for (const event of change.events) batch.addEvent(event);
        return change.job;
      }),

    touch(id, fields, whileIn = {}) {
      touches.add(id, fields, whileIn);
      writer.touched();
    },

    async list(query) {
      const overlaid = touches.overlay();
      const page = await listJobs(ask, query);
      return { ...page, jobs: page.jobs.map(overlaid) };
    },

    facets: (query) => countFacets(ask, query),

    async counts() {
      const rows = await ask<{ status: keyof ReturnType<typeof noJobs>; jobs: number }>(
        "SELECT status, count(*) AS jobs FROM job GROUP BY status",
        [],
      );
      return { ...noJobs(), ...Object.fromEntries(rows.map(({ status, jobs: n }) => [status, n])) };
    },

    unsettled: () => jobs("status IN ('submitted', 'in_progress')", []),

    async reserve(ids, ms) {
      const rows = await ask<{ id: number }>(reserveJobs, [ids, writerId, ms]);
      return rows.map(({ id }) => id);
    },

    async expired({ settledBefore, newest, limit }) {
      const rows = await ask<{ id: number }>(expiredJobs, [
        settledBefore === null ? null : new Date(settledBefore),
        newest,
        limit,
      ]);
      return rows.map(({ id }) => id);
    },

    remove: (ids, at, message) =>
      writer.change({ jobs: ids }, (batch) => {
        const removed = [...new Set(ids)].filter((id) => {
          const job = batch.job(id);
          return job !== undefined && isSettled(job.status);
        });
        if (removed.length === 0) return removed;
        for (const id of removed) batch.removeJob(id);
        batch.addEvent(removalEvent(removed, at, message));
        return removed;
      }),

    record: (event) =>
      writer.change(event.job === null ? {} : { jobs: [event.job] }, (batch) =>
        batch.addEvent(event),
      ),

    async events(job) {
      const [where, values] = job === null ? ["job IS NULL", []] : ["job = $1", [job]];
      const rows = await ask<{ body: unknown }>(
        `SELECT body FROM event WHERE ${where} ORDER BY seq`,
        values,
      );
      return rows.map(({ body }) => readAs(Event, body, "An event in the database"));
    },

    async eventsAfter(seq, limit) {
      // Asked for first: what comes between the two questions must not look like a gap.
      const newest = await headSeq();
      if (seq > newest) return null;
      const rows = await ask<{ body: unknown }>(
        "SELECT body FROM event WHERE seq > $1 ORDER BY seq LIMIT $2",
        [seq, limit],
      );
      const events = rows.map(({ body }) => readAs(Event, body, "An event in the database"));
      const isWhole = events[0] === undefined ? seq === newest : events[0].seq === seq + 1;
      return isWhole ? events : null;
    },

    lastSeq: async () => (closing === null ? headSeq() : feed.position()),

    async setting(name) {
      const [row] = await ask<{ value: unknown }>("SELECT value FROM setting WHERE name = $1", [
        name,
      ]);
      return row?.value;
    },

    async setSetting(name, value) {
      const copy = copyOfJson(value);
      await writer.change({}, (batch) => batch.changeSetting(name, copy));
    },

    updateSetting: (name, decide) =>
      writer.change({ settings: [name] }, (batch) => {
        const before = batch.setting(name);
        const after = decide(copyOfJson(before));
        if (!isSameJson(after, before)) batch.changeSetting(name, copyOfJson(after));
        return after;
      }),

    settings: (prefix) =>
      ask<{ name: string; value: unknown }>(
        "SELECT name, value FROM setting WHERE starts_with(name, $1) ORDER BY name",
        [prefix],
      ),

    async takeOver(contents) {
      requireOpen();
      await fillDatabase(database, contents);
    },

    now: () => clock.now(),
    isShared: true,

    subscribe(listener) {
      requireOpen();
      listeners.add(listener);
      return () => listeners.delete(listener);
    },

    close() {
      closing ??= (async () => {
        await writer.stop();
        await feed.stop();
        await pool.end();
      })();
      return closing;
    },
  };
}

/** What no text of the database can hold. */
const hasNul = (text: string): boolean => text.includes("\0");

function once(work: () => void): () => void {
  let isDone = false;
  return () => {
    if (!isDone) work();
    isDone = true;
  };
}

const monotonic = (): number => performance.now();

/**
 * A queue's claim: what another service has for the moment is stepped over, not waited for. A service that dies with jobs
 * reserved costs them no more than the rest of that moment.
 */
const reserveJobs = `
  UPDATE job SET reserved_by = $2, reserved_until = clock_timestamp() + $3 * interval '1 millisecond'
  WHERE id IN (
    SELECT id FROM job
    WHERE id = ANY($1::bigint[]) AND status = 'submitted'
      AND (reserved_by IS NULL OR reserved_by = $2 OR reserved_until < clock_timestamp())
    FOR UPDATE SKIP LOCKED
  )
  RETURNING id`;

/** As `expiredJobs` of jobs in memory. The oldest first, which their index has at hand. */
const expiredJobs = `
  WITH settled AS (SELECT count(*) AS jobs FROM job WHERE status IN ('completed', 'failed', 'aborted'))
  SELECT id FROM (
    SELECT id, coalesce(settled_at, updated_at) AS at, row_number() OVER (ORDER BY coalesce(settled_at, updated_at), id) AS rank
    FROM job WHERE status IN ('completed', 'failed', 'aborted')
    ORDER BY coalesce(settled_at, updated_at), id LIMIT $3
  ) AS oldest, settled
  WHERE coalesce(at < $1::timestamptz, false) OR coalesce(rank <= jobs - $2::bigint, false)
  ORDER BY rank`;

async function readHappened(ask: Ask, after: number, limit: number): Promise<Happened[]> {
  const rows = await ask<JobRow & { event: unknown }>(
    `SELECT event.event, ${listedColumns}
     FROM (SELECT seq, job AS of, body AS event FROM event WHERE seq > $1 ORDER BY seq LIMIT $2) AS event
     LEFT JOIN job ON job.id = event.of ORDER BY seq`,
    [after, limit],
  );
  return rows.map((row) => ({
    event: readAs(Event, row.event, "An event in the database"),
    job: row.body === null ? null : toJobRecord(row),
  }));
}

function isSameJson(a: unknown, b: unknown): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}
