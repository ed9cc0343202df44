import { jobSortFields, type JobList, type JobSort } from "../../../../services/contract/api.ts";
import type { JobSummary } from "../../../../services/contract/job.ts";
import { matchesFilter, type JobFilter } from "../job-filter.ts";
import type { JobPages } from "../jobs.ts";

/** Jobs as they are now. `happened` names those of which an event told; the others only made progress. */
export interface JobChanges {
  readonly jobs: ReadonlyMap<number, JobSummary>;
  readonly happened: ReadonlySet<number>;
}

/** Pages after a change. `stale` when where a job now belongs can only be told by asking again. */
export interface PagesChange {
  readonly pages: JobPages;
  readonly stale: boolean;
}

/**
 * Brings jobs that changed into the pages of one list: replaces rows where they stand, takes out those that the filter
 * does not let through any more, and puts in new ones where the order is by number, which never changes. Pages without a
 * change keep their identity.
 */
export function applyJobs(before: JobPages, filter: JobFilter, changes: JobChanges): PagesChange {
  const seen = new Set<number>();
  let moved = false;
  let difference = 0;
  const replaced = before.pages.map((page) => {
    if (!page.jobs.some((job) => changes.jobs.has(job.id))) return page;
    const jobs: JobSummary[] = [];
    for (const job of page.jobs) {
      const now = changes.jobs.get(job.id);
      if (now === undefined) {
        jobs.push(job);
        continue;
      }
      seen.add(job.id);
      moved ||= movesUnder(filter.sort, job, now);
      if (matchesFilter(now, filter)) jobs.push(now);
      else difference--;
    }
    return { ...page, jobs };
  });
  const arrivals = [...changes.jobs.values()].filter(
    (job) => changes.happened.has(job.id) && !seen.has(job.id) && matchesFilter(job, filter),
  );
  if (!isByNumber(filter.sort)) {
    return { pages: withPages(before, replaced, difference), stale: moved || arrivals.length > 0 };
  }
  let pages = replaced;
  for (const job of arrivals) {
    const inserted = insertByNumber(pages, job, filter.sort);
    if (inserted === null) continue;
    pages = inserted;
    difference++;
  }
  return { pages: withPages(before, pages, difference), stale: false };
}

function isByNumber(sort: JobSort): boolean {
  return sort === "id" || sort === "-id";
}

function movesUnder(sort: JobSort, before: JobSummary, after: JobSummary): boolean {
  const field = jobSortFields.find((one) => sort === one || sort === `-${one}`) ?? "id";
  return before[field] !== after[field];
}

/** Null where the job belongs to a page that is not loaded yet. */
function insertByNumber(pages: JobList[], job: JobSummary, sort: JobSort): JobList[] | null {
  const isBefore = (other: JobSummary): boolean =>
    sort === "id" ? job.id < other.id : job.id > other.id;
  const found = pages.findIndex((page) => page.jobs.some(isBefore));
  const isWhole = pages.at(-1)?.nextCursor === null;
  const at = found === -1 ? (isWhole ? pages.length - 1 : -1) : found;
  const page = pages[at];
  if (page === undefined) return null;
  const place = page.jobs.findIndex(isBefore);
  const jobs = page.jobs.toSpliced(place === -1 ? page.jobs.length : place, 0, job);
  return pages.with(at, { ...page, jobs });
}

function withPages(before: JobPages, pages: JobList[], difference: number): JobPages {
  return {
    ...before,
    pages:
      difference === 0
        ? pages
        : pages.map((page) => ({ ...page, total: Math.max(0, page.total + difference) })),
  };
}
