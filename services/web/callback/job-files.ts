import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { open, readdir, stat, truncate } from "node:fs/promises";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import { z } from "zod";
import { AppError, coerceError, systemCode } from "../../contract/errors.ts";
import type { InputFile, OutputFile, OutputKept } from "../../contract/remote-files.ts";
import { systemWords } from "../../contract/system-words.ts";
import { makeDirectory } from "../../gate/make-directory.ts";
import { finishPublish, publish } from "../../gate/publish.ts";
import {
  fenceOff,
  isThere,
  openStaging,
  removeStaging,
  type DirectoryNotes,
} from "../../gate/staging.ts";
import type { Crop } from "../crop.ts";
import { requirePathInside } from "../data-roots.ts";
import { pathsWithCompanions, type InstructionPath } from "../jobs/instruction-paths.ts";
import type { JobRecord } from "../jobs/job-record.ts";
import { cropNamed } from "../jobs/job-service.ts";
import { createTurns } from "../jobs/turns.ts";
import type { Log } from "../log.ts";
import type { Store } from "../store/store.ts";
import { inputsOf, readInput, requireInput } from "./job-inputs.ts";

/** The attempt that a digester speaks for. */
interface AttemptClaim {
  readonly id: number;
  readonly attempt: number;
  readonly digester: string;
}

/**
 * Files of jobs for digesters that do not see them: what the instruction of a running attempt reads may be fetched by the
 * digester that has it, and what came of it is taken into a staging directory beside the destination, with the fences of any
 * other attempt. Everything throws AppError `stale_attempt` for whoever has not the job.
 */
export interface JobFiles {
  readonly inputs: (claim: AttemptClaim) => Promise<InputFile[]>;
  /** The bytes from `first` to `last`, inclusive, at most a chunk. */
  readonly read: (
    claim: AttemptClaim,
    file: Pick<InputFile, "path" | "tag">,
    first: number,
    last: number,
  ) => Promise<Buffer>;
  /** Adds a chunk, where it is the next one. */
  readonly keep: (
    claim: AttemptClaim,
    name: string,
    offset: number,
    chunk: Buffer,
  ) => Promise<OutputKept>;
  /** Moves all of them into the destination. A second call of an attempt that has published does nothing. */
  readonly publish: (claim: AttemptClaim, files: readonly OutputFile[]) => Promise<void>;
  /** Removes what the attempt has returned and not published. */
  readonly drop: (claim: AttemptClaim) => Promise<void>;
  /** Clears up nothing more; resolves when what is under way is done. */
  readonly stop: () => Promise<void>;
}

export interface JobFilesDeps {
  readonly store: Store;
  readonly crops: readonly Crop[];
  readonly log: Log;
}

/** Kept as a setting, so that another life, or another service on the record, goes on with it or clears it up. */
const Returning = z.object({
  path: z.string(),
  destination: z.string(),
  made: z.string().nullable(),
  job: z.number(),
  attempt: z.number(),
  /** All of it was there and correct: from here on it is published, however often it is cut short. */
  isWhole: z.boolean(),
});
type Returning = z.infer<typeof Returning>;

const prefix = "returning/";
const asidePrefix = "aside/";
const nameOf = (job: number, attempt: number): string => `${prefix}${job}-${attempt}`;

