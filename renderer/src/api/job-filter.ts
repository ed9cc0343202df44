import { z } from "zod";
import { JobSort } from "../../../services/contract/api.ts";
import { parseSearch, termMatcher } from "../../../services/contract/job-search.ts";
import { JobStatus, jobStatuses, type JobSummary } from "../../../services/contract/job.ts";

/** What the job list shows, as the address bar says it. */
export interface JobFilter {
  /** In the order of `jobStatuses`; empty: all. */
  readonly status: readonly JobStatus[];
  readonly q: string;
  readonly sort: JobSort;
}

const defaultSort: JobSort = "-id";

/** Reads a query string; what it does not understand counts as not said. */
export function readJobFilter(search: string): JobFilter {
  const query = new URLSearchParams(search);
  const wanted = z
    .array(JobStatus)
    .safeParse((query.get("status") ?? "").split(",").filter((part) => part !== ""));
  const sort = JobSort.safeParse(query.get("sort") ?? defaultSort);
  return {
    status: inOrder(wanted.success ? wanted.data : []),
    q: (query.get("q") ?? "").slice(0, 500),
    sort: sort.success ? sort.data : defaultSort,
  };
}

/** The query string of a filter, without a question mark; what is default is left away. */
export function writeJobFilter({ status, q, sort }: JobFilter): string {
  const query = new URLSearchParams();
  if (status.length > 0) query.set("status", status.join(","));
  if (q !== "") query.set("q", q);
  if (sort !== defaultSort) query.set("sort", sort);
  return query.toString().replaceAll("%2C", ",");
}

/** The query of `GET /jobs` for one page. */
export function writeJobQuery(filter: JobFilter, limit: number, cursor: string | null): string {
  const query = new URLSearchParams(writeJobFilter(filter));
  query.set("sort", filter.sort);
  query.set("limit", String(limit));
  if (cursor !== null) query.set("cursor", cursor);
  return query.toString();
}

/** With the status added, or removed when it was there. */
export function toggleStatus(filter: JobFilter, status: JobStatus): JobFilter {
  const others = filter.status.filter((one) => one !== status);
  const toggled = others.length === filter.status.length ? [...others, status] : others;
  return { ...filter, status: inOrder(toggled) };
}

function inOrder(statuses: readonly JobStatus[]): JobStatus[] {
  return jobStatuses.filter((status) => statuses.includes(status));
}

/** Whether the service would list this job, as far as can be told without its instruction. */
export function matchesFilter(job: JobSummary, { status, q }: JobFilter): boolean {
  if (status.length > 0 && !status.includes(job.status)) return false;
  return parseSearch(q).terms.every((term) => termMatcher(term, () => false)(job));
}
