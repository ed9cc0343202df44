import type { Event } from "../../contract/event.ts";
import { isSettled } from "../../contract/job.ts";
import type { JobRecord } from "../jobs/job-record.ts";
import { lookAtAll, sortedWindow } from "./job-query.ts";
import type { ExpiredQuery } from "./store.ts";

/** What `Store.expired` says of these jobs, which may be in any order and must not change until the promise resolves. */
export async function expiredJobs(
  jobs: readonly JobRecord[],
  { settledBefore, newest, limit }: ExpiredQuery,
): Promise<number[]> {
  const settled: Array<{ id: number; at: number }> = [];
  await lookAtAll(jobs, (job) => {
    if (isSettled(job.status)) settled.push({ id: job.id, at: settledAt(job) });
  });
  const surplus = newest === null ? 0 : settled.length - newest;
  return sortedWindow(settled, 0, limit, (a, b) => a.at - b.at || a.id - b.id)
    .filter(({ at }, rank) => rank < surplus || (settledBefore !== null && at < settledBefore))
    .map(({ id }) => id);
}

/** GOBii's own job calls settle a job without saying when. */
function settledAt(job: JobRecord): number {
  return job.settledAt ?? job.updatedAt;
}

/** The highest number that a job had, where that is gone: it must not be given again. */
export function highestRemoved(events: readonly Event[], known = 0): number {
  return events.reduce(
    (highest, { removed = [] }) => removed.reduce((most, id) => Math.max(most, id), highest),
    known,
  );
}

/** The event that tells of removed jobs. */
export function removalEvent(removed: number[], at: number, message: string) {
  const about = { job: null, key: null, attempt: null, digester: null };
  return { type: "jobs_removed" as const, at, ...about, message, removed };
}
