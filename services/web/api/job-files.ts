import { open, stat } from "node:fs/promises";
import { AppError, coerceError } from "../../contract/errors.ts";
import type { MadeFile } from "../../contract/made-files.ts";
import { contains } from "../../gate/paths.ts";
import { liesInside } from "../data-roots.ts";
import type { DigesterClient } from "../jobs/digester-client.ts";
import { pathsOf, pathsWithCompanions, type InstructionPath } from "../jobs/instruction-paths.ts";
import type { JobRecord } from "../jobs/job-record.ts";
import { cropNamed } from "../jobs/job-service.ts";
import type { ApiDeps } from "./api-deps.ts";

/**
 * A person who may see a job may see its files, and no others: the file lies where the instruction reads or writes, and in the
 * crop's data roots.
 *
 * @throws AppError `forbidden`.
 */
export async function requireOfJob(deps: ApiDeps, job: JobRecord, file: string): Promise<void> {
  const paths = pathsWithCompanions(await deps.store.instruction(job.id));
  await requireNamed(deps, job, paths, file);
}

async function requireNamed(
  deps: ApiDeps,
  job: JobRecord,
  paths: readonly InstructionPath[],
  file: string,
): Promise<void> {
  const isNamed = paths.some(({ path }) => path !== "" && contains(path, file));
  if (!isNamed || !(await liesInside(cropNamed(deps.crops, job.crop), file))) {
    throw new AppError("forbidden", `${file} is no file of the job ${job.key}.`, {
      hint: `Its files lie below ${paths.map(({ path }) => path).join(", ")}.`,
    });
  }
}

/**
 * The digester that has done the job sees its files; else any one may.
 *
 * @throws AppError `unavailable` where there is none.
 */
export function digesterFor(deps: ApiDeps, job: JobRecord): DigesterClient {
  return deps.directory.client(seeingDigester(deps, job));
}

function seeingDigester({ directory }: ApiDeps, job: JobRecord): string {
  const attached = directory.list();
  const reachable = attached.filter((one) => one.reachable);
  // One that cannot be reached says in its words why.
  const chosen =
    reachable.find(({ id }) => id === job.digester) ??
    reachable[0] ??
    attached.find(({ id }) => id === job.digester);
  if (chosen !== undefined) return chosen.id;
  throw new AppError("unavailable", "No digester can be reached that could read the file.", {
    hint: "Attach one that sees the job's files.",
  });
}

interface OpenedFile {
  readonly stream: NodeJS.ReadableStream;
  /** Null where it is not known beforehand. */
  readonly bytes: number | null;
}

/**
 * Reads a file where the job put it; where that directory is not to be seen from here, through a digester.
 *
 * @throws AppError `not_found`, `unavailable`, `upstream_failed`.
 */
export async function openJobFile(
  deps: ApiDeps,
  job: JobRecord,
  path: string,
): Promise<OpenedFile> {
  if (await liesInside(cropNamed(deps.crops, job.crop), path)) {
    const here = await openHere(path);
    if (here !== null) return here;
  }
  return { stream: await digesterFor(deps, job).file(path), bytes: null };
}

/** Null where it is not to be read here. */
async function openHere(path: string): Promise<OpenedFile | null> {
  // A pipe would not open before somebody writes to it.
  if ((await sizeHere(path)) === null) return null;
  try {
    const file = await open(path, "r");
    return { stream: file.createReadStream(), bytes: (await file.stat()).size };
  } catch (thrown) {
    const error: NodeJS.ErrnoException = coerceError(thrown);
    if (error.code === "ENOENT" || error.code === "ENOTDIR" || error.code === "EACCES") return null;
    throw error;
  }
}

async function sizeHere(path: string): Promise<number | null> {
  const found = await stat(path).catch(() => null);
  return found?.isFile() === true ? found.size : null;
}

/** The paths of what a job made, in the order of its result: digest files, then the matrix in other formats. */
export function madePaths({ result }: JobRecord): string[] {
  return [...(result?.tables ?? []), ...(result?.outputs ?? [])].map(({ file }) => file);
}

/** What a job made, with the size of each file, or why it is not to be had. */
export async function findMadeFiles(deps: ApiDeps, job: JobRecord): Promise<MadeFile[]> {
  const paths = pathsOf(await deps.store.instruction(job.id));
  const here: MadeFile[] = await Promise.all(
    madePaths(job).map(async (file) => {
      const problem = await refusalOf(deps, job, paths, file);
      return { file, bytes: problem === null ? await sizeHere(file) : null, problem };
    }),
  );
  const unseen = here.filter(isUnseen).map(({ file }) => file);
  if (unseen.length === 0) return here;
  const { sizes, problem } = await askSizes(deps, job, unseen);
  return here.map((one) => {
    if (!isUnseen(one)) return one;
    const bytes = sizes.get(one.file) ?? null;
    return { file: one.file, bytes, problem: bytes === null ? problem : null };
  });
}

function isUnseen({ bytes, problem }: MadeFile): boolean {
  return bytes === null && problem === null;
}

async function refusalOf(
  deps: ApiDeps,
  job: JobRecord,
  paths: readonly InstructionPath[],
  file: string,
): Promise<string | null> {
  try {
    await requireNamed(deps, job, paths, file);
    return null;
  } catch (thrown) {
    if (thrown instanceof AppError) return thrown.message;
    throw thrown;
  }
}

async function askSizes(
  deps: ApiDeps,
  job: JobRecord,
  files: readonly string[],
): Promise<{ sizes: ReadonlyMap<string, number | null>; problem: string }> {
  try {
    const digester = seeingDigester(deps, job);
    const sizes = await deps.directory.client(digester).fileSizes(files);
    const problem =
      digester === job.digester
        ? "It is no longer where the job put it: the hand-over or a person has moved or removed it."
        : `It is not to be seen here nor from ${digester}; ${job.digester ?? "the digester"}, which made it, cannot be reached.`;
    return { sizes: new Map(files.map((file, i) => [file, sizes[i] ?? null])), problem };
  } catch (thrown) {
    if (!(thrown instanceof AppError)) throw thrown;
    const problem = `It is not to be seen here, and no digester could be asked: ${thrown.message}`;
    return { sizes: new Map(), problem };
  }
}
