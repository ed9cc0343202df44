import type { Event } from "../../contract/event.ts";
import type { StoredInstruction } from "../../contract/instruction.ts";
import { AppError } from "../../contract/errors.ts";
import { isSettled } from "../../contract/job.ts";
import { submittedEvent } from "../jobs/job-model.ts";
import { toEvent, type JobRecord, type NewEvent } from "../jobs/job-record.ts";
import {
  changesNothing,
  copyOfJson,
  duplicateKey,
  keyWithin,
  noJobs,
  noSuchJob,
  notifyAll,
  requireSameIdentity,
  touched,
  waitingOf,
} from "./change-rules.ts";
import { expiredJobs, removalEvent } from "./expired-jobs.ts";
import { createInstructionWords } from "./instruction-words.ts";
import { countFacets } from "./job-facets.ts";
import { queryJobs } from "./job-query.ts";
import type { Store, StoreListener } from "./store.ts";

/** A store that forgets everything with its process: for tests, and for trying things out. */
export function createMemoryStore(onWarning: (message: string) => void = () => {}): Store {
  const jobs = new Map<number, JobRecord>();
  const ids = new Map<string, number>();
  const instructions = new Map<number, StoredInstruction>();
  let events: Event[] = [];
  const settings = new Map<string, unknown>();
  const listeners = new Set<StoreListener>();
  let [lastId, lastSeq] = [0, 0];
  let closed = false;
  const words = createInstructionWords({
    ids: () => jobs.keys(),
    read: async (id) => instructions.get(id) ?? null,
    onWarning,
  });

  const requireOpen = (): void => {
    if (closed) throw new AppError("unavailable", "The store is closed.");
  };

  const keep = (event: NewEvent): Event => {
    lastSeq += 1;
    const kept = toEvent(lastSeq, event);
    events.push(kept);
    const job = kept.job === null ? undefined : jobs.get(kept.job);
    notifyAll(listeners, onWarning, kept, job ?? null);
    return kept;
  };

  return {
    async create(input, instruction) {
      requireOpen();
      const name = keyWithin(input.crop, input.key);
      if (ids.has(name)) throw duplicateKey(input.crop, input.key);
      lastId += 1;
      const job: JobRecord = { ...input, id: lastId };
      jobs.set(job.id, job);
      ids.set(name, job.id);
      if (instruction !== null) {
        instructions.set(job.id, instruction);
        words.add(job.id, instruction);
      }
      keep(submittedEvent(job));
      return job;
    },

    async instruction(id) {
      return instructions.get(id) ?? null;
    },

    async job(id) {
      return jobs.get(id) ?? null;
    },

    async jobByKey(crop, key) {
      const id = ids.get(keyWithin(crop, key));
      return id === undefined ? null : (jobs.get(id) ?? null);
    },

    async update(id, decide) {
      requireOpen();
      const job = jobs.get(id);
      if (job === undefined) throw noSuchJob(id);
      const change = decide(job);
      if (changesNothing(job, change)) return job;
      requireSameIdentity(job, change.job);
      jobs.set(id, change.job);
      for (const event of change.events) keep(event);
      return change.job;
    },

    touch(id, fields, whileIn) {
      const job = jobs.get(id);
      if (job !== undefined) jobs.set(id, touched(job, fields, whileIn));
    },

    list(query) {
      return queryJobs([...jobs.values()], query, { find: (id) => jobs.get(id), words });
    },

    facets(query) {
      return countFacets([...jobs.values()], query, words);
    },

    async counts() {
      const counts = noJobs();
      for (const job of jobs.values()) counts[job.status]++;
      return counts;
    },

    async unsettled() {
      return [...jobs.values()].filter((job) => !isSettled(job.status));
    },

    async reserve(wanted) {
      return waitingOf(wanted, (id) => jobs.get(id));
    },

    expired: (query) => expiredJobs([...jobs.values()], query),

    async remove(wanted, at, message) {
      requireOpen();
      const removed = [...new Set(wanted)].filter((id) => {
        const job = jobs.get(id);
        return job !== undefined && isSettled(job.status);
      });
      if (removed.length === 0) return removed;
      for (const id of removed) {
        const job = jobs.get(id);
        if (job !== undefined) ids.delete(keyWithin(job.crop, job.key));
        jobs.delete(id);
        instructions.delete(id);
        words.forget(id);
      }
      const gone = new Set(removed);
      events = events.filter(({ job }) => job === null || !gone.has(job));
      keep(removalEvent(removed, at, message));
      return removed;
    },

    async record(event) {
      requireOpen();
      return keep(event);
    },

    async events(job) {
      return events.filter((event) => event.job === job);
    },

    async eventsAfter(seq, limit) {
      if (seq > lastSeq) return null;
      const after = events.filter((event) => event.seq > seq).slice(0, limit);
      return seq === lastSeq || after[0]?.seq === seq + 1 ? after : null;
    },

    async lastSeq() {
      return lastSeq;
    },

    async setting(name) {
      return copyOfJson(settings.get(name));
    },

    async setSetting(name, value) {
      requireOpen();
      if (value === undefined) settings.delete(name);
      else settings.set(name, copyOfJson(value));
    },

    async updateSetting(name, decide) {
      requireOpen();
      const before = copyOfJson(settings.get(name));
      const after = decide(before);
      if (after !== before) await this.setSetting(name, after);
      return after;
    },

    async settings(prefix) {
      return [...settings.keys()]
        .filter((name) => name.startsWith(prefix))
        .toSorted()
        .map((name) => ({ name, value: copyOfJson(settings.get(name)) }));
    },

    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },

    now: Date.now,
    isShared: false,

    async close() {
      closed = true;
    },
  };
}
