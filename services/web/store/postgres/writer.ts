import type pg from "pg";
import { AppError } from "../../../contract/errors.ts";
import { createBatch, type Batch, type BatchChanges, type Wants } from "./batch.ts";
import { look, write } from "./batch-sql.ts";
import { createBell } from "./bell.ts";
import {
  abandon,
  again,
  allOf,
  backendOf,
  connect,
  told,
  type Database,
  type Patience,
} from "./connection.ts";
import { roundsOf, touchValues, writeTouches, type TouchBuffer } from "./touch-buffer.ts";

/**
 * All changes of this service go through one connection. Those that come while the database is busy wait together and share
 * the next transaction, and so its flush to disk, as those of the lowdb store share a write.
 */
export interface Writer {
  /** Decides upon a change and brings it to disk. `decide` may be called again, when a transaction has to be. */
  change<T>(wants: Wants, decide: (batch: Batch) => T): Promise<T>;
  /** There is something in the buffer of touches. */
  touched(): void;
  /** Resolves once nothing is left to write. */
  stop(): Promise<void>;
}

export interface WriterDeps {
  readonly database: Database;
  readonly patience: Patience;
  /** A UUID of this service's life. */
  readonly id: string;
  readonly channel: string;
  readonly touches: TouchBuffer;
  /** The last event that this service knows of. */
  readonly position: () => number;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** Touches are gathered for so long, in milliseconds. */
  readonly gatherMs: number;
  readonly onCommitted: (changes: BatchChanges) => Promise<void>;
  /** A transaction took so many milliseconds, its flush to disk counted in. */
  readonly onWrite: (ms: number) => void;
  readonly onWarning: (message: string) => void;
}

interface Request {
  readonly wants: Wants;
  /** Decides upon it; returns how to answer once that is on disk. Never throws. */
  readonly decide: (batch: Batch) => () => void;
  readonly reject: (reason: unknown) => void;
}

/** So many changes share a transaction at most: deciding upon them should not keep others from their turn. */
const most = 500;

