import { createHash, randomBytes } from "node:crypto";
import { link, readFile, rename, rm, writeFile } from "node:fs/promises";
import { hostname } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import envPaths from "env-paths";
import { z } from "zod";
import { AppError, coerceError, systemCode } from "../contract/errors.ts";
import { makeDirectory } from "../gate/make-directory.ts";
import { isAlive, processStart } from "../gate/processes.ts";
import { parseJson } from "../gate/parse-json.ts";
import { writeDurably } from "./durable-files.ts";

/**
 * The directory in which a digester keeps what must outlive its process: who it is, its token, the regulator, the outbox,
 * the staging directories that it made. One process at a time owns it.
 */
export interface StateDir {
  readonly path: string;
  /** Lets the next one have it. */
  readonly release: () => Promise<void>;
}

const Lock = z.object({
  host: z.string(),
  pid: z.number().int(),
  /** When that process began, so that a pid used anew is not taken for it; null where the system does not tell. */
  processStart: z.string().nullable(),
});
type Lock = z.infer<typeof Lock>;

/** Digesters of one web service on one machine. */
const SLOTS = 64;
/** A process that was killed a moment ago may still be on its way out. */
const DYING_MS = 2000;
const LOOK_AGAIN_MS = 100;

/**
 * Takes the directory that was asked for, or the lowest free one of those for this web service, so that the digester which
 * starts after a crash finds what its earlier life left.
 *
 * @param patienceMs a process that has the directory that was asked for may take so long to end.
 * @throws AppError `unavailable` when it belongs to a process that lives, or cannot be made.
 */
export async function takeStateDir(
  wanted: { path: string } | { webUrl: string },
  patienceMs = DYING_MS,
): Promise<StateDir> {
  if ("path" in wanted) {
    const deadline = performance.now() + patienceMs;
    for (;;) {
      const taken = await tryTake(wanted.path);
      if (taken !== null) return taken;
      if (performance.now() >= deadline) break;
      await delay(LOOK_AGAIN_MS);
    }
    throw new AppError("unavailable", `Another digester uses the state directory ${wanted.path}.`, {
      hint: "Give this one a directory of its own with --state.",
    });
  }
  const nodes = join(envPaths("digester", { suffix: "" }).data, "nodes");
  // With the machine's name, because a home directory may be shared by many.
  const name = createHash("sha256")
    .update(`${hostname()} ${wanted.webUrl}`)
    .digest("hex")
    .slice(0, 12);
  for (let slot = 1; slot <= SLOTS; slot += 1) {
    const taken = await tryTake(join(nodes, `${name}-${slot}`));
    if (taken !== null) return taken;
  }
  throw new AppError("unavailable", `${SLOTS} digesters of this web service run here already.`);
}

async function tryTake(path: string): Promise<StateDir | null> {
  await makeDirectory(path, 0o700).catch((thrown: unknown) => {
    const why = coerceError(thrown).message;
    throw new AppError("unavailable", `The state directory ${path} cannot be used: ${why}`, {
      cause: thrown,
      hint: "Name another one with --state.",
    });
  });
  const lockPath = join(path, "lock.json");
  const own: Lock = {
    host: hostname(),
    pid: process.pid,
    processStart: await processStart(process.pid),
  };
  const draft = `${lockPath}.${randomBytes(6).toString("hex")}`;
  await writeFile(draft, JSON.stringify(own), { mode: 0o600 });
  try {
    if (!(await linkUnlessThere(draft, lockPath))) {
      const text = await readText(lockPath);
      if (text === null || (await isHeld(text)) || !(await removeIfSame(lockPath, text))) {
        return null;
      }
      if (!(await linkUnlessThere(draft, lockPath))) return null;
    }
  } finally {
    await rm(draft, { force: true });
  }
  return {
    path,
    release: async () => {
      await removeIfSame(lockPath, JSON.stringify(own));
    },
  };
}

/** A link appears whole or not at all, so nobody reads a lock that is half written. */
async function linkUnlessThere(from: string, to: string): Promise<boolean> {
  try {
    await link(from, to);
    return true;
  } catch (thrown) {
    if (systemCode(thrown) === "EEXIST") return false;
    throw thrown;
  }
}

/**
 * Removes a lock only if it still is the one that was looked at: of two who find the same dead lock, the slower one must
 * not remove what the faster one has just put in its place.
 */
async function removeIfSame(path: string, text: string): Promise<boolean> {
  const aside = `${path}.${randomBytes(6).toString("hex")}`;
  try {
    await rename(path, aside);
  } catch {
    return false;
  }
  const same = (await readText(aside)) === text;
  if (!same) await linkUnlessThere(aside, path);
  await rm(aside, { force: true });
  return same;
}

async function isHeld(text: string): Promise<boolean> {
  const parsed = Lock.safeParse(parseJson(text));
  if (!parsed.success) return false;
  const { host, pid, processStart: start } = parsed.data;
  // A shared home directory: whether a process of another machine lives cannot be seen from here.
  if (host !== hostname()) return true;
  if (!(await isAlive(pid))) return false;
  const current = await processStart(pid);
  return start === null || current === null || start === current;
}

/** What the file holds, or what `make` gives, kept there from then on. */
async function readOrMake(path: string, make: () => string): Promise<string> {
  const there = (await readText(path))?.trim();
  if (there !== undefined && there !== "") return there;
  const made = make();
  await writeDurably(path, `${made}\n`);
  return made;
}

/** The id by which the digester is known: the machine's name and something that tells it from others on that machine. */
export function digesterId(state: StateDir): Promise<string> {
  return readOrMake(
    join(state.path, "id"),
    () => `${hostname().split(".")[0] ?? "node"}-${randomBytes(3).toString("hex")}`,
  );
}

/** What others present to use this digester. */
export function digesterToken(state: StateDir): Promise<string> {
  return readOrMake(join(state.path, "token"), () => randomBytes(32).toString("base64url"));
}

/** The text of a file; null where it cannot be read. */
export async function readText(path: string): Promise<string | null> {
  try {
    return await readFile(path, "utf8");
  } catch {
    return null;
  }
}
