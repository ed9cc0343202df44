import { execFile, spawn, type ChildProcess } from "node:child_process";
import { existsSync, readdirSync } from "node:fs";
import { chown, mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { userInfo, tmpdir } from "node:os";
import { join } from "node:path";
import { once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";
import { Client } from "pg";

/** A database server of a test's own, on the loopback address, in a folder that goes with it. */
export interface PrivatePostgres {
  /** Of its one database; tables go where `?schema=` says. */
  readonly url: string;
  readonly port: number;
  /** The process whose children answer the clients. */
  pid(): number;
  /** A URL whose schema nobody has used yet. */
  freshUrl(): string;
  /** Asks it directly. */
  query<R extends object>(text: string, values?: unknown[]): Promise<R[]>;
  start(): Promise<void>;
  /** As `pg_ctl stop -m fast`: clients are cut off, what is committed is kept. */
  stop(): Promise<void>;
  /** As a crash of the machine. Its children end by themselves. */
  kill(): Promise<void>;
  dispose(): Promise<void>;
}

const run = promisify(execFile);
const owner = "postgres";

/** Where Debian keeps the servers; the newest that is there. */
function binaries(): string | null {
  const root = "/usr/lib/postgresql";
  const versions = existsSync(root) ? readdirSync(root) : [];
  const newest = versions.toSorted((a, b) => Number(b) - Number(a))[0];
  if (newest === undefined) return null;
  const bin = join(root, newest, "bin");
  return existsSync(join(bin, "initdb")) ? bin : null;
}

/** What is missing for a server to be started; null when nothing is. */
export function missingForPostgres(): string | null {
  if (binaries() === null)
    return "PostgreSQL is not installed (Debian: apt-get install postgresql)";
  return null;
}

/** For the title of a test that is skipped where something is missing. */
export function skipNote(missing: string | null): string {
  return missing === null ? "" : `(skipped: ${missing})`;
}

/** PostgreSQL refuses to run as root. */
function asOrdinaryUser(command: string, args: readonly string[]): [string, string[]] {
  if (userInfo().uid !== 0) return [command, [...args]];
  const become = ["--reuid", owner, "--regid", owner, "--clear-groups"];
  return ["setpriv", [...become, command, ...args]];
}

/** @param durable whether commits reach the disk: what a test measures, not what a killed process needs. */
export async function startPrivatePostgres(durable = false): Promise<PrivatePostgres> {
  const bin = binaries();
  if (bin === null) throw new Error(missingForPostgres() ?? "");
  const folder = await mkdtemp(join(tmpdir(), "digester-postgres-"));
  if (userInfo().uid === 0) {
    const { stdout } = await run("id", ["-u", owner]);
    await chown(folder, Number(stdout), -1);
  }
  const data = join(folder, "data");
  const init = ["-D", data, "-U", owner, "--auth=trust", "--no-sync", "-E", "UTF8", "--locale=C"];
  const options = { cwd: "/", env: { PATH: process.env.PATH ?? "", LC_ALL: "C" } };
  await run(...asOrdinaryUser(join(bin, "initdb"), init), options);
  const port = await freePort();
  const url = `postgres://${owner}@127.0.0.1:${port}/postgres`;
  const settings = {
    port,
    listen_addresses: "127.0.0.1",
    unix_socket_directories: "",
    max_connections: 200,
    ...(durable ? {} : { fsync: "off" }),
  };
  let server: ChildProcess | null = null;
  let log = "";
  let schemas = 0;

  const query = async <R extends object>(text: string, values: unknown[] = []): Promise<R[]> => {
    const client = new Client({ connectionString: url });
    client.on("error", () => undefined);
    await client.connect();
    try {
      return (await client.query<R>(text, values)).rows;
    } finally {
      await client.end();
    }
  };

  const end = async (signal: NodeJS.Signals): Promise<void> => {
    const ending = server;
    server = null;
    if (ending === null || ending.exitCode !== null || ending.signalCode !== null) return;
    const exited = once(ending, "exit");
    ending.kill(signal);
    await exited;
  };

  const start = async (): Promise<void> => {
    const given = Object.entries(settings).flatMap(([name, value]) => ["-c", `${name}=${value}`]);
    // After a crash the children of the last life may still hold on to its memory for a moment.
    for (let tries = 0; ; tries++) {
      const [command, args] = asOrdinaryUser(join(bin, "postgres"), ["-D", data, ...given]);
      const child = spawn(command, args, { ...options, stdio: ["ignore", "ignore", "pipe"] });
      child.stderr
        .setEncoding("utf8")
        .on("data", (text: string) => (log = (log + text).slice(-20_000)));
      server = child;
      if (await answers(child, query)) return;
      if (tries === 50) throw new Error(`PostgreSQL does not start:\n${log}`);
      await sleep(200);
    }
  };
  await start();

  return {
    url,
    port,
    pid: () => server?.pid ?? NaN,
    query,
    start,
    freshUrl: () => `${url}?schema=test_${++schemas}`,
    stop: () => end("SIGINT"),
    kill: () => end("SIGKILL"),
    async dispose() {
      await end("SIGINT");
      await rm(folder, { recursive: true, force: true });
    },
  };
}

async function answers(
  child: ChildProcess,
  query: (text: string) => Promise<object[]>,
): Promise<boolean> {
  while (child.exitCode === null && child.signalCode === null) {
    try {
      await query("SELECT 1");
      return true;
    } catch {
      await sleep(50);
    }
  }
  return false;
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  server.close();
  if (address === null || typeof address === "string") throw new Error("no port");
  return address.port;
}
