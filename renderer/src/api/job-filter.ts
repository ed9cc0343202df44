import { z } from "zod";
import { JobSort } from "../../../services/contract/api.ts";
import {
  parseSearch,
  printSearch,
  termMatcher,
  toggleValue,
} from "../../../services/contract/job-search.ts";
import { JobStatus, type JobSummary } from "../../../services/contract/job.ts";

/** Which jobs a list shows and in which order, as the address bar says it. */
export interface JobFilter {
  /** In the language of `job-search.ts`. */
  readonly q: string;
  readonly sort: JobSort;
}

export const defaultSort: JobSort = "-id";

/**
 * Reads a query string; what it does not understand counts as not said. `status=failed,aborted` is a short way to write
 * `q=status:failed,aborted`.
 */
export function readJobFilter(search: string, usualSort: JobSort = defaultSort): JobFilter {
  const query = new URLSearchParams(search);
  const sort = JobSort.safeParse(query.get("sort") ?? usualSort);
  return {
    q: withStatuses((query.get("q") ?? "").slice(0, 2000), query.get("status") ?? ""),
    sort: sort.success ? sort.data : usualSort,
  };
}

function withStatuses(q: string, list: string): string {
  const read = z.array(JobStatus).safeParse(list.split(",").filter((part) => part !== ""));
  if (!read.success || read.data.length === 0) return q;
  const terms = read.data.reduce(
    (before, status) => toggleValue(before, "status", status),
    parseSearch(q).terms,
  );
  return printSearch(terms);
}

/** The query string of a filter, without a question mark; what is default is left away. */
export function writeJobFilter({ q, sort }: JobFilter): string {
  const query = new URLSearchParams();
  if (q !== "") query.set("q", q);
  if (sort !== defaultSort) query.set("sort", sort);
  return readable(query);
}

/** The query of `GET /jobs` for the jobs from `offset` on. */
export function writeJobQuery({ q, sort }: JobFilter, limit: number, offset: number): string {
  const query = new URLSearchParams(q === "" ? {} : { q });
  query.set("sort", sort);
  query.set("limit", String(limit));
  query.set("offset", String(offset));
  return query.toString();
}

/** What a text that nobody checked looks for: terms that are no right ones count as text. At most 2000 characters. */
export function searchOfTyped(typed: string): string {
  // Each character may become two, and each term gain two quotes.
  const text = typed.slice(0, 500);
  const { terms, problems } = parseSearch(text);
  const asText = problems.map(({ from, to }) => ({
    qualifier: null,
    values: [text.slice(from, to)],
    not: false,
  }));
  return printSearch([...terms, ...asText]);
}

/** Commas and colons need no code in a query, and people read addresses. */
export function readable(query: URLSearchParams): string {
  return query.toString().replaceAll("%2C", ",").replaceAll("%3A", ":");
}

/** Whether the service would list this job, as far as can be told without its instruction. */
export function matchesFilter(job: JobSummary, { q }: JobFilter): boolean {
  return parseSearch(q).terms.every((term) => termMatcher(term, () => false)(job));
}
