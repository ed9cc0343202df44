import type { Event } from "../../contract/event.ts";
import type { Low } from "lowdb";
import { AppError } from "../../contract/errors.ts";
import type { StoredInstruction } from "../../contract/instruction.ts";
import { isSettled } from "../../contract/job.ts";
import { submittedEvent } from "../jobs/job-model.ts";
import { toEvent, type JobRecord, type NewEvent } from "../jobs/job-record.ts";
import { createAcceptedChanges, type Accepted } from "./accepted-changes.ts";
import { addNewer, type Archive } from "./archive.ts";
import {
  changesNothing,
  copyOfJson,
  duplicateKey,
  keyWithin,
  noSuchJob,
  notifyAll,
  requireSameIdentity,
  touched,
  waitingOf,
} from "./change-rules.ts";
import { encodeLine } from "./checked-lines.ts";
import { createCompaction, seal } from "./compaction.ts";
import type { EventWindow } from "./event-window.ts";
import { expiredJobs, highestRemoved, removalEvent } from "./expired-jobs.ts";
import { createInstructionWords } from "./instruction-words.ts";
import { countFacets } from "./job-facets.ts";
import { queryJobs } from "./job-query.ts";
import type { Journal } from "./journal.ts";
import type { SnapshotAdapter } from "./snapshot-adapter.ts";
import type { Entry } from "./store-schema.ts";
import { applyEntry, noJob, putJob, type StoreState } from "./store-state.ts";
import type { Change, StoreListener } from "./store.ts";
import { notEmpty, type FillableStore } from "./transfer.ts";
import { createWriteQueue } from "./write-queue.ts";

/** Removed jobs that make a compaction worth its while: until then their bytes stay on disk. */
const removedAtOnce = 1000;

/** The opened files of a store. */
export interface StoreFiles {
  readonly low: Low<StoreState>;
  readonly adapter: SnapshotAdapter;
  readonly archive: Archive;
  readonly journal: Journal;
  readonly window: EventWindow;
}

export interface JournaledStore extends FillableStore {
  /** Moves to the archive what has ended, and takes a snapshot. */
  compact(): Promise<void>;
}

/**
 * The store over its files. A change is decided upon at once, upon what was decided before; it is applied, seen and
 * answered once it is on disk.
 */
