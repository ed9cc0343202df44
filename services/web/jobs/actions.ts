import type { ActionBody, BulkAction, BulkAnswer, JobAction } from "../../contract/api.ts";
import { AppError } from "../../contract/errors.ts";
import type { Change, Store } from "../store/store.ts";
import type { DigesterDirectory } from "./digester-directory.ts";
import { cancel, hold, release, requeue, setPriority } from "./job-model.ts";
import type { JobRecord } from "./job-record.ts";
import type { Placer } from "./placer.ts";

export interface ActionDeps {
  readonly store: Store;
  readonly directory: Pick<DigesterDirectory, "remove">;
  readonly placer: Pick<Placer, "retell">;
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
  let before: JobRecord | null = null;
  const after = await deps.store.update(id, (job) => {
    before = job;
    return decide(action, job, body, deps.now());
  });
  if (before !== null) tellDigester(deps, action, before);
  return after;
}

/** One action on every job that the list or the filter names. Those that do not allow it are passed over. */
export async function actOnMany(deps: ActionDeps, request: BulkAction): Promise<BulkAnswer> {
  const { action, dryRun } = request;
  const body: ActionBody = {
    ...(request.by === undefined ? {} : { by: request.by }),
    ...(request.priority === undefined ? {} : { priority: request.priority }),
  };
  if (action === "priority") requirePriority(body);
  const jobs = await matching(deps.store, request);
  let possible = 0;
  for (let start = 0; start < jobs.length; start += batch) {
    const outcomes = await Promise.all(
      jobs.slice(start, start + batch).map((job) => {
        const work = async (): Promise<unknown> =>
          dryRun ? decide(action, job, body, deps.now()) : act(deps, action, job.id, body);
        return isPossible(work);
      }),
    );
    possible += outcomes.filter(Boolean).length;
  }
  const matched = jobs.length;
  return dryRun ? { matched, done: 0, possible } : { matched, done: possible };
}

async function isPossible(work: () => Promise<unknown>): Promise<boolean> {
  try {
    await work();
    return true;
  } catch (thrown) {
    if (thrown instanceof AppError && thrown.code === "conflict") return false;
    throw thrown;
  }
}

async function matching(store: Store, { ids, filter }: BulkAction): Promise<JobRecord[]> {
  if (ids !== undefined) {
    const jobs = await Promise.all([...new Set(ids)].map((id) => store.job(id)));
    return jobs.filter((job) => job !== null);
  }
  const jobs: JobRecord[] = [];
  let cursor: string | null = null;
  do {
    const page = await store.list({
      statuses: filter?.status ?? null,
      text: filter?.q ?? null,
      crop: null,
      sort: "id",
      limit: 1000,
      cursor,
    });
    jobs.push(...page.jobs);
    cursor = page.nextCursor;
  } while (cursor !== null);
  return jobs;
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
  }
}

function requirePriority({ priority }: ActionBody): number {
  if (priority !== undefined) return priority;
  throw new AppError("bad_request", "priority: expected a number");
}

/** A job that a person took out of the line could not be claimed anyway; this frees its place there. */
function tellDigester({ directory, placer }: ActionDeps, action: JobAction, job: JobRecord): void {
  if (job.digester === null) return;
  if (action === "cancel" || action === "hold") directory.remove(job.digester, job.id);
  if (action === "priority" && job.status === "submitted") placer.retell(job.id);
}
