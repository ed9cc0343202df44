import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { createWriteStream, readFileSync, readdirSync } from "node:fs";
import { createInterface } from "node:readline";
import { setTimeout as sleep } from "node:timers/promises";
import { spawnServices } from "../services-process.ts";

/** A process that is started again whenever it has ended, as a service manager does it. */
export interface Supervised {
  readonly name: string;
  /** Whether there is a process that a signal can be sent to. */
  readonly isUp: () => boolean;
  /** Resolves with the first line it prints; rejects when it ends before. */
  readonly firstLine: () => Promise<string>;
  /**
   * Sends a signal that ends it, and starts it again `downMs` after it has ended.
   *
   * @param all to its workers as well, as when the machine is gone; else they are left behind.
   */
  readonly end: (signal: "SIGKILL" | "SIGTERM", all: boolean, downMs: number) => Promise<void>;
  /** Stops it, wakes it up again after `ms`. */
  readonly freeze: (all: boolean, ms: number) => Promise<void>;
  /** Ends it for good, by SIGTERM; answers its exit code. */
  readonly close: () => Promise<number | null>;
  /** What went wrong that nobody had asked for: it ended by itself, or did not end when told to, or left workers behind. */
  readonly complaints: readonly string[];
}

/** A digester promises to end within five seconds; the rest is for a machine that is busy. */
const endWithinMs = 15_000;
/** Workers that lost their parent notice it when they next look up from their work. */
const orphansEndWithinMs = 15_000;

/** @param logFile what it writes to stderr is appended to it, over all its lives. */
export function supervise(name: string, args: readonly string[], logFile: string): Supervised {
  const complaints: string[] = [];
  const log = createWriteStream(logFile, { flags: "a" });
  let child: ChildProcess | null = null;
  let first: Promise<string> = Promise.reject(new Error(`${name} was not started`));
  let expected = false;
  let isFrozen = false;
  let closing = false;
  first.catch(() => undefined);

  const start = (): void => {
    const started = spawnServices(args);
    child = started;
    expected = false;
    started.stderr.pipe(log, { end: false });
    const lines = createInterface({ input: started.stdout });
    const exited = once(started, "exit").then(() => {
      throw new Error(`${name} ended before it was ready; see ${logFile}`);
    });
    first = Promise.race([once(lines, "line").then(([line]) => String(line)), exited]);
    exited.catch(() => undefined);
    first.catch(() => undefined);
    started.once("exit", (code, signal) => {
      if (child === started) child = null;
      if (expected) return;
      complaints.push(`${name} ended by itself with ${code ?? signal}; see ${logFile}`);
      if (!closing) start();
    });
    void watchOrphans(started);
  };

  const watchOrphans = async (started: ChildProcess): Promise<void> => {
    await once(started, "exit");
    const deadline = Date.now() + orphansEndWithinMs;
    while (Date.now() < deadline) {
      if (!isGroupAlive(started)) return;
      await sleep(500, undefined, { ref: false });
    }
    complaints.push(`${name} left workers behind in process group ${started.pid}`);
    send(started, "SIGKILL", true);
  };

  const end: Supervised["end"] = async (signal, all, downMs) => {
    const victim = child;
    if (victim === null) return;
    expected = true;
    const exited =
      victim.exitCode === null && victim.signalCode === null ? once(victim, "exit") : null;
    send(victim, signal, all);
    // What is stopped can only be ended by SIGKILL.
    if (isFrozen) send(victim, "SIGCONT", true);
    const timer = setTimeout(() => {
      complaints.push(`${name} did not end within ${endWithinMs / 1000} s of ${signal}`);
      send(victim, "SIGKILL", true);
    }, endWithinMs);
    await exited;
    clearTimeout(timer);
    await sleep(downMs);
    if (!closing) start();
  };

  start();
  return {
    name,
    complaints,
    isUp: () => child !== null && !expected && !isFrozen,
    firstLine: () => first,
    end,
    async freeze(all, ms) {
      const victim = child;
      if (victim === null) return;
      isFrozen = true;
      send(victim, "SIGSTOP", all);
      await sleep(ms);
      isFrozen = false;
      send(victim, "SIGCONT", all);
    },
    async close() {
      closing = true;
      const victim = child;
      if (victim === null) return null;
      await end("SIGTERM", false, 0);
      log.end();
      return victim.exitCode;
    },
  };
}

function send(child: ChildProcess, signal: NodeJS.Signals, all: boolean): void {
  if (child.pid === undefined) return;
  try {
    process.kill(all ? -child.pid : child.pid, signal);
  } catch {
    // It is gone already.
  }
}

/** Whether any process of its group is left. One that has ended and was not taken notice of yet is not. */
function isGroupAlive({ pid }: ChildProcess): boolean {
  const processes = readdirSync("/proc").filter((name) => /^\d+$/.test(name));
  return processes.some((name) => {
    try {
      const stat = readFileSync(`/proc/${name}/stat`, "utf8");
      const [state, , group] = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
      return Number(group) === pid && state !== "Z";
    } catch {
      // It ended while we looked.
      return false;
    }
  });
}
