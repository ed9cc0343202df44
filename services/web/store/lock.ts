import { randomUUID } from "node:crypto";
import { link, open, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import { hostname } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { z } from "zod";
import { AppError, systemCode } from "../../contract/errors.ts";
import { isAlive, processStart } from "../../gate/processes.ts";

/** Who has a folder. */
const Holder = z.object({
  pid: z.number().int(),
  host: z.string(),
  /** What tells this process from a later one with the same number; null where the system does not say. */
  born: z.string().nullable(),
  token: z.string(),
});
type Holder = z.infer<typeof Holder>;

const lockName = "lock.json";
/** The holder tells that it is alive this often, for those on other hosts, who cannot look for its process. */
const renewMs = 10_000;
const silentMs = 60_000;
/** A file that says nothing may be being written for so long. */
const unreadableMs = 5_000;
/** A process that was killed a moment ago may still be on its way out. */
const dyingMs = 2_000;
const lookAgainMs = 100;

/**
 * Makes this process the only one that has the folder. What a dead process left is taken over.
 *
 * @param patienceMs a process that has it may take so long to end.
 * @returns lets go of it.
 * @throws AppError `unavailable`, naming the process that has it.
 */
export async function acquireLock(
  directory: string,
  patienceMs = dyingMs,
): Promise<() => Promise<void>> {
  const path = join(directory, lockName);
  const me: Holder = {
    pid: process.pid,
    host: hostname(),
    born: await bornOf(process.pid),
    token: randomUUID(),
  };
  const own = `${path}.${me.token}`;
  const content = `${JSON.stringify(me)}\n`;
  await writeFile(own, content, { mode: 0o600 });
  try {
    await takePatiently(path, own, patienceMs);
  } finally {
    await rm(own, { force: true });
  }
  // An open file stays ours, whatever happens to the name.
  const handle = await open(path, "r+");
  const renewal = setInterval(() => {
    // A failure shows in the next write of the store, with better words.
    handle.write(content, 0).catch(() => {});
  }, renewMs);
  renewal.unref();
  return async () => {
    clearInterval(renewal);
    await handle.close();
    const holder = await readHolder(path);
    if (typeof holder === "object" && holder.token === me.token) await rm(path, { force: true });
  };
}

async function takePatiently(path: string, own: string, patienceMs: number): Promise<void> {
  const deadline = performance.now() + patienceMs;
  for (;;) {
    try {
      return await take(path, own);
    } catch (thrown) {
      const isHad = thrown instanceof AppError && thrown.code === "unavailable";
      if (!isHad || performance.now() >= deadline) throw thrown;
    }
    await delay(lookAgainMs);
  }
}

/**
 * Gives our file the name of the lock, which only one can. One that a dead process left is replaced in one step, by
 * whoever has the guard, so that nobody ever takes away the lock of the living.
 */
async function take(path: string, own: string): Promise<void> {
  for (let tries = 0; tries < 3; tries++) {
    if (await linked(own, path)) return;
    const holder = await readHolder(path);
    if (holder === "missing") continue;
    await requireDead(holder, path, own);
    const guard = `${path}.takeover`;
    if (await linked(own, guard)) {
      try {
        if (await replaced(path, own)) return;
      } finally {
        await rm(guard, { force: true });
      }
    } else {
      const guardian = await readHolder(guard);
      if (guardian === "missing") continue;
      await requireDead(guardian, guard, own);
      await rm(guard, { force: true });
    }
  }
  throw inUse(null, path);
}

async function replaced(path: string, own: string): Promise<boolean> {
  const holder = await readHolder(path);
  if (holder === "missing") return false;
  await requireDead(holder, path, own);
  await rename(own, path);
  return true;
}

async function linked(own: string, path: string): Promise<boolean> {
  try {
    await link(own, path);
    return true;
  } catch (thrown) {
    if (systemCode(thrown) === "EEXIST") return false;
    // A file system without links: a copy that fails when there is one.
    if (!["EPERM", "ENOTSUP", "ENOSYS", "EOPNOTSUPP"].includes(systemCode(thrown))) throw thrown;
  }
  try {
    await writeFile(path, await readFile(own), { flag: "wx", mode: 0o600 });
    return true;
  } catch (thrown) {
    if (systemCode(thrown) === "EEXIST") return false;
    throw thrown;
  }
}

type Found = Holder | "missing" | "unreadable";

async function readHolder(path: string): Promise<Found> {
  let content: string;
  try {
    content = await readFile(path, "utf8");
  } catch (thrown) {
    if (systemCode(thrown) === "ENOENT") return "missing";
    throw thrown;
  }
  try {
    return Holder.parse(JSON.parse(content));
  } catch {
    return "unreadable";
  }
}

/** @throws AppError `unavailable` while whoever made the file at `path` may be alive. */
async function requireDead(holder: Found, path: string, own: string): Promise<void> {
  if (holder === "missing") return;
  if (holder === "unreadable") {
    // Cut short by a loss of power, or being written where the file system knows no links.
    if (await wasSilentFor(unreadableMs, path, own)) return;
    throw inUse(null, path);
  }
  const dead =
    holder.host === hostname() ? await isGone(holder) : await wasSilentFor(silentMs, path, own);
  if (!dead) throw inUse(holder, path);
}

/** Both files were written to, so both times are the file system's: the clocks of the hosts do not matter. */
async function wasSilentFor(ms: number, path: string, own: string): Promise<boolean> {
  const [theirs, ours] = await Promise.all([stat(path), stat(own)]);
  return ours.mtimeMs - theirs.mtimeMs > ms;
}

async function isGone(holder: Holder): Promise<boolean> {
  if (!(await isAlive(holder.pid))) return true;
  const born = await bornOf(holder.pid);
  return born !== null && holder.born !== null && born !== holder.born;
}

/** Boot of the machine and start of the process since, in clock ticks, as Linux tells them. */
async function bornOf(pid: number): Promise<string | null> {
  try {
    const boot = await readFile("/proc/sys/kernel/random/boot_id", "utf8");
    const start = await processStart(pid);
    return start === null ? null : `${boot.trim()}/${start}`;
  } catch {
    return null;
  }
}

function inUse(holder: Holder | null, path: string): AppError {
  const who = holder === null ? "another process" : `process ${holder.pid} on ${holder.host}`;
  return new AppError("unavailable", `The store is in use by ${who}, says ${path}.`, {
    hint: "Stop that process. If there is none any more, delete that file.",
  });
}