export async function openJobFiles({ store, crops, log }: JobFilesDeps): Promise<JobFiles> {
  /** What is done for one attempt is done in turn: a chunk may come twice at the same time. */
  const turns = createTurns();
  const returning = new Map<string, Returning>();
  /** Those that this life has made or found. */
  const opened = new Set<string>();

  /** Directories of earlier attempts that were moved aside, for another life to remove. */
  const asides: DirectoryNotes = {
    add: (path) => store.setSetting(asidePrefix + path, path),
    remove: (path) => store.setSetting(asidePrefix + path, undefined),
  };

  async function current({ id, attempt, digester }: AttemptClaim): Promise<JobRecord> {
    const job = await store.job(id);
    if (job === null) throw new AppError("not_found", `There is no job ${id}.`);
    const isCurrent = job.status === "in_progress" && job.attempt === attempt;
    if (isCurrent && job.digester === digester) return job;
    throw new AppError(
      "stale_attempt",
      `Attempt ${attempt} of job ${id} on ${digester} is not under way: its files are not to be had.`,
    );
  }

  const cropOf = (job: JobRecord): Crop => cropNamed(crops, job.crop);

  async function pathsIn(job: JobRecord): Promise<InstructionPath[]> {
    return pathsWithCompanions(await store.instruction(job.id)).filter(({ path }) => path !== "");
  }

  async function stagingOf(claim: AttemptClaim, job: JobRecord): Promise<Returning> {
    const name = nameOf(claim.id, claim.attempt);
    const known =
      returning.get(name) ?? Returning.safeParse(await store.setting(name)).data ?? null;
    if (known !== null) {
      returning.set(name, known);
      if (known.isWhole || opened.has(name)) return known;
      // Whoever noted it may have been killed before it was made.
      await makeDirectory(known.path);
      await fenceOff(known, { finishPublish }, asides);
      opened.add(name);
      return known;
    }
    const crop = cropOf(job);
    const destination = (await pathsIn(job)).find(({ role }) => role === "destination")?.path;
    if (destination === undefined) {
      throw new AppError("bad_request", "The instruction names no destination.");
    }
    await requirePathInside(crop, destination);
    const about = { job: claim.id, attempt: claim.attempt };
    const staging = await openStaging({ ...about, destination }, crop.dataRoots, (planned) =>
      note({ ...planned, isWhole: false }),
    );
    await fenceOff(staging, { finishPublish }, asides);
    opened.add(name);
    return { ...staging, isWhole: false };
  }

  async function note(told: Returning): Promise<void> {
    const name = nameOf(told.job, told.attempt);
    await store.setSetting(name, told);
    returning.set(name, told);
  }

  async function forget(told: Returning): Promise<void> {
    const name = nameOf(told.job, told.attempt);
    await finishPublish(told.path);
    await removeStaging(told);
    await store.setSetting(name, undefined);
    returning.delete(name);
    opened.delete(name);
  }

  async function requireWhole({ path }: Returning, files: readonly OutputFile[]): Promise<void> {
    const there = (await readdir(path)).toSorted();
    const told = files.map(({ name }) => name).toSorted();
    if (JSON.stringify(there) !== JSON.stringify(told)) {
      throw new AppError(
        "bad_request",
        `Returned were ${there.join(", ") || "no files"}; expected ${told.join(", ")}.`,
      );
    }
    for (const { name, size, sha256 } of files) {
      const file = join(path, name);
      const got = (await stat(file)).size;
      if (got !== size) {
        throw new AppError("bad_request", `${name} has ${got} bytes here; expected ${size}.`);
      }
      if ((await checksumOf(file)) !== sha256) {
        throw new AppError("bad_request", `${name} is not what was sent: its SHA-256 differs.`);
      }
    }
  }

  /** Clears up after attempts that are over. */
  async function clear(name: string, told: Returning): Promise<void> {
    await turns
      .take(name, async () => {
        const job = await store.job(told.job);
        if (job?.status === "in_progress" && job.attempt === told.attempt) return;
        await forget(told);
      })
      .catch((thrown: unknown) => {
        log.warn({ err: coerceError(thrown), job: told.job }, "clearing up returned files");
      });
  }

  for (const { value } of await store.settings(asidePrefix)) {
    if (typeof value !== "string") continue;
    await finishPublish(value);
    await removeStaging({ path: value, made: null });
    await asides.remove(value);
  }
  for (const { name, value } of await store.settings(prefix)) {
    const told = Returning.safeParse(value).data;
    if (told === undefined) continue;
    returning.set(name, told);
    await clear(name, told);
  }
  const unsubscribe = store.subscribe(({ job }) => {
    for (const [name, told] of returning) if (told.job === job) void clear(name, told);
  });

  return {
    async inputs(claim) {
      const job = await current(claim);
      return inputsOf(cropOf(job), await pathsIn(job));
    },

    async read(claim, file, first, last) {
      const job = await current(claim);
      await requireInput(cropOf(job), job.id, await pathsIn(job), file.path);
      return readInput(file, first, last);
    },

    keep: (claim, name, offset, chunk) =>
      turns.take(nameOf(claim.id, claim.attempt), async () => {
        const staging = await stagingOf(claim, await current(claim));
        return append(join(staging.path, name), offset, chunk).catch((thrown: unknown) => {
          throw new AppError(
            "conflict",
            `${name} cannot be kept beside ${staging.destination}: ${systemWords(thrown)}.`,
            { cause: thrown },
          );
        });
      }),

    publish: (claim, files) =>
      turns.take(nameOf(claim.id, claim.attempt), async () => {
        const staging = await stagingOf(claim, await current(claim));
        if (!staging.isWhole) {
          await requireWhole(staging, files);
          await note({ ...staging, isWhole: true });
        } else if (!(await isThere(staging.path))) {
          // The whole directory has become the destination; a newer attempt that took it away would have made us stale.
          return;
        }
        await current(claim);
        await publish(staging.path, staging.destination);
        log.info({ job: claim.id, attempt: claim.attempt, digester: claim.digester }, "published");
      }),

    drop: (claim) =>
      turns.take(nameOf(claim.id, claim.attempt), async () => {
        await current(claim);
        const told = returning.get(nameOf(claim.id, claim.attempt));
        if (told !== undefined) await forget(told);
      }),

    async stop() {
      unsubscribe();
      await turns.idle();
    },
  };
}

async function append(path: string, offset: number, chunk: Buffer): Promise<OutputKept> {
  const file = await open(path, "a+");
  try {
    const { size } = await file.stat();
    if (size !== offset) return { size, isFull: false };
    try {
      await file.appendFile(chunk);
    } catch (thrown) {
      const code = systemCode(thrown);
      if (code !== "ENOSPC" && code !== "EDQUOT") throw thrown;
      await truncate(path, size);
      return { size, isFull: true };
    }
    return { size: size + chunk.length, isFull: false };
  } finally {
    await file.close();
  }
}

async function checksumOf(path: string): Promise<string> {
  const hash = createHash("sha256");
  await pipeline(createReadStream(path), hash);
  return hash.digest("hex");
}