export function createWriter(deps: WriterDeps): Writer {
  const { database, patience, id, touches } = deps;
  const bell = createBell();
  let waiting: Request[] = [];
  let touchesDueAt = Infinity;
  let client: pg.Client | null = null;
  /** Rises with each transaction; the last one stands in our row of the table of writers. */
  let batchNumber = 0;
  let stopped = false;

  const connection = async (): Promise<pg.Client> => {
    if (client !== null) return client;
    const made: pg.Client = await connect(
      database,
      () => {
        if (client === made) client = null;
      },
      { pipeline: true },
    );
    client = made;
    return made;
  };

  const dropConnection = (): void => {
    if (client !== null) abandon(client);
    client = null;
  };

  /**
   * Whether a transaction whose end we did not hear was committed. It holds the row of `head`, so who asks for that waits
   * until it is over; a connection that the database still believes in is ended first.
   */
  const wasCommitted = async (number: number, backend: number): Promise<boolean> => {
    const asking = await connection();
    await asking.query(
      "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid = $1 AND usename = current_user AND pid <> pg_backend_pid()",
      [backend],
    );
    await asking.query("SELECT FROM head FOR UPDATE");
    const { rows } = await asking.query<{ batch: number }>(
      "SELECT batch FROM writer WHERE id = $1",
      [id],
    );
    return (rows[0]?.batch ?? 0) >= number;
  };

  /** Writes a batch for good, whatever happens to the connection meanwhile. */
  const commit = async (requests: readonly Request[]): Promise<void> => {
    batchNumber += 1;
    const number = batchNumber;
    const taken = touches.take();
    let begun: {
      changes: BatchChanges | null;
      answers: Array<() => void>;
      backend: number;
    } | null = null;
    const attempt = async () => {
      try {
        if (begun !== null && (await wasCommitted(number, begun.backend))) return begun;
        begun = null;
        const open = await connection();
        const done = await transact(open, number, requests, taken.touches, (state) => {
          begun = { ...state, backend: backendOf(open) };
        });
        return done;
      } catch (thrown) {
        dropConnection();
        throw thrown;
      }
    };
    const started = performance.now();
    const { changes, answers } = await again(database, patience, attempt);
    deps.onWrite(performance.now() - started);
    taken.done();
    if (changes !== null) await deps.onCommitted(changes);
    for (const answer of answers) answer();
  };

  const transact = async (
    open: pg.Client,
    number: number,
    requests: readonly Request[],
    toTouch: ReturnType<TouchBuffer["take"]>["touches"],
    onCommit: (state: { changes: BatchChanges | null; answers: Array<() => void> }) => void,
  ) => {
    const begin = open.query(
      requests.length > 0 ? "BEGIN" : "BEGIN; SET LOCAL synchronous_commit = off",
    );
    const touching = roundsOf(toTouch).map((round) => writeRound(open, round));
    await allOf([begin, ...touching]);
    if (requests.length === 0) {
      await open.query("COMMIT");
      return { changes: null, answers: [] };
    }
    const looked = await look(
      open,
      requests.map(({ wants }) => wants),
    );
    const batch = createBatch(looked);
    const lost = deps.position() - looked.lastSeq;
    if (lost > 0) batch.passOver(lost, deps.now());
    const answers = requests.map(({ decide }) => decide(batch));
    const changes = batch.changes();
    if (isEmpty(changes)) {
      await open.query("COMMIT");
      return { changes: null, answers };
    }
    await allOf([
      open.query(
        `INSERT INTO writer (id, batch) VALUES ($1, $2)
         ON CONFLICT (id) DO UPDATE SET batch = excluded.batch, seen_at = now()`,
        [id, number],
      ),
      write(open, looked, changes),
    ]);
    if (changes.events.length > 0) {
      await open.query("SELECT pg_notify($1, $2)", [deps.channel, `${changes.lastSeq} ${id}`]);
    }
    const state = { changes, answers };
    onCommit(state);
    await open.query("COMMIT");
    return state;
  };

  const run = async (): Promise<void> => {
    for (;;) {
      const isDue =
        waiting.length > 0 || (stopped ? !touches.isEmpty() : performance.now() >= touchesDueAt);
      if (isDue) {
        touchesDueAt = Infinity;
        await writeNext(waiting.splice(0, most));
        continue;
      }
      if (stopped) return;
      await bell.wait(Math.min(60_000, Math.max(0, touchesDueAt - performance.now())));
    }
  };

  const writeNext = async (requests: readonly Request[]): Promise<void> => {
    try {
      await commit(requests);
    } catch (thrown) {
      touches.take().done();
      const failure = told(database, thrown);
      // What the database will never take is one change's fault, and must not fail the others.
      if (requests.length > 1 && failure.code === "internal") {
        for (const request of requests) await writeNext([request]);
        return;
      }
      if (requests.length === 0) deps.onWarning(failure.message);
      for (const { reject } of requests) reject(failure);
    }
  };
  const ended = run();

  return {
    async change<T>(wants: Wants, decide: (batch: Batch) => T): Promise<T> {
      if (stopped) throw new AppError("unavailable", "The store is closed.");
      return new Promise<T>((resolve, reject) => {
        waiting.push({
          wants,
          decide: (batch) => answering(() => decide(batch), resolve, reject),
          reject,
        });
        bell.ring();
      });
    },
    touched() {
      if (touchesDueAt !== Infinity) return;
      touchesDueAt = performance.now() + deps.gatherMs;
      bell.ring();
    },
    async stop() {
      stopped = true;
      bell.ring();
      await ended;
      if (client !== null) {
        await client.query("DELETE FROM writer WHERE id = $1", [id]).catch(() => undefined);
        await client.end().catch(() => undefined);
      }
    },
  };
}

/** What was refused is told as late as what was done: it may have been refused for what comes before it. */
function answering<T>(
  decide: () => T,
  resolve: (value: T) => void,
  reject: (reason: unknown) => void,
): () => void {
  try {
    const value = decide();
    return () => resolve(value);
  } catch (thrown) {
    return () => reject(thrown);
  }
}

/** In the order of their numbers, as everyone locks them. */
async function writeRound(
  client: pg.Client,
  round: Parameters<typeof touchValues>[0],
): Promise<void> {
  const ids = round.map(({ id }) => id);
  await allOf([
    client.query("SELECT FROM job WHERE id = ANY($1::bigint[]) ORDER BY id FOR UPDATE", [ids]),
    client.query(writeTouches, touchValues(round)),
  ]);
}

function isEmpty({ created, changed, events, settings }: BatchChanges): boolean {
  // Whatever is removed has an event.
  return created.length + changed.length + events.length + settings.size === 0;
}
