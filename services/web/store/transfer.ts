import { createHash, type Hash } from "node:crypto";
import { AppError } from "../../contract/errors.ts";
import type { Event } from "../../contract/event.ts";
import type { StoredInstruction } from "../../contract/instruction.ts";
import type { JobRecord } from "../jobs/job-record.ts";
import { jobPages } from "./job-pages.ts";
import type { Store } from "./store.ts";

/** A job with everything that belongs to it. */
interface WholeJob {
  readonly job: JobRecord;
  readonly instruction: StoredInstruction | null;
  readonly events: readonly Event[];
}

/** All that a store holds. */
export interface StoreContents {
  /** Page by page, oldest first. */
  readonly jobs: AsyncIterable<readonly WholeJob[]>;
  /** The events that concern no single job. */
  readonly loose: readonly Event[];
  readonly settings: ReadonlyArray<{ readonly name: string; readonly value: unknown }>;
}

/** A store that can take over what another one holds. */
export interface FillableStore extends Store {
  /**
   * Takes it over with the numbers that everything has.
   *
   * @throws AppError `conflict` unless it is empty.
   */
  takeOver(contents: StoreContents): Promise<void>;
}

export function notEmpty(): AppError {
  return new AppError("conflict", "The store to fill has jobs or events already.", {
    hint: "Name one that is new, or remove what an earlier try has left of it.",
  });
}

/** What was found of a store, counted and digested: two stores with the same sums hold the same. */
export interface ContentSums {
  readonly jobs: number;
  readonly instructions: number;
  readonly events: number;
  readonly settings: number;
  /** SHA-256, in hex, of everything, the names of each object in the order of the alphabet. */
  readonly sha256: string;
}

const pageSize = 200;

/**
 * Moves all that the one store holds into the other, reads it again from there and compares. Nobody else may use either of
 * them meanwhile.
 *
 * @throws AppError `conflict` where the other one is not empty, or `from` was changed meanwhile; `internal` where what was
 * read again is not what was written.
 */
export async function moveContents(from: Store, to: FillableStore): Promise<ContentSums> {
  const lastSeq = await from.lastSeq();
  const sums = createSums();
  const contents = await contentsOf(from);
  await to.takeOver({ ...contents, jobs: counted(contents.jobs, sums) });
  const expected = sums.end(contents);
  if ((await from.lastSeq()) !== lastSeq) {
    throw new AppError("conflict", "The store to be moved was changed meanwhile.", {
      hint: "Stop every web service that uses it, and begin anew with an empty store.",
    });
  }
  const found = await sumsOf(to);
  if (JSON.stringify(found) !== JSON.stringify(expected)) {
    throw new AppError(
      "internal",
      "What was read from the new store is not what was written to it.",
      {
        details: [`written: ${describe(expected)}`, `read: ${describe(found)}`],
      },
    );
  }
  return found;
}

export async function sumsOf(store: Store): Promise<ContentSums> {
  const sums = createSums();
  const contents = await contentsOf(store);
  for await (const page of contents.jobs) sums.add(page);
  return sums.end(contents);
}

async function contentsOf(store: Store): Promise<StoreContents> {
  return {
    jobs: wholeJobs(store),
    loose: await store.events(null),
    // Those of whom services on a record have found to be alive are not content, and would come to nothing elsewhere.
    settings: (await store.settings("")).filter(({ name }) => !name.startsWith("lead/")),
  };
}

async function* wholeJobs(store: Store): AsyncGenerator<WholeJob[]> {
  for await (const { jobs } of jobPages(store, { sort: "id", limit: pageSize })) {
    yield await Promise.all(jobs.map(({ id }) => wholeJob(store, id)));
  }
}

async function wholeJob(store: Store, id: number): Promise<WholeJob> {
  const [job, instruction, events] = await Promise.all([
    store.job(id),
    store.instruction(id),
    store.events(id),
  ]);
  if (job === null) throw new AppError("conflict", `Job ${id} went away while it was read.`);
  return { job, instruction, events };
}

async function* counted(
  pages: AsyncIterable<readonly WholeJob[]>,
  sums: ReturnType<typeof createSums>,
): AsyncGenerator<readonly WholeJob[]> {
  for await (const page of pages) {
    sums.add(page);
    yield page;
  }
}

function createSums() {
  const hash = createHash("sha256");
  let [jobs, instructions, events] = [0, 0, 0];
  return {
    add(page: readonly WholeJob[]): void {
      for (const whole of page) {
        jobs += 1;
        if (whole.instruction !== null) instructions += 1;
        events += whole.events.length;
        hashJson(hash, whole);
      }
    },
    end({ loose, settings }: Pick<StoreContents, "loose" | "settings">): ContentSums {
      hashJson(hash, loose);
      hashJson(hash, settings);
      const sha256 = hash.digest("hex");
      return {
        jobs,
        instructions,
        events: events + loose.length,
        settings: settings.length,
        sha256,
      };
    },
  };
}

function hashJson(hash: Hash, value: unknown): void {
  hash.update(JSON.stringify(value, (_name, part: unknown) => inOrder(part)));
  hash.update("\n");
}

function inOrder(value: unknown): unknown {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1)));
}

function describe({ jobs, instructions, events, settings, sha256 }: ContentSums): string {
  return `${jobs} jobs, ${instructions} instructions, ${events} events, ${settings} settings, sha256 ${sha256}`;
}
