import { setTimeout as sleep } from "node:timers/promises";
import type {
  ActionBody,
  BulkAction,
  BulkAnswer,
  JobAction,
  UndoRequest,
} from "../../contract/api.ts";
import { AppError } from "../../contract/errors.ts";
import { jobPages } from "../store/job-pages.ts";
import type { Change, JobListQuery, JobPage, Store } from "../store/store.ts";
import type { DigesterDirectory } from "./digester-directory.ts";
import { cancel, hold, release, requeue, setFront, setPriority, undo } from "./person-changes.ts";
import type { JobRecord } from "./job-record.ts";
import type { Placer } from "./placer.ts";
import type { Done, UndoLog } from "./undo-log.ts";

export interface ActionDeps {
  readonly store: Store;
  readonly directory: Pick<DigesterDirectory, "remove">;
  readonly placer: Pick<Placer, "retell">;
  readonly undos: UndoLog;
  /** Milliseconds since 1970. */
  readonly now: () => number;
}

const nobody = "the API";
/** So many jobs change at once: enough for one flush to disk to serve many. */
const batch = 500;

/**
 * Does what a person wants done with a job, and tells the digester that has it.
 *
 * @throws AppError `conflict` when the job's state does not allow it, `bad_request` for a priority without a value.
 */
export async function act(
  deps: ActionDeps,
  action: JobAction,
  id: number,
  body: ActionBody,
): Promise<JobRecord> {
  return (await actOn(deps, action, id, body)).after;
}

async function actOn(
  deps: ActionDeps,
  action: JobAction,
  id: number,
  body: ActionBody,
): Promise<Done> {
  let before: JobRecord | null = null;
  const after = await deps.store.update(id, (job) => {
    before = job;
    return decide(action, job, body, deps.now());
  });
  const done = { before: before ?? after, after };
  tellDigester(deps, done);
  return done;
}

/**
 * One action on every job that the list or the filter names. Those that do not allow it are passed over; what was done can be
 * taken back with the token in the answer.
 */
export async function actOnMany(deps: ActionDeps, request: BulkAction): Promise<BulkAnswer> {
  const { action, dryRun } = request;
  const body: ActionBody = {
    ...(request.by === undefined ? {} : { by: request.by }),
    ...(request.priority === undefined ? {} : { priority: request.priority }),
  };
  if (action === "priority") requirePriority(body);
  const jobs = await matching(deps.store, request);
  const matched = jobs.length;
  if (dryRun) {
    const possible = jobs.filter((job) => isPossible(() => decide(action, job, body, deps.now())));
    return { matched, done: 0, possible: possible.length };
  }
  const done = await inBatches(jobs, (job) => actOn(deps, action, job.id, body));
  const kept = deps.undos.keep(done);
  return { matched, done: done.length, ...(kept === null ? {} : { undo: kept }) };
}

/**
 * Takes back a bulk action, job by job, where nothing has come of it since.
 *
 * @throws AppError `not_found` for a token that is not known any more.
 */
export async function undoMany(deps: ActionDeps, request: UndoRequest): Promise<BulkAnswer> {
  const all = deps.undos.take(request.token);
  if (all === null) {
    throw new AppError("not_found", "It is too late to take this back, or it was already.");
  }
  const by = request.by ?? nobody;
  const undone = await inBatches(all, async ({ before, after }) => {
    let left = after;
    const job = await deps.store.update(before.id, (now) => {
      left = now;
      return undo(now, before, after, by, deps.now());
    });
    tellDigester(deps, { before: left, after: job });
  });
  return { matched: all.length, done: undone.length };
}

/** What came of those that were possible. */
async function inBatches<T, R>(items: readonly T[], work: (item: T) => Promise<R>): Promise<R[]> {
  const results: R[] = [];
  for (let start = 0; start < items.length; start += batch) {
    const outcomes = await Promise.allSettled(items.slice(start, start + batch).map(work));
    for (const outcome of outcomes) {
      if (outcome.status === "fulfilled") results.push(outcome.value);
      else if (!isConflict(outcome.reason)) throw outcome.reason;
    }
  }
  return results;
}

function isPossible(work: () => unknown): boolean {
  try {
    work();
    return true;
  } catch (thrown) {
    if (isConflict(thrown)) return false;
    throw thrown;
  }
}

function isConflict(thrown: unknown): boolean {
  return thrown instanceof AppError && thrown.code === "conflict";
}

async function matching(
  store: Store,
  { ids, filter, except }: BulkAction,
): Promise<readonly JobRecord[]> {
  if (ids !== undefined) {
    const jobs = await Promise.all([...new Set(ids)].map((id) => store.job(id)));
    return jobs.filter((job) => job !== null);
  }
  const left = new Set(except);
  const jobs: JobRecord[] = [];
  const whole = { list: (query: JobListQuery) => listWhole(store, query) };
  const matched = { statuses: filter?.status ?? null, search: filter?.q ?? [] };
  for await (const page of jobPages(whole, { ...matched, sort: "id", limit: 5000 })) {
    jobs.push(...page.jobs.filter((job) => !left.has(job.id)));
  }
  return jobs;
}

/** Between two looks, and in all, while instructions are still being read for a text. */
const lookAgainMs = 50;
const patienceMs = 5000;

/**
 * A page in which no job is missing because its instruction is unread: what is done to all that match must not pass one over.
 *
 * @throws AppError `unavailable` when that takes too long.
 */
async function listWhole(store: Store, query: JobListQuery): Promise<JobPage> {
  for (let waitedMs = 0; ; waitedMs += lookAgainMs) {
    const page = await store.list(query);
    if (page.unsearched === 0) return page;
    if (waitedMs >= patienceMs) {
      throw new AppError("unavailable", "The instructions are still being read for this search.", {
        hint: "Try again in a moment.",
      });
    }
    await sleep(lookAgainMs);
  }
}

function decide(action: JobAction, job: JobRecord, body: ActionBody, now: number): Change {
  const change = changeOf(action, job, body, now);
  const { why } = body;
  if (why === undefined) return change;
  return {
    job: change.job,
    events: change.events.map((event) => ({
      ...event,
      message: event.message === undefined ? why : `${event.message} ${why}`,
    })),
  };
}

function changeOf(action: JobAction, job: JobRecord, body: ActionBody, now: number): Change {
  const by = body.by ?? nobody;
  switch (action) {
    case "requeue":
      return requeue(job, by, now);
    case "hold":
      return hold(job, by, now);
    case "release":
      return release(job, by, now);
    case "cancel":
      return cancel(job, by, now);
    case "priority":
      return setPriority(job, requirePriority(body), by, now);
    case "front":
      return setFront(job, now, by, now);
  }
}

function requirePriority({ priority }: ActionBody): number {
  if (priority !== undefined) return priority;
  throw new AppError("bad_request", "priority: expected a number");
}

/** A job that a person took out of the line could not be claimed anyway; this frees its place there. */
function tellDigester({ directory, placer }: ActionDeps, { before, after }: Done): void {
  if (before.digester === null || before === after) return;
  const stays = after.digester === before.digester && after.status === before.status;
  if (!stays || after.cancelledBy !== before.cancelledBy) {
    directory.remove(before.digester, before.id);
  } else if (after.status === "submitted") {
    placer.retell(after.id);
  }
}
