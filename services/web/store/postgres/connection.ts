import { setTimeout as sleep } from "node:timers/promises";
import { Client, DatabaseError, types, type ClientConfig, type CustomTypesConfig } from "pg";
import { AppError, coerceError } from "../../../contract/errors.ts";
import { isDatabaseUrl } from "../database-url.ts";

/** Where the record is kept, read from one URL. */
export interface Database {
  /** Of the tables, made when missing. */
  readonly schema: string;
  /** The address as it may be shown: without user and password. */
  readonly shown: string;
  readonly config: ClientConfig;
}

/** How long the database may be silent before a connection counts as broken, in milliseconds. */
export interface Patience {
  /** For a connection to be made. */
  readonly connectMs: number;
  /** For an answer; the database itself gives up a statement a little earlier. */
  readonly answerMs: number;
  /** For the database to come back; what waits for it fails then. */
  readonly giveUpMs: number;
}

export const defaultPatience: Patience = { connectMs: 5000, answerMs: 10_000, giveUpMs: 10_000 };

const defaultSchema = "digester";

/**
 * Reads `postgres://user:password@host:port/database`, with `?schema=` for tables elsewhere than in `digester` and whatever
 * else `pg` understands (`sslmode=verify-full`, …).
 *
 * @throws AppError `bad_request`. The message never holds the password.
 */
export function readDatabaseUrl(text: string, patience: Patience): Database {
  if (!isDatabaseUrl(text) || !URL.canParse(text)) {
    throw new AppError(
      "bad_request",
      "store: expected postgres://user:password@host:port/database",
    );
  }
  const url = new URL(text);
  const schema = url.searchParams.get("schema") ?? defaultSchema;
  if (!/^[a-z_][a-z0-9_]{0,40}$/.test(schema)) {
    throw new AppError(
      "bad_request",
      `store: expected a schema of small letters, digits and _: ${schema}`,
    );
  }
  url.searchParams.delete("schema");
  const settings = {
    search_path: schema,
    // The database must let go of the locks of a web service that it cannot hear any more.
    idle_in_transaction_session_timeout: patience.answerMs,
    tcp_keepalives_idle: seconds(patience.answerMs / 2),
    tcp_keepalives_interval: 1,
    tcp_keepalives_count: 4,
    tcp_user_timeout: patience.answerMs,
  };
  return {
    schema,
    shown: `${url.host}${url.pathname}`,
    config: {
      connectionString: url.href,
      options: Object.entries(settings)
        .map(([name, value]) => `-c ${name}=${value}`)
        .join(" "),
      application_name: "digester",
      connectionTimeoutMillis: patience.connectMs,
      query_timeout: patience.answerMs,
      statement_timeout: Math.round(patience.answerMs * 0.8),
      keepAlive: true,
      keepAliveInitialDelayMillis: Math.round(patience.answerMs / 2),
      types: { getTypeParser: typeParser },
    },
  };
}

const seconds = (ms: number): number => Math.max(1, Math.round(ms / 1000));

/** Numbers of the record are below 2^53, so 64 bits read as numbers lose nothing. */
const typeParser: CustomTypesConfig["getTypeParser"] = (oid, format) =>
  oid === types.builtins.INT8 ? Number : types.getTypeParser(oid, format);

/** A connection of its own. `onLost` hears of its end, once, where nobody waits for an answer. */
export async function connect(
  database: Database,
  onLost: () => void,
  options: ClientConfig = {},
): Promise<Client> {
  const client = new Client({ ...database.config, ...options });
  client.on("error", onLost);
  client.on("end", onLost);
  try {
    await client.connect();
  } catch (thrown) {
    abandon(client);
    throw thrown;
  }
  return client;
}

/** The process of the database that serves the connection, as it said itself: `pg` knows it, its types do not. */
export function backendOf(client: Client): number {
  return "processID" in client && typeof client.processID === "number" ? client.processID : 0;
}

/**
 * Waits for all queries of a pipeline and passes on the failure of the first one that failed: those behind it fail as well,
 * and say nothing of why.
 */
export async function allOf<T extends readonly unknown[] | []>(
  queries: T,
): Promise<{ -readonly [K in keyof T]: Awaited<T[K]> }> {
  const outcomes = await Promise.allSettled(queries);
  for (const outcome of outcomes) if (outcome.status === "rejected") throw outcome.reason;
  return Promise.all(queries);
}

/** Lets go of a connection that is of no use any more, without waiting for it. */
export function abandon(client: Client): void {
  client.removeAllListeners("end");
  void client.end().catch(() => undefined);
}

/**
 * Conditions of the database itself that pass: it stops, starts, is full of connections or of data, wants it tried again, or
 * takes no changes, as a standby that is yet to be promoted.
 */
const passing = /^(08...|57P0[1-5]|53...|40001|40P01|55P03|57014|25P03|25006)$/;

/** Whether the same may well work in a moment. What is no answer of the database at all is a broken connection. */
function mayPass(thrown: unknown): boolean {
  if (thrown instanceof AppError) return false;
  if (thrown instanceof DatabaseError) return passing.test(thrown.code ?? "");
  return !hasCode(thrown, "ENOTFOUND");
}

/**
 * Does what is asked of the database, again while it is away.
 *
 * @throws AppError `unavailable` when it has not come back in time, `internal` for what the database will never do.
 */
export async function again<T>(
  database: Database,
  patience: Patience,
  work: () => Promise<T>,
): Promise<T> {
  const deadline = performance.now() + patience.giveUpMs;
  for (let wait = 25; ; wait = Math.min(1000, wait * 2)) {
    try {
      return await work();
    } catch (thrown) {
      if (!mayPass(thrown) || performance.now() + wait > deadline) throw told(database, thrown);
    }
    await sleep(wait);
  }
}

/** A failure of the database in words for people. */
export function told({ shown }: Database, thrown: unknown): AppError {
  if (thrown instanceof AppError) return thrown;
  const { message } = coerceError(thrown);
  if (thrown instanceof DatabaseError && !mayPass(thrown)) {
    const code = /^(28|3D|42501)/.test(thrown.code ?? "") ? "unavailable" : "internal";
    return new AppError(code, `The database at ${shown} refuses: ${message}`, { cause: thrown });
  }
  const why = message === "" ? reasonOf(thrown) : message;
  return new AppError("unavailable", `The database at ${shown} cannot be reached: ${why}`, {
    cause: thrown,
    hint: "Nothing is lost. Ask again when it is back.",
  });
}

/** What several addresses of one name have failed with stands in a list, without a message of its own. */
function reasonOf(thrown: unknown): string {
  if (thrown instanceof AggregateError) {
    const [first]: unknown[] = thrown.errors;
    return coerceError(first).message;
  }
  return "no answer";
}

function hasCode(thrown: unknown, code: string): boolean {
  return thrown instanceof Error && "code" in thrown && thrown.code === code;
}
