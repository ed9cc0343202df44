import { spawn } from "node:child_process";
import { mkdir, open, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { z } from "zod";
import { AppError, coerceError } from "../contract/errors.ts";
import { isPilotOf } from "../contract/cluster.ts";
import { pilotCommand, pilotEnvironment, type PilotPlan } from "./pilot-command.ts";
import type { ProvidedPilot, Provider } from "./provider.ts";

export interface LocalOptions {
  readonly cluster: string;
  readonly plan: PilotPlan;
  /** Keeps a note and a log of each pilot; made when missing. */
  readonly directory: string;
  /** Milliseconds since 1970. */
  readonly now: () => number;
}

interface Child {
  readonly pilot: ProvidedPilot;
  readonly endedAt: number | null;
  /** Of an earlier life of the keeper: nobody tells us of its end. */
  readonly inherited: boolean;
}

const Note = z.object({ pid: z.number().int().positive(), startedAt: z.number() });
type Note = z.infer<typeof Note>;

/** Ended pilots are listed for so long. */
const keptMs = 300_000;
/** Between the notice of a cancelled pilot and its kill. */
const killAfterMs = 10_000;

/**
 * Pilots as processes of this machine: for one machine with a load that comes and goes, and for trying things out. They end
 * with the keeper, unless that is killed: then the next one finds them by the notes that it left.
 */
export async function localProvider(options: LocalOptions): Promise<Provider> {
  const { cluster, plan, directory, now } = options;
  await mkdir(directory, { recursive: true, mode: 0o700 });
  const children = new Map<string, Child>();
  const timers = new Set<NodeJS.Timeout>();
  const noteOf = (id: string): string => join(directory, `${id}.json`);
  const logOf = (id: string): string => join(directory, `${id}.log`);

  const inAWhile = (ms: number, work: () => void): void => {
    const timer = setTimeout(() => {
      timers.delete(timer);
      work();
    }, ms);
    timer.unref();
    timers.add(timer);
  };

  /** As a batch system does: a notice, and then the end. */
  const limit = (pid: number, startedAt: number): number | null => {
    if (plan.walltimeMs === null) return null;
    const endsAt = startedAt + plan.walltimeMs;
    inAWhile(Math.max(0, endsAt - plan.noticeMs - now()), () => signal(pid, "SIGTERM"));
    inAWhile(Math.max(0, endsAt - now()), () => signal(pid, "SIGKILL"));
    return endsAt;
  };

  const submit = async (id: string): Promise<string> => {
    const [program = "", ...args] = pilotCommand(plan, id, "127.0.0.1");
    const log = await open(logOf(id), "a", 0o600);
    try {
      const child = spawn(program, args, {
        // Not in our group: a Ctrl-C at the terminal is for the keeper, which then ends its pilots in good order.
        detached: true,
        stdio: ["ignore", log.fd, log.fd],
        env: pilotEnvironment(plan),
      });
      const { pid } = await new Promise<{ pid: number }>((started, failed) => {
        child.once("error", failed);
        child.once("spawn", () => started({ pid: child.pid ?? 0 }));
      });
      child.unref();
      const startedAt = now();
      const job = String(pid);
      const pilot = { id, job, reason: null, endsAt: limit(pid, startedAt) };
      children.set(id, { pilot: { ...pilot, state: "running" }, endedAt: null, inherited: false });
      child.once("exit", (code, by) => {
        const reason = by === null ? `It ended with exit code ${code}.` : `It was ended by ${by}.`;
        const over: ProvidedPilot = { ...pilot, state: "ended", reason };
        children.set(id, { pilot: over, endedAt: now(), inherited: false });
        void rm(noteOf(id), { force: true });
        // What one said that ended badly is for whoever looks for the reason.
        if (code === 0) void rm(logOf(id), { force: true });
      });
      await writeFile(noteOf(id), JSON.stringify({ pid, startedAt } satisfies Note));
      if (children.get(id)?.pilot.state === "ended") await rm(noteOf(id), { force: true });
      return job;
    } catch (thrown) {
      throw new AppError("upstream_failed", `${program}: ${coerceError(thrown).message}`, {
        cause: thrown,
      });
    } finally {
      await log.close();
    }
  };

  /** Those that an earlier life of the keeper has left behind. */
  const inherit = async (): Promise<void> => {
    for (const name of await readdir(directory)) {
      const id = name.replace(/\.json$/, "");
      if (id === name || !isPilotOf(cluster, id) || children.has(id)) continue;
      const note = await readNote(noteOf(id));
      if (note === null || !(await isPilot(note.pid, id))) {
        await rm(noteOf(id), { force: true });
        continue;
      }
      const endsAt = limit(note.pid, note.startedAt);
      const pilot = { id, job: String(note.pid), reason: null, endsAt };
      children.set(id, { pilot: { ...pilot, state: "running" }, endedAt: null, inherited: true });
    }
  };
  await inherit();

  const list = async (): Promise<ProvidedPilot[]> => {
    for (const [id, { pilot, endedAt, inherited }] of children) {
      if (inherited && pilot.state === "running" && !(await isPilot(Number(pilot.job), id))) {
        const over: ProvidedPilot = { ...pilot, state: "ended", reason: "Its process is gone." };
        children.set(id, { pilot: over, endedAt: now(), inherited });
        await rm(noteOf(id), { force: true });
      }
      if (endedAt !== null && now() - endedAt > keptMs) children.delete(id);
    }
    return [...children.values()].map(({ pilot }) => pilot);
  };

  const running = (): ProvidedPilot[] =>
    [...children.values()].flatMap(({ pilot }) => (pilot.state === "running" ? [pilot] : []));

  const end = (job: string): void => {
    const pid = Number(job);
    signal(pid, "SIGTERM");
    inAWhile(killAfterMs, () => signal(pid, "SIGKILL"));
  };

  return {
    name: "local",
    submit,
    list,
    async cancel({ job }) {
      end(job);
    },
    async close() {
      for (const { job } of running()) end(job);
      const deadline = now() + killAfterMs;
      while (running().length > 0 && now() < deadline) {
        await sleep(50);
        await list();
      }
      for (const { job } of running()) signal(Number(job), "SIGKILL");
      for (const timer of timers) clearTimeout(timer);
    },
  };
}

async function readNote(path: string): Promise<Note | null> {
  try {
    return Note.safeParse(JSON.parse(await readFile(path, "utf8"))).data ?? null;
  } catch {
    return null;
  }
}

/** Numbers of processes are used again, so its command line must name it, where that can be seen. */
async function isPilot(pid: number, id: string): Promise<boolean> {
  if (!signal(pid, 0)) return false;
  if (process.platform !== "linux") return true;
  const line = await readFile(`/proc/${pid}/cmdline`, "utf8").catch(() => "");
  return line.split("\0").includes(id);
}

function signal(pid: number, name: NodeJS.Signals | 0): boolean {
  try {
    return process.kill(pid, name);
  } catch {
    return false;
  }
}