export function createJournaledStore(
  { low, adapter, archive, journal, window }: StoreFiles,
  options: { compactAtBytes: number; onWarning: (message: string) => void },
): JournaledStore {
  const { onWarning } = options;
  const state = low.data;
  const listeners = new Set<StoreListener>();
  const accepted = createAcceptedChanges();
  const numbersOnDisk = () => ({ entry: state.entry, id: state.lastId, seq: state.lastSeq });
  /** The last numbers that were given, whether or not what got them is on disk yet. */
  let given = numbersOnDisk();
  let closing: Promise<void> | null = null;

  const queue = createWriteQueue<Accepted>({
    write: (lines) => journal.write(lines),
    onWritten(change) {
      accepted.remove(change);
      const { entry, job } = change;
      applyEntry(state, job === null ? entry : { ...entry, job }, archive);
      for (const id of entry.removed ?? []) words.forget(id);
      for (const event of entry.events ?? []) {
        window.add(event);
        const after = event.job === null ? undefined : state.jobs.get(event.job);
        notifyAll(listeners, onWarning, event, after ?? null);
      }
      if (closing === null) compaction.check();
    },
    onFailed() {
      accepted.clear();
      given = numbersOnDisk();
    },
  });

  const compact = async (): Promise<void> => {
    await seal(state, archive);
    // After it, which takes long: a restart reads what was written since, and that is little then.
    await queue.between(async () => {
      state.journal = await journal.rotate();
    });
    await low.write();
    await adapter.prune();
    await archive.reclaim();
  };

  const compaction = createCompaction({
    run: compact,
    journalBytes: () => journal.bytes(),
    worthwhileBytes: () => Math.max(options.compactAtBytes, adapter.bytes()),
    hasRemoved: () => state.removed.size >= removedAtOnce,
    onWarning,
  });

  const requireOpen = (): void => {
    if (closing !== null) throw new AppError("unavailable", "The store is closed.");
  };

  const commit = async (
    what: Pick<Entry, "instruction" | "setting" | "removed">,
    job: JobRecord | null,
    newEvents: readonly NewEvent[],
  ): Promise<Accepted> => {
    requireOpen();
    const numbered = newEvents.map((event, i) => toEvent(given.seq + 1 + i, event));
    return commitAs(what, job, numbered);
  };

  const commitAs = async (
    what: Pick<Entry, "instruction" | "setting" | "removed">,
    job: JobRecord | null,
    events: readonly Event[],
  ): Promise<Accepted> => {
    const entry: Entry = {
      ...what,
      entry: given.entry + 1,
      ...(job === null ? {} : { job }),
      ...(events.length === 0 ? {} : { events: [...events] }),
    };
    const change: Accepted = { entry, job, written: Promise.resolve() };
    const line = encodeLine(entry);
    given = {
      entry: entry.entry,
      id: highestRemoved(events, Math.max(given.id, job?.id ?? 0)),
      seq: Math.max(given.seq, events.at(-1)?.seq ?? 0),
    };
    change.written = queue.push(change, line);
    accepted.add(change);
    await change.written;
    return change;
  };

  const instructionOnDisk = async (id: number): Promise<StoredInstruction | null> =>
    state.hot.get(id)?.instruction ?? archive.instruction(id);

  const words = createInstructionWords({
    ids: () => state.jobs.keys(),
    read: instructionOnDisk,
    onWarning,
  });

  const putSetting = async (name: string, value: unknown): Promise<void> => {
    const setting = value === undefined ? { name } : { name, value: copyOfJson(value) };
    await commit({ setting }, null, []);
  };

  const isHot = (id: number): boolean => state.hot.get(id)?.changed === true;

  const jobOnDisk = async (id: number): Promise<JobRecord | null> => {
    const job = state.jobs.get(id);
    if (job === undefined) return null;
    return isHot(id) ? job : archive.job(id, job);
  };

  const decideUpon = async (
    job: JobRecord,
    pending: Accepted | undefined,
    decide: (job: JobRecord) => Change,
  ): Promise<JobRecord> => {
    let change: Change;
    try {
      change = decide(job);
    } catch (thrown) {
      // It was refused for what may yet fail to be true.
      await pending?.written;
      throw thrown;
    }
    if (changesNothing(job, change)) {
      await pending?.written;
      return job;
    }
    requireSameIdentity(job, change.job);
    const done = await commit({}, change.job, change.events);
    return done.job ?? change.job;
  };

  /** `whole` is what was read of an archived job, and as what it was listed then. */
  const updateJob = async (
    id: number,
    decide: (job: JobRecord) => Change,
    whole: { readonly listed: JobRecord; readonly job: JobRecord } | null,
  ): Promise<JobRecord> => {
    const removal = accepted.removalOf(id);
    if (removal !== undefined) {
      await removal.written;
      throw noSuchJob(id);
    }
    // From here to the commit nothing may be awaited, or it would build upon what is not the latest any more.
    const pending = accepted.last(id);
    const listed = pending?.job ?? state.jobs.get(id);
    if (listed === undefined) throw noSuchJob(id);
    if (pending !== undefined || isHot(id)) return decideUpon(listed, pending, decide);
    if (whole?.listed === listed) return decideUpon(whole.job, pending, decide);
    return updateJob(id, decide, { listed, job: await archive.job(id, listed) });
  };

  return {
    compact: () => compaction.force(),

    async create(input, instruction) {
      requireOpen();
      const { crop, key } = input;
      const pending = accepted.lastOfKey(crop, key);
      if (pending !== undefined) {
        await pending.written;
        throw duplicateKey(crop, key);
      }
      if (state.ids.has(keyWithin(crop, key))) throw duplicateKey(crop, key);
      const job: JobRecord = { ...input, id: given.id + 1 };
      const what = instruction === null ? {} : { instruction };
      const done = await commit(what, job, [submittedEvent(job)]);
      if (instruction !== null) words.add(job.id, instruction);
      return done.job ?? job;
    },

    instruction: instructionOnDisk,

    job: jobOnDisk,

    async jobByKey(crop, key) {
      const id = state.ids.get(keyWithin(crop, key));
      return id === undefined ? null : jobOnDisk(id);
    },

    async update(id, decide) {
      requireOpen();
      return updateJob(id, decide, null);
    },

    touch(id, fields, whileIn) {
      accepted.touch(id, fields, whileIn);
      const job = state.jobs.get(id);
      if (job !== undefined && !isSettled(job.status)) putJob(state, touched(job, fields, whileIn));
    },

    list(query) {
      return queryJobs([...state.jobs.values()], query, {
        find: (id) => state.jobs.get(id),
        words,
      });
    },

    facets(query) {
      return countFacets([...state.jobs.values()], query, words);
    },

    async counts() {
      return { ...state.counts };
    },

    async unsettled() {
      return [...state.hot.keys()]
        .flatMap((id) => state.jobs.get(id) ?? [])
        .filter((job) => !isSettled(job.status))
        .toSorted((a, b) => a.id - b.id);
    },

    async reserve(ids) {
      return waitingOf(ids, (id) => state.jobs.get(id));
    },

    expired: (query) => expiredJobs([...state.jobs.values()], query),

    async remove(ids, at, message) {
      requireOpen();
      const removed = [...new Set(ids)].filter((id) => {
        const job = state.jobs.get(id);
        const isFree = accepted.last(id) === undefined && accepted.removalOf(id) === undefined;
        return job !== undefined && isSettled(job.status) && isFree;
      });
      if (removed.length > 0) await commit({ removed }, null, [removalEvent(removed, at, message)]);
      return removed;
    },

    async record(event) {
      const done = await commit({}, null, [event]);
      const [kept] = done.entry.events ?? [];
      if (kept === undefined) throw new AppError("internal", "An event got no number.");
      return kept;
    },

    async events(job) {
      const id = job ?? noJob;
      const hot = [...(state.hot.get(id)?.events ?? [])];
      const events = await archive.events(id);
      addNewer(events, hot);
      return events;
    },

    async eventsAfter(seq, limit) {
      return window.after(seq, limit);
    },

    async lastSeq() {
      return state.lastSeq;
    },

    async setting(name) {
      return copyOfJson(state.settings.get(name));
    },

    setSetting: putSetting,

    async updateSetting(name, decide) {
      requireOpen();
      const pending = accepted.lastOfSetting(name);
      const setting =
        pending === undefined ? state.settings.get(name) : pending.entry.setting?.value;
      const before = copyOfJson(setting);
      const after = decide(before);
      await (after === before ? pending?.written : putSetting(name, after));
      return after;
    },

    async settings(prefix) {
      return [...state.settings.keys()]
        .filter((name) => name.startsWith(prefix))
        .toSorted()
        .map((name) => ({ name, value: copyOfJson(state.settings.get(name)) }));
    },

    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },

    async takeOver({ jobs, loose, settings }) {
      requireOpen();
      if (given.id > 0 || given.seq > 0) throw notEmpty();
      for await (const page of jobs) {
        await Promise.all(
          page.map(({ job, instruction, events }) =>
            commitAs(instruction === null ? {} : { instruction }, job, events),
          ),
        );
      }
      if (loose.length > 0) await commitAs({}, null, loose);
      for (const { name, value } of settings) await putSetting(name, value);
      // They came job by job: what of them could be replayed, nobody knows.
      window.continueAfter(state.lastSeq);
    },

    now: Date.now,
    isShared: false,

    close() {
      closing ??= (async () => {
        words.close();
        await queue.idle();
        await compaction.idle();
        await journal.close();
        await archive.close();
      })();
      return closing;
    },
  };
}
