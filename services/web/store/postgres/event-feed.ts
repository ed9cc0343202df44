import type pg from "pg";
import type { Event } from "../../../contract/event.ts";
import type { JobRecord } from "../../jobs/job-record.ts";
import { createBell } from "./bell.ts";
import { abandon, backendOf, connect, type Database } from "./connection.ts";
import type { DatabaseClock } from "./database-clock.ts";

export interface Happened {
  readonly event: Event;
  readonly job: JobRecord | null;
}

/** Hands on each event once, in order, whichever web service it comes from. */
export interface EventFeed {
  /** The last event that was handed on. */
  position(): number;
  /** What this service has just committed: its events, and the number of the last event that there is. */
  committed(own: readonly Happened[], lastSeq: number): Promise<void>;
  stop(): Promise<void>;
}

export interface EventFeedDeps {
  readonly database: Database;
  readonly clock: DatabaseClock;
  readonly monotonic: () => number;
  /** Where the bell hangs. */
  readonly channel: string;
  /** How this service signs when it rings itself. */
  readonly writer: string;
  /** The last event that is the past. */
  readonly from: number;
  /** The events after a number, oldest first, with their jobs as they are now. */
  readonly read: (seq: number, limit: number) => Promise<Happened[]>;
  readonly onEvent: (happened: Happened) => void;
  /** The record ends before what was handed on. Resolves once that is noted in it. */
  readonly onBehind: () => Promise<void>;
  /** A pooler stands between, which may give each transaction another connection: the bell is not heard there. */
  readonly onPooler: () => void;
  /** What the connection has broken of; null: it is there again. */
  readonly onState: (problem: unknown) => void;
  /** How often the record is looked at though nobody has rung, in milliseconds. */
  readonly pollMs: number;
}

const page = 500;
const firstWaitMs = 50;
const longestWaitMs = 2000;

/**
 * NOTIFY rings, and only rings: what there is to know is read from the table, which is also looked at every `pollMs`. So a
 * bell that was not heard costs a moment, and never an event.
 */
export function createEventFeed(deps: EventFeedDeps): EventFeed {
  const { database, clock, monotonic, pollMs } = deps;
  const own = new Map<number, Happened>();
  const bell = createBell();
  let position = deps.from;
  let newest = deps.from;
  let handing: Promise<void> | null = null;
  let listening: pg.Client | null = null;
  const ending = new AbortController();

  const handOn = (happened: Happened): void => {
    position = happened.event.seq;
    own.delete(position);
    deps.onEvent(happened);
  };

  /** Hands on what is at hand without asking; returns whether that was all. */
  const handOnOwn = (): boolean => {
    for (let next = own.get(position + 1); next !== undefined; next = own.get(position + 1)) {
      handOn(next);
    }
    return position >= newest;
  };

  const catchUp = async (): Promise<void> => {
    while (!handOnOwn()) {
      const known = newest;
      const found = await deps.read(position, page);
      for (const happened of found) {
        const { seq } = happened.event;
        if (seq > position) handOn(own.get(seq) ?? happened);
      }
      // What was removed is not waited for; what was committed since the question is not removed.
      if (found.length === 0) position = known;
    }
    for (const seq of own.keys()) if (seq <= position) own.delete(seq);
  };

  /** One at a time: no event may overtake another. */
  const handOnAll = async (): Promise<void> => {
    if (handing !== null) {
      await handing;
      return handOnAll();
    }
    if (handOnOwn()) return;
    handing = catchUp().finally(() => (handing = null));
    await handing;
  };

  const look = async (client: pg.Client): Promise<void> => {
    const askedAt = monotonic();
    const { rows } = await client.query<{ last_seq: number; at: number }>(
      "SELECT last_seq, (extract(epoch FROM clock_timestamp()) * 1000)::double precision AS at FROM head",
    );
    const [row] = rows;
    if (row === undefined) return;
    clock.learn(row.at, askedAt, monotonic());
    if (row.last_seq < position) await deps.onBehind();
    newest = Math.max(newest, row.last_seq);
    await handOnAll();
  };

  /** Listens until the connection breaks. */
  const listen = async (): Promise<void> => {
    const state = { broken: false };
    const client = await connect(database, () => {
      state.broken = true;
      bell.ring();
    });
    listening = client;
    try {
      client.on("notification", ({ payload = "" }) => {
        const [seq, writer] = payload.split(" ");
        if (writer === deps.writer) return;
        newest = Math.max(newest, Number(seq));
        bell.ring();
      });
      await client.query(`LISTEN ${deps.channel}`);
      if (await isPooled(client)) deps.onPooler();
      deps.onState(null);
      let lookAt = 0;
      while (!state.broken && !ending.signal.aborted) {
        if (monotonic() >= lookAt) {
          await look(client);
          lookAt = monotonic() + pollMs;
        } else {
          await handOnAll();
        }
        await bell.wait(Math.max(0, lookAt - monotonic()));
      }
    } finally {
      listening = null;
      abandon(client);
    }
  };

  const listenForEver = async (): Promise<void> => {
    let wait = firstWaitMs;
    while (!ending.signal.aborted) {
      const since = monotonic();
      try {
        await listen();
      } catch (thrown) {
        if (!ending.signal.aborted) deps.onState(thrown);
      }
      wait = monotonic() - since > longestWaitMs ? firstWaitMs : Math.min(longestWaitMs, wait * 2);
      if (!ending.signal.aborted) await bell.wait(wait);
    }
  };
  const ended = listenForEver();

  return {
    position: () => position,
    async committed(happened, lastSeq) {
      for (const one of happened) if (one.event.seq > position) own.set(one.event.seq, one);
      newest = Math.max(newest, lastSeq);
      try {
        await handOnAll();
      } catch {
        // It is in the record. The next look hands it on.
      }
    },
    async stop() {
      ending.abort();
      bell.ring();
      if (listening !== null) abandon(listening);
      await ended;
    },
  };
}

/** A pooler makes up the process that it tells of. */
async function isPooled(client: pg.Client): Promise<boolean> {
  const { rows } = await client.query<{ pid: number }>("SELECT pg_backend_pid() AS pid");
  return rows[0]?.pid !== backendOf(client);
}
