import * as fc from "fast-check";
import type { Event } from "../../contract/event.ts";
import { AppError } from "../../contract/errors.ts";
import { readInstruction, type StoredInstruction } from "../../contract/instruction.ts";
import { isSettled } from "../../contract/job.ts";
import { eventOf } from "../jobs/change-parts.ts";
import { newJob, submittedEvent } from "../jobs/job-model.ts";
import { requeue } from "../jobs/person-changes.ts";
import { toEvent, type JobRecord, type NewEvent } from "../jobs/job-record.ts";
import { removalEvent } from "./expired-jobs.ts";
import type { Change, Store } from "./store.ts";

/** For tests: what may be asked of a store, and the simplest thing that could answer it. */
export type Operation =
  | { readonly kind: "create"; readonly key: string; readonly crop: string; readonly big: boolean }
  | { readonly kind: "message" | "complete" | "requeue" | "nothing"; readonly job: number }
  | { readonly kind: "record"; readonly job: number | null }
  | { readonly kind: "remove"; readonly jobs: readonly number[] }
  | { readonly kind: "set"; readonly name: string; readonly value: unknown };

const pick = fc.integer({ min: 1, max: 5 });

export const operation: fc.Arbitrary<Operation> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant("create" as const),
      key: fc.constantFrom("a", "b", "c", "Ünï"),
      crop: fc.constantFrom("dev", "rice"),
      big: fc.boolean(),
    }),
  },
  {
    weight: 8,
    arbitrary: fc.record({
      kind: fc.constantFrom("message", "complete", "requeue", "nothing"),
      job: pick,
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant("record" as const),
      job: fc.option(pick),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant("remove" as const),
      jobs: fc.array(pick, { minLength: 1, maxLength: 3 }),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant("set" as const),
      name: fc.constantFrom("token", "user/a", "user/b"),
      value: fc.constantFrom(undefined, null, 1, { deep: ["value"] }),
    }),
  },
);

const small = readInstruction({ metadata: { contactId: 6 }, instructions: [{ table: "marker" }] });
const big = readInstruction({
  metadata: { contactEmail: "a long name ".repeat(300) },
  instructions: [{ table: "marker" }],
});

/** A small instruction, or one of some kilobytes. */
export function instructionOf(isBig: boolean): StoredInstruction {
  return isBig ? big : small;
}

/** What an operation does to a job, at a time that tells it from all others. */
function decideFor(kind: "message" | "complete" | "requeue" | "nothing", at: number) {
  return (job: JobRecord): Change => {
    switch (kind) {
      case "message": {
        const after = { ...job, message: `at ${at}`, priority: at % 7, updatedAt: at };
        return { job: after, events: [{ ...eventOf(after, "step", at), message: `at ${at}` }] };
      }
      case "complete": {
        const after: JobRecord = { ...job, status: "completed", settledAt: at, result: result(at) };
        return {
          job: after,
          events: [
            eventOf(after, "step", at),
            { ...eventOf(after, "settled", at), status: "completed" },
          ],
        };
      }
      case "requeue":
        if (job.status === "submitted") throw new AppError("conflict", "It waits already.");
        return requeue(job, "someone", at);
      case "nothing":
        return { job, events: [] };
    }
  };
}

function result(durationMs: number): JobRecord["result"] {
  return {
    status: "completed",
    tables: [{ table: "marker", file: "/data/out/digest.marker", rows: 1, columns: 2 }],
    matrix: null,
    validation: [],
    errors: [],
    errorCount: 0,
    warnings: [],
    durationMs,
    bytesRead: 1,
  };
}

const jobAt = (key: string, crop: string, at: number) =>
  newJob({ key, crop, source: `/data/${key}`, tables: ["marker"] }, at);

/** @param at tells this operation from all others. */
export async function perform(store: Store, asked: Operation, at: number): Promise<void> {
  switch (asked.kind) {
    case "create":
      await store.create(jobAt(asked.key, asked.crop, at), instructionOf(asked.big));
      return;
    case "record": {
      const { job } = asked;
      await store.record({ type: "refused", at, job, key: null, attempt: null, digester: null });
      return;
    }
    case "remove":
      await store.remove(asked.jobs, at, "old");
      return;
    case "set":
      await store.setSetting(asked.name, asked.value);
      return;
    case "message":
    case "complete":
    case "requeue":
    case "nothing":
      await store.update(asked.job, decideFor(asked.kind, at));
  }
}

