import { spawn } from "node:child_process";
import { once } from "node:events";
import { open, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { z } from "zod";
import { AppError, coerceError } from "../contract/errors.ts";
import { isPilotOf } from "../contract/cluster.ts";
import { makeDirectory } from "../gate/make-directory.ts";
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
  pilot: ProvidedPilot;
  endedAt: number | null;
  /** Of an earlier life of the keeper: nobody tells us of its end. */
  readonly inherited: boolean;
  /** When it is told to end; Infinity: it has been, or never will be. */
  noticeAt: number;
  /** When it is killed if it is still there. */
  killAt: number;
}

const Note = z.object({ pid: z.number().int().positive(), startedAt: z.number() });
type Note = z.infer<typeof Note>;

/** Ended pilots are listed for so long. */
const keptMs = 300_000;
/** Between the notice of a cancelled pilot and its kill. */
const killAfterMs = 10_000;
/** How often somebody looks whose time is over. */
const everyMs = 500;

/**
 * Pilots as processes of this machine: for one machine with a load that comes and goes, and for trying things out. They end
 * with the keeper, unless that is killed: then the next one finds them by the notes that it left.
 */
export async function localProvider(options: LocalOptions): Promise<Provider> {
  const { cluster, plan, directory, now } = options;
  await makeDirectory(directory, 0o700);
  const children = new Map<string, Child>();
  const noteOf = (id: string): string => join(directory, `${id}.json`);
  const logOf = (id: string): string => join(directory, `${id}.log`);

  const add = (id: string, { pid, startedAt }: Note, inherited: boolean): Child => {
    const endsAt = plan.walltimeMs === null ? null : startedAt + plan.walltimeMs;
    const child: Child = {
      pilot: { id, job: String(pid), state: "running", reason: null, endsAt },
      endedAt: null,
      inherited,
      noticeAt: endsAt === null ? Infinity : endsAt - plan.noticeMs,
      killAt: endsAt ?? Infinity,
    };
    children.set(id, child);
    return child;
  };

  const over = (child: Child, reason: string): Promise<void> => {
    child.pilot = { ...child.pilot, state: "ended", reason };
    child.endedAt = now();
    return remove(noteOf(child.pilot.id));
  };

  const submit = async (id: string): Promise<string> => {
    const [program = "", ...args] = pilotCommand(plan, id, "127.0.0.1");
    try {
      const log = await open(logOf(id), "a", 0o600);
      try {
        const started = spawn(program, args, {
          // Not in our group: a Ctrl-C at the terminal is for the keeper, which then ends its pilots in good order.
          detached: true,
          stdio: ["ignore", log.fd, log.fd],
          env: pilotEnvironment(plan),
        });
        await once(started, "spawn");
        started.unref();
        const note: Note = { pid: started.pid ?? 0, startedAt: now() };
        const child = add(id, note, false);
        started.once("exit", (code, by) => {
          const how = by === null ? `It ended with exit code ${code}.` : `It was ended by ${by}.`;
          over(child, how).catch(() => undefined);
          // What one said that ended badly is for whoever looks for the reason.
          if (code === 0) remove(logOf(id)).catch(() => undefined);
        });
        await writeFile(noteOf(id), JSON.stringify(note));
        if (child.endedAt !== null) await remove(noteOf(id));
        return child.pilot.job;
      } finally {
        await log.close();
      }
    } catch (thrown) {
      if (!children.has(id)) await remove(logOf(id)).catch(() => undefined);
      throw new AppError("upstream_failed", `${program}: ${coerceError(thrown).message}`, {
        cause: thrown,
      });
    }
  };

  /** Those that an earlier life of the keeper has left behind. */
  const inherit = async (): Promise<void> => {
    for (const name of await readdir(directory)) {
      const id = name.replace(/\.json$/, "");
      if (id === name || !isPilotOf(cluster, id)) continue;
      const note = await readNote(noteOf(id));
      if (note !== null && (await isPilot(note.pid, id))) add(id, note, true);
      else await remove(noteOf(id));
    }
  };
  await inherit();

  /** What runs, as far as can be told now. */
  const running = async (): Promise<Child[]> => {
    const found: Child[] = [];
    for (const child of children.values()) {
      if (child.endedAt !== null) continue;
      const { id, job } = child.pilot;
      if (!child.inherited || (await isPilot(Number(job), id))) found.push(child);
      else await over(child, "Its process is gone.");
    }
    return found;
  };

  /** As a batch system does: a notice, and then the end. */
  const keepTimes = async (): Promise<void> => {
    for (const child of await running()) {
      // One that has ended meanwhile may have left its number to a stranger.
      if (child.endedAt !== null) continue;
      const pid = Number(child.pilot.job);
      if (now() >= child.killAt) signal(pid, "SIGKILL");
      else if (now() >= child.noticeAt) {
        child.noticeAt = Infinity;
        signal(pid, "SIGTERM");
      }
    }
  };
  const timer = setInterval(() => void keepTimes().catch(() => undefined), everyMs).unref();

  const end = (child: Child): void => {
    child.noticeAt = now();
    child.killAt = Math.min(child.killAt, now() + killAfterMs);
  };

  return {
    name: "local",
    submit,
    async list() {
      await running();
      for (const [id, { endedAt }] of children) {
        if (endedAt !== null && now() - endedAt > keptMs) children.delete(id);
      }
      return [...children.values()].map(({ pilot }) => pilot);
    },
    async cancel({ id }) {
      const child = children.get(id);
      if (child === undefined) return;
      end(child);
      await keepTimes();
    },
    async close() {
      for (const child of children.values()) end(child);
      const deadline = now() + killAfterMs + everyMs;
      while ((await running()).length > 0 && now() < deadline) {
        await keepTimes();
        await sleep(50);
      }
      clearInterval(timer);
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

function remove(path: string): Promise<void> {
  return rm(path, { force: true });
}
