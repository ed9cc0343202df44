import { createHash, randomBytes } from "node:crypto";
import { access, constants, mkdir, readdir, rename, rm, rmdir } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { AppError, systemCode } from "../contract/errors.ts";
import { systemWords } from "../contract/system-words.ts";
import { makeDirectory } from "./make-directory.ts";
import { liesBelow, requirePathInsideRoots } from "./paths.ts";

/**
 * The directory in which one attempt writes, on the file system of its destination, so that publishing is renaming.
 *
 * It is also the fence of the output. A process that was stopped after it had been allowed to publish may wake up when a
 * newer attempt has long begun. Nobody can take its permission back, but its files can be taken away: the first act of an
 * attempt, once it has the job, is to move the staging directories of earlier attempts aside, and every rename of a late publisher then fails.
 */
export interface Staging {
  readonly path: string;
  /** Where the files go in the end, symbolic links followed, since a directory cannot take the place of a link. */
  readonly destination: string;
  readonly job: number;
  readonly attempt: number;
  /** The topmost directory that had to be made for it, which goes with it unless something else is in there by then. */
  readonly made: string | null;
}

export interface Publisher {
  /**
   * Moves all files of the staging directory into the destination; see the digest engine.
   *
   * @returns whether the directory itself became the destination, so that nothing of it is left.
   */
  readonly publish: (stagingDir: string, destination: string) => Promise<boolean>;
  /** Brings a publish that was cut short to its end; does nothing where none had begun. */
  readonly finishPublish: (stagingDir: string) => Promise<void>;
}

/** Remembers a directory for a later life, from before it is there until it is gone. */
export interface DirectoryNotes {
  readonly add: (path: string) => Promise<void>;
  readonly remove: (path: string) => Promise<void>;
}

interface AttemptOf {
  readonly job: number;
  readonly attempt: number;
  readonly destination: string;
}

const namePattern = /^\.digester-(\d+)-(\d+)-([0-9a-f]{8})[0-9a-f]{12}$/;

/** Job numbers are unique only within one caller, so the name also tells by which destination it stands. */
function stagingName({ job, attempt, destination }: AttemptOf): string {
  return `.digester-${job}-${attempt}-${mark(destination)}${randomBytes(6).toString("hex")}`;
}

function mark(destination: string): string {
  return createHash("sha256").update(basename(destination)).digest("hex").slice(0, 8);
}

/**
 * Makes the directory of an attempt.
 *
 * @param roots the directories it may write in; empty: no limit.
 * @param note is told before anything is made, so that a process that is killed in between leaves nothing it does not know of.
 * @throws AppError `bad_request` when the place cannot be written, or lies outside the roots.
 */
export async function openStaging(
  attempt: AttemptOf,
  roots: readonly string[],
  note: (planned: Staging) => Promise<void> = async () => undefined,
): Promise<Staging> {
  const destination = await requirePathInsideRoots(attempt.destination, roots);
  const refuse = (thrown: unknown): never => {
    throw cannotBeWritten(destination, thrown);
  };
  const planned = await planStaging({ ...attempt, destination }, roots).catch(refuse);
  await note(planned);
  await makeOwn(planned.path).catch(refuse);
  return planned;
}

/** Beside the destination or, where nothing can be made there, in it; directories above it are made. */
async function planStaging(own: AttemptOf, roots: readonly string[]): Promise<Staging> {
  const { job, attempt, destination } = own;
  const parent = dirname(destination);
  const mayBeBeside =
    parent !== destination && (roots.length === 0 || (await liesBelow(roots, parent)));
  const planned = (place: string, made: string | null): Staging => ({
    job,
    attempt,
    destination,
    path: join(place, stagingName(own)),
    made,
  });
  if (mayBeBeside) {
    if (await isWritable(parent)) return planned(parent, null);
    const made = await topmostMissing(parent);
    if (made !== null) return planned(parent, made);
  }
  return planned(destination, await topmostMissing(destination));
}

/** The highest of the directories that would have to be made for this one to be there; null when it is. */
async function topmostMissing(directory: string): Promise<string | null> {
  if (await isThere(directory)) return null;
  const parent = dirname(directory);
  return parent === directory ? null : ((await topmostMissing(parent)) ?? directory);
}

/** Whether there is anything at a path. */
export async function isThere(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}

/** Most often all that lies above is there already. */
async function makeOwn(path: string): Promise<void> {
  try {
    await mkdir(path);
  } catch (thrown) {
    if (systemCode(thrown) !== "ENOENT") throw thrown;
    await makeDirectory(path);
  }
}

function cannotBeWritten(destination: string, thrown: unknown): AppError {
  if (thrown instanceof AppError) return thrown;
  return new AppError(
    "bad_request",
    `The destination ${destination} cannot be written: ${systemWords(thrown)}.`,
    { cause: thrown },
  );
}

/** Removes what an attempt wrote. What has been published is not in there any more. */
export async function removeStaging({ path, made }: Pick<Staging, "path" | "made">): Promise<void> {
  await rm(path, { recursive: true, force: true, maxRetries: 3 });
  if (made === null) return;
  for (let directory = dirname(path); ; directory = dirname(directory)) {
    const removed = await rmdir(directory).then(
      () => true,
      () => false,
    );
    if (!removed || directory === made) return;
  }
}

/**
 * Moves the staging directories of earlier attempts of the job aside, finishes what they had begun to publish, so that the
 * destination never holds half of it, and drops the rest.
 *
 * @throws AppError `stale_attempt` when a newer attempt has been here, `bad_request` when the place cannot be written.
 */
export async function fenceOff(
  own: Staging,
  publisher: Pick<Publisher, "finishPublish">,
  notes: DirectoryNotes,
): Promise<void> {
  try {
    for (const place of [dirname(own.destination), own.destination]) {
      for (const name of await namesIn(place)) {
        if (isOfEarlier(own, name)) await fenceOffOne(own, place, name, publisher, notes);
      }
    }
  } catch (thrown) {
    throw cannotBeWritten(own.destination, thrown);
  }
}

/** @throws AppError `stale_attempt` where it is of a newer one. */
function isOfEarlier(own: Staging, name: string): boolean {
  const [, job, attempt, marked] = namePattern.exec(name) ?? [];
  if (Number(job) !== own.job || marked !== mark(own.destination)) return false;
  if (name === basename(own.path)) return false;
  if (Number(attempt) <= own.attempt) return true;
  throw new AppError(
    "stale_attempt",
    `Attempt ${attempt} of job ${own.job} has begun, so attempt ${own.attempt} is over.`,
  );
}

async function fenceOffOne(
  own: Staging,
  place: string,
  name: string,
  publisher: Pick<Publisher, "finishPublish">,
  notes: DirectoryNotes,
): Promise<void> {
  const aside = join(place, stagingName(own));
  await notes.add(aside);
  if (await moved(join(place, name), aside)) {
    await publisher.finishPublish(aside);
    await rm(aside, { recursive: true, force: true, maxRetries: 3 });
  }
  await notes.remove(aside);
}

/** False when it is gone: its owner has just finished, or somebody else fences as well. */
async function moved(from: string, to: string): Promise<boolean> {
  try {
    await rename(from, to);
    return true;
  } catch (thrown) {
    if (systemCode(thrown) === "ENOENT") return false;
    throw thrown;
  }
}

async function namesIn(directory: string): Promise<string[]> {
  try {
    return await readdir(directory);
  } catch {
    return [];
  }
}

async function isWritable(directory: string): Promise<boolean> {
  try {
    await access(directory, constants.W_OK | constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