/** All that a store tells of itself. */
export interface Contents {
  readonly jobs: readonly JobRecord[];
  readonly instructions: ReadonlyArray<StoredInstruction | null>;
  readonly events: ReadonlyArray<readonly Event[]>;
  /** The jobs that events of no single job say are gone. */
  readonly removed: readonly number[];
  readonly settings: ReadonlyArray<{ name: string; value: unknown }>;
  readonly lastSeq: number;
}

export async function contentsOf(store: Store): Promise<Contents> {
  const { jobs: listed } = await listAll(store);
  const jobs: JobRecord[] = [];
  const instructions: Array<StoredInstruction | null> = [];
  const events: Event[][] = [];
  for (const { id } of listed) {
    const job = await store.job(id);
    if (job !== null) jobs.push(job);
    instructions.push(await store.instruction(id));
    events.push(await store.events(id));
  }
  const settings = await store.settings("");
  const loose = await store.events(null);
  const removed = loose.flatMap((event) => event.removed ?? []);
  return { jobs, instructions, events, removed, settings, lastSeq: await store.lastSeq() };
}

export function listAll(store: Store) {
  return store.list({
    statuses: null,
    search: [],
    offset: 0,
    crop: null,
    sort: "id",
    limit: 1000,
    cursor: null,
  });
}

/** The contents that operations lead to, told by one that keeps all in a list and can go back to any moment. */
export interface Model {
  perform(asked: Operation, at: number): "done" | "refused";
  contents(): Contents;
}

export function createModel(): Model {
  const jobs = new Map<number, JobRecord>();
  const instructions = new Map<number, StoredInstruction>();
  const removed: number[] = [];
  let events: Event[] = [];
  let [lastId, lastSeq] = [0, 0];
  const settings = new Map<string, unknown>();

  const keep = (event: NewEvent): void => {
    lastSeq += 1;
    events.push(toEvent(lastSeq, event));
  };

  const change = (kind: "message" | "complete" | "requeue" | "nothing", id: number, at: number) => {
    const job = jobs.get(id);
    if (job === undefined) throw new AppError("not_found", "none");
    const after = decideFor(kind, at)(job);
    jobs.set(id, after.job);
    after.events.forEach(keep);
  };

  const remove = (ids: readonly number[], at: number): void => {
    const gone = new Set(ids.filter((id) => isSettled(jobs.get(id)?.status ?? "submitted")));
    if (gone.size === 0) return;
    for (const id of gone) jobs.delete(id);
    events = events.filter(({ job }) => job === null || !gone.has(job));
    removed.push(...gone);
    keep(removalEvent([...gone], at, "old"));
  };

  return {
    perform(asked, at) {
      switch (asked.kind) {
        case "create": {
          const { key, crop } = asked;
          if ([...jobs.values()].some((job) => job.key === key && job.crop === crop)) {
            return "refused";
          }
          lastId += 1;
          const job = { ...jobAt(key, crop, at), id: lastId };
          jobs.set(job.id, job);
          instructions.set(job.id, instructionOf(asked.big));
          keep(submittedEvent(job));
          return "done";
        }
        case "record": {
          const { job } = asked;
          const event = {
            type: "refused",
            at,
            job,
            key: null,
            attempt: null,
            digester: null,
          } as const;
          keep(event);
          return "done";
        }
        case "remove":
          remove(asked.jobs, at);
          return "done";
        case "set":
          if (asked.value === undefined) settings.delete(asked.name);
          else settings.set(asked.name, asked.value);
          return "done";
        case "message":
        case "complete":
        case "requeue":
        case "nothing":
          try {
            change(asked.kind, asked.job, at);
            return "done";
          } catch {
            return "refused";
          }
      }
    },
    contents: () => ({
      jobs: [...jobs.values()],
      instructions: [...jobs.keys()].map((id) => instructions.get(id) ?? null),
      events: [...jobs.keys()].map((id) => events.filter((event) => event.job === id)),
      removed: [...removed],
      settings: [...settings.entries()]
        .map(([name, value]) => ({ name, value }))
        .toSorted((a, b) => (a.name < b.name ? -1 : 1)),
      lastSeq,
    }),
  };
}
