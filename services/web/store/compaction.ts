import { coerceError } from "../../contract/errors.ts";
import type { Archive } from "./archive.ts";
import { withoutResult } from "./job-query.ts";
import type { ArchiveRecord } from "./store-schema.ts";
import { isSealable, noJob, putJob, type StoreState } from "./store-state.ts";

/** Jobs sealed with one flush to disk: it must not be long, since the journal's waits behind it. */
const jobsAtOnce = 128;
/** What ends while the rest is sealed is sealed in a further round, but not for ever. */
const mostRounds = 4;

/**
 * Moves to the archive what will not change any more: instructions, ended jobs and their events, some at a time. Changes may
 * go on meanwhile; what they touch stays hot.
 */
export async function seal(state: StoreState, archive: Archive): Promise<void> {
  await sealRemoved(state, archive);
  for (let round = 0; round < mostRounds; round++) {
    const ids = [...state.hot.keys()];
    for (let start = 0; start < ids.length; start += jobsAtOnce) {
      await sealSome(state, archive, ids.slice(start, start + jobsAtOnce));
    }
    if (ids.length < jobsAtOnce) return;
  }
}

/** Before all else: what is said of a removed job afterwards is news. */
async function sealRemoved(state: StoreState, archive: Archive): Promise<void> {
  const jobs = [...state.removed];
  if (jobs.length === 0) return;
  await archive.append([{ kind: "removed", id: noJob, jobs }]);
  for (const id of jobs) state.removed.delete(id);
}

async function sealSome(
  state: StoreState,
  archive: Archive,
  ids: readonly number[],
): Promise<void> {
  const records = ids.flatMap((id) => recordsToSeal(state, id));
  const show = await archive.append(records);
  // Nothing may come in between: for whoever reads, each thing is in exactly one place.
  const isGone = (id: number): boolean => state.removed.has(id);
  show(isGone);
  for (const record of records) if (!isGone(record.id)) cool(state, record);
}

function recordsToSeal(state: StoreState, id: number): ArchiveRecord[] {
  const hot = state.hot.get(id);
  if (hot === undefined) return [];
  const records: ArchiveRecord[] = [];
  const { instruction, entry, changed } = hot;
  if (instruction !== null) records.push({ kind: "instruction", id, instruction });
  if (isSealable(state, id, hot)) {
    const job = changed ? (state.jobs.get(id) ?? null) : null;
    records.push({ kind: "sealed", id, entry, job, events: [...hot.events] });
  }
  return records;
}

function cool(state: StoreState, record: ArchiveRecord): void {
  const hot = state.hot.get(record.id);
  if (hot === undefined || record.kind === "removed") return;
  if (record.kind === "instruction") {
    hot.instruction = null;
    return;
  }
  hot.events.splice(0, record.events.length);
  if (hot.entry !== record.entry) return;
  state.hot.delete(record.id);
  const job = state.jobs.get(record.id);
  if (job !== undefined) putJob(state, withoutResult(job));
}

export interface CompactionOptions {
  /** Takes a snapshot, with all that belongs to it. */
  readonly run: () => Promise<void>;
  /** Bytes that a restart would have to read again. */
  readonly journalBytes: () => number;
  /** How many of these make a snapshot worth its while. */
  readonly worthwhileBytes: () => number;
  /** Whether enough was removed to be rid of it on disk as well. */
  readonly hasRemoved: () => boolean;
  readonly onWarning: (message: string) => void;
}

export interface Compaction {
  /** Starts a compaction in the background when it is due. */
  check(): void;
  /** Compacts now, after the one that may be running. */
  force(): Promise<void>;
  /** Resolves when none runs. */
  idle(): Promise<void>;
}

export function createCompaction(options: CompactionOptions): Compaction {
  let running: Promise<void> | null = null;
  let notBefore = 0;

  const finished = (): void => {
    running = null;
  };

  const inBackground = async (): Promise<void> => {
    try {
      await options.run();
      notBefore = 0;
    } catch (thrown) {
      options.onWarning(
        "The store could not tidy up, and goes on with longer files; nothing is lost: " +
          coerceError(thrown).message,
      );
      notBefore = options.journalBytes() + options.worthwhileBytes() / 8;
    }
    finished();
  };

  const force = async (): Promise<void> => {
    if (running !== null) {
      await running;
      return force();
    }
    const run = options.run();
    running = run.then(finished, finished);
    return run;
  };

  return {
    force,
    check() {
      const bytes = options.journalBytes();
      const isWorthwhile = bytes >= options.worthwhileBytes() || options.hasRemoved();
      if (running !== null || !isWorthwhile || bytes < notBefore) return;
      running = inBackground();
    },
    async idle() {
      await running;
    },
  };
}
