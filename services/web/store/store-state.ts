import type { Event } from "../../contract/event.ts";
import type { StoredInstruction } from "../../contract/instruction.ts";
import { isSettled, type JobStatus } from "../../contract/job.ts";
import type { JobRecord } from "../jobs/job-record.ts";
import { keyWithin, noJobs } from "./change-rules.ts";
import { highestRemoved } from "./expired-jobs.ts";
import type { Entry } from "./store-schema.ts";

/** Stands for the job of events that concern no single one. */
export const noJob = 0;

/** All that is on disk, as it is looked at: lowdb's data. */
export interface StoreState {
  /** The journal that changes go to. */
  journal: number;
  /** The last change. */
  entry: number;
  lastId: number;
  lastSeq: number;
  /** Every job; those of the archive without their results. */
  readonly jobs: Map<number, JobRecord>;
  readonly ids: Map<string, number>;
  readonly counts: Record<JobStatus, number>;
  /** By job, what is not in the archive; hence what a snapshot holds. */
  readonly hot: Map<number, Hot>;
  readonly settings: Map<string, unknown>;
  /** Jobs that are gone, which the archive has not been told yet. */
  readonly removed: Set<number>;
}

export interface Hot {
  /** The last change of this job, or event of it. */
  entry: number;
  /** Whether the job itself is newer than in the archive; else only events are. */
  changed: boolean;
  /** Until it is in the archive. */
  instruction: StoredInstruction | null;
  /** Those since the archive's. */
  events: Event[];
}

/** The state of a store that was never written. */
export function emptyState(): StoreState {
  return {
    journal: 1,
    entry: 0,
    lastId: 0,
    lastSeq: 0,
    jobs: new Map(),
    ids: new Map(),
    counts: noJobs(),
    hot: new Map(),
    settings: new Map(),
    removed: new Set(),
  };
}

export function putJob(state: StoreState, job: JobRecord): void {
  const before = state.jobs.get(job.id);
  if (before === undefined) state.ids.set(keyWithin(job.crop, job.key), job.id);
  else state.counts[before.status]--;
  state.counts[job.status]++;
  state.jobs.set(job.id, job);
  state.lastId = Math.max(state.lastId, job.id);
}

/** Has a job be gone, here and in the archive. */
export function dropJob(state: StoreState, id: number, archived: Archived): void {
  const job = state.jobs.get(id);
  if (job !== undefined) {
    state.counts[job.status]--;
    const name = keyWithin(job.crop, job.key);
    if (state.ids.get(name) === id) state.ids.delete(name);
    state.jobs.delete(id);
  }
  state.hot.delete(id);
  state.removed.add(id);
  archived.forget(id);
}

/**
 * Finds all jobs by their keys anew. While journals are read again, a removed job is there for a moment, and may then have
 * the key of one that came after it.
 */
export function nameAll(state: StoreState): void {
  for (const job of state.jobs.values()) state.ids.set(keyWithin(job.crop, job.key), job.id);
}

/** What the archive has already. */
export interface Archived {
  /** The last change of a job. */
  lastEntry(id: number): number;
  hasInstruction(id: number): boolean;
  /** Nothing that it has of a job counts any more. */
  forget(id: number): void;
}

/** Applies a change. What of it is known or in the archive already is left out, so that journals may be read again. */
export function applyEntry(state: StoreState, entry: Entry, archived: Archived): void {
  if (entry.entry <= state.entry) return;
  state.entry = entry.entry;
  const { job, instruction, setting } = entry;
  for (const id of entry.removed ?? []) dropJob(state, id, archived);
  if (job !== undefined && entry.entry > archived.lastEntry(job.id)) {
    putJob(state, job);
    const hot = heat(state, job.id, entry.entry);
    hot.changed = true;
    if (instruction !== undefined && !archived.hasInstruction(job.id)) {
      hot.instruction = instruction;
    }
  }
  state.lastId = highestRemoved(entry.events ?? [], state.lastId);
  for (const event of entry.events ?? []) {
    const id = event.job ?? noJob;
    state.lastSeq = Math.max(state.lastSeq, event.seq);
    if (entry.entry > archived.lastEntry(id)) heat(state, id, entry.entry).events.push(event);
  }
  if (setting !== undefined) {
    if (setting.value === undefined) state.settings.delete(setting.name);
    else state.settings.set(setting.name, setting.value);
  }
}

function heat(state: StoreState, id: number, entry: number): Hot {
  const known = state.hot.get(id);
  if (known !== undefined) {
    known.entry = entry;
    return known;
  }
  const made: Hot = { entry, changed: false, instruction: null, events: [] };
  state.hot.set(id, made);
  return made;
}

/** Whether what is hot of a job may leave for the archive: it has ended, or only events were added to an ended one. */
export function isSealable(state: StoreState, id: number, hot: Hot): boolean {
  const job = state.jobs.get(id);
  return !hot.changed || (job !== undefined && isSettled(job.status));
}
