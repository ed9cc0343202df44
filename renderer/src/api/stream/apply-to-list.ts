import { jobSortFields, type JobList, type JobSort } from "../../../../services/contract/api.ts";
import type { JobSummary } from "../../../../services/contract/job.ts";
import { matchesFilter, type JobFilter } from "../job-filter.ts";

/** Jobs as they are now. `happened` names those of which an event told; the others only made progress. */
export interface JobChanges {
  readonly jobs: ReadonlyMap<number, JobSummary>;
  readonly happened: ReadonlySet<number>;
  /** Those that were not there before. */
  readonly created: ReadonlySet<number>;
}

/** Replaces the rows of jobs that changed, where they stand. A page without any keeps its identity. */
export function applyJobs(page: JobList, jobs: JobChanges["jobs"]): JobList {
  if (!page.jobs.some((job) => jobs.has(job.id))) return page;
  return { ...page, jobs: page.jobs.map((job) => jobs.get(job.id) ?? job) };
}

/**
 * Whether jobs may have come to another place of a list, into it or out of it, which only the service can tell. `known` are
 * the rows at hand, as they were before.
 */
export function mayMove(
  filter: JobFilter,
  changes: JobChanges,
  known: ReadonlyMap<number, JobSummary>,
): boolean {
  for (const id of changes.happened) {
    const now = changes.jobs.get(id);
    if (now === undefined) continue;
    const before = known.get(id);
    const isIn = matchesFilter(now, filter);
    if (changes.created.has(id) && isIn) return true;
    if (before !== undefined) {
      if (!isIn || movesUnder(filter.sort, before, now)) return true;
    } else if (filter.q !== "" || !isByNumber(filter.sort)) {
      return true;
    }
  }
  return false;
}

function isByNumber(sort: JobSort): boolean {
  return sort === "id" || sort === "-id";
}

function movesUnder(sort: JobSort, before: JobSummary, after: JobSummary): boolean {
  const field = jobSortFields.find((one) => sort === one || sort === `-${one}`) ?? "id";
  return before[field] !== after[field];
}
