import { execFile, spawn } from "node:child_process";
import type { ChildProcess, ChildProcessByStdio } from "node:child_process";
import { existsSync } from "node:fs";
import { createInterface } from "node:readline";
import type { Readable } from "node:stream";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

export const servicesEntry = fileURLToPath(new URL("../out/main/services.js", import.meta.url));

/** The first line that `web` and `all` print with `--json`. */
export type Announcement = {
  url: string;
  token: string;
  gobii: { url: string; user: string; password: string };
};

/** The first line that `digester` prints with `--json`. */
export type DigesterAnnouncement = { url: string; id: string };

export type ServicesProcess<A = Announcement> = {
  announcement: A;
  pid: number;
  /** Its exit code, once it has ended; null where a signal ended it. */
  ended: Promise<number | null>;
  /** What it wrote to stderr so far. */
  log(): string;
  /** Ends it with SIGTERM, after `deadlineMs` with SIGKILL; answers its exit code, null where a signal ended it. */
  stop(deadlineMs?: number): Promise<number | null>;
  /** Sends a signal to the process alone. */
  signal(name: NodeJS.Signals): void;
  /** Ends it and its workers at once, as a crash of the machine would. */
  kill(): Promise<void>;
};

/**
 * Starts the built headless services in a process group of their own, so that the workers can be reached with them.
 *
 * @throws Error when they are not built.
 */
export function spawnServices(
  args: readonly string[],
  environment: Readonly<Record<string, string>> = {},
): ChildProcessByStdio<null, Readable, Readable> {
  if (!existsSync(servicesEntry)) {
    throw new Error(`${servicesEntry} is missing: run npm run build first`);
  }
  return spawn(process.execPath, [servicesEntry, ...args, "--json"], {
    detached: true,
    env: { ...process.env, ...environment },
    stdio: ["ignore", "pipe", "pipe"],
  });
}

/**
 * Starts the built headless services and waits until they listen.
 *
 * @throws Error with the log when they end, or stay silent for 30 s, before that.
 */
export async function startServices<A = Announcement>(
  args: readonly string[],
  environment: Readonly<Record<string, string>> = {},
): Promise<ServicesProcess<A>> {
  const child = spawnServices(args, environment);
  let log = "";
  child.stderr.setEncoding("utf8").on("data", (text: string) => (log += text));
  const exited = new Promise<number | null>((resolve) => child.once("exit", resolve));
  const first = await firstLine(child, child.stdout, exited);
  if ("problem" in first) {
    killGroup(child);
    throw new Error(`services ${args.join(" ")} ${first.problem}\n${log}`);
  }
  return {
    announcement: JSON.parse(first.line) as A,
    pid: child.pid ?? 0,
    ended: exited,
    log: () => log,
    stop: async (deadlineMs = 10_000) => {
      child.kill("SIGTERM");
      const timer = setTimeout(() => killGroup(child), deadlineMs);
      const code = await exited;
      clearTimeout(timer);
      return code;
    },
    signal: (name) => void child.kill(name),
    kill: async () => {
      killGroup(child);
      await exited;
    },
  };
}

/**
 * Runs a command of the built services to its end.
 *
 * @returns what it printed, stdout before stderr.
 * @throws Error when it does not end with 0.
 */
export async function runServices(
  args: readonly string[],
  environment: Readonly<Record<string, string>> = {},
): Promise<string> {
  const options = { env: { ...process.env, ...environment } };
  const { stdout, stderr } = await promisify(execFile)(
    process.execPath,
    [servicesEntry, ...args],
    options,
  );
  return stdout + stderr;
}

async function firstLine(
  child: ChildProcess,
  stdout: NodeJS.ReadableStream,
  exited: Promise<number | null>,
): Promise<{ line: string } | { problem: string }> {
  const lines = createInterface({ input: stdout });
  let timer: NodeJS.Timeout | undefined;
  try {
    return await Promise.race([
      new Promise<{ line: string }>((resolve) => lines.once("line", (line) => resolve({ line }))),
      exited.then((code) => ({
        problem: `ended with ${code ?? child.signalCode} before it listened`,
      })),
      new Promise<{ problem: string }>((resolve) => {
        timer = setTimeout(() => resolve({ problem: "did not listen within 30 s" }), 30_000);
      }),
    ]);
  } finally {
    clearTimeout(timer);
  }
}

function killGroup(child: ChildProcess): void {
  if (child.pid === undefined) return;
  try {
    process.kill(-child.pid, "SIGKILL");
  } catch {
    // The whole group is gone already.
  }
}
