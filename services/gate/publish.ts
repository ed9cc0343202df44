import { copyFile, open, readFile, readdir, rename, rm, stat } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { z } from "zod";
import { parseOrThrow, systemCode } from "../contract/errors.ts";
import { makeDirectory } from "./make-directory.ts";
import { syncDirectory } from "./sync-directory.ts";

/**
 * Moving digest files from the directory they were written in to where they are wanted, all or, after a crash, all as
 * soon as it is finished. What else lies in the destination is not touched.
 */

/** Written, and brought to disk, before the first file is moved. */
const JOURNAL = ".publish.json";
/** Left by a crash while it was being written: nothing had been moved then. */
const UNFINISHED_JOURNAL = ".publish.json.new";
const Journal = z.object({ destination: z.string(), files: z.array(z.string()) });
type Journal = z.infer<typeof Journal>;

/**
 * Moves all files of `stagingDir` into `destination`, which is made if it is missing. Where it is absent or empty, the whole
 * directory is renamed; else each file, from a list on disk, so that `finishPublish` can go on where this was cut short.
 * The staging directory, if it is still there, is left empty.
 *
 * @param areOnDisk whether the content of the files is on disk for good already.
 * @returns whether the directory itself was renamed.
 * @throws a system error; `ENOENT` where the staging directory was taken away.
 */
export async function publish(
  stagingDir: string,
  destination: string,
  areOnDisk = false,
): Promise<boolean> {
  const target = resolve(destination);
  const files = await readdir(stagingDir);
  if (files.includes(JOURNAL)) {
    await finishPublish(stagingDir);
    return false;
  }
  if (files.includes(UNFINISHED_JOURNAL)) {
    files.splice(files.indexOf(UNFINISHED_JOURNAL), 1);
    await rm(join(stagingDir, UNFINISHED_JOURNAL));
  }
  if (!areOnDisk) for (const file of files) await sync(join(stagingDir, file));
  if (await renameWhole(stagingDir, target)) {
    await syncDirectory(dirname(target));
    return true;
  }
  await makeDirectory(target);
  if (files.length === 0) return false;
  const journal: Journal = { destination: target, files };
  await writeJournal(stagingDir, journal);
  await moveFiles(stagingDir, journal);
  return false;
}

/**
 * Brings a publish that was cut short to its end; does nothing where none had begun.
 *
 * @throws as `publish`.
 */
export async function finishPublish(stagingDir: string): Promise<void> {
  const journal = await readJournal(stagingDir);
  if (journal === null) return;
  const left = new Set(await readdir(stagingDir));
  await makeDirectory(journal.destination);
  await moveFiles(stagingDir, {
    ...journal,
    files: journal.files.filter((file) => left.has(file)),
  });
}

async function moveFiles(stagingDir: string, { destination, files }: Journal): Promise<void> {
  for (const file of files) await moveFile(join(stagingDir, file), destination, file);
  await syncDirectory(destination);
  await rm(join(stagingDir, JOURNAL));
}

/** Codes that say that a directory cannot take the place of another, so that its files must go one by one. */
const NOT_AS_A_WHOLE: ReadonlySet<string> = new Set([
  "ENOTEMPTY",
  "EEXIST",
  "EXDEV",
  "EBUSY",
  "EPERM",
  "EACCES",
  // A link to a directory stands there.
  "ENOTDIR",
  // The staging directory lies in the destination.
  "EINVAL",
]);

/** Renames the directory itself. @returns false where that cannot be. */
async function renameWhole(
  stagingDir: string,
  target: string,
  hasParent = false,
): Promise<boolean> {
  try {
    await rename(stagingDir, target);
    return true;
  } catch (thrown) {
    const code = systemCode(thrown);
    if (NOT_AS_A_WHOLE.has(code)) return false;
    if (code !== "ENOENT" || hasParent) throw thrown;
    await makeDirectory(dirname(target));
    return renameWhole(stagingDir, target, true);
  }
}

const BUSY_RETRIES = 5;
const BUSY_WAIT_MS = 100;

/** Renames one file, waiting a little for whoever has it open; copies it where it crosses file systems. */
async function moveFile(from: string, destination: string, name: string): Promise<void> {
  const to = join(destination, name);
  for (let tries = 1; ; tries++) {
    try {
      await rename(from, to);
      return;
    } catch (thrown) {
      const code = systemCode(thrown);
      if (code === "EXDEV") break;
      if (code !== "EBUSY" || tries === BUSY_RETRIES) throw thrown;
      await sleep(BUSY_WAIT_MS);
    }
  }
  // The name is fixed, so that a copy that was cut short is written over by the next.
  const partial = join(destination, `.${name}.partial`);
  await copyFile(from, partial);
  await sync(partial);
  await rename(partial, to);
  await rm(from);
}

async function writeJournal(stagingDir: string, journal: Journal): Promise<void> {
  const written = join(stagingDir, UNFINISHED_JOURNAL);
  const file = await open(written, "w");
  try {
    await file.writeFile(JSON.stringify(journal));
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(written, join(stagingDir, JOURNAL));
  await syncDirectory(stagingDir);
}

async function readJournal(stagingDir: string): Promise<Journal | null> {
  let text: string;
  try {
    text = await readFile(join(stagingDir, JOURNAL), "utf8");
  } catch (thrown) {
    if (systemCode(thrown) === "ENOENT") return null;
    throw thrown;
  }
  return parseOrThrow(Journal, JSON.parse(text), "internal", `The journal of ${stagingDir}`);
}

async function sync(path: string): Promise<void> {
  if (!(await stat(path)).isFile()) return;
  const file = await open(path, "r+");
  try {
    await file.sync();
  } finally {
    await file.close();
  }
}
