import { useQueries, useQueryClient, type QueryClient } from "@tanstack/react-query";
import { useState } from "react";
import type { JobList } from "../../../../services/contract/api.ts";
import type { JobSummary } from "../../../../services/contract/job.ts";
import { jobPageQuery, pageRows } from "../../api/jobs.ts";
import { keys } from "../../api/keys.ts";
import type { JobFilter } from "../../api/job-filter.ts";
import { useSettled } from "./use-settled.ts";

/** Rows of a list, of which only those near the window are known. */
export interface JobWindow {
  /** Undefined until it is known. */
  readonly total: number | undefined;
  readonly rowAt: (index: number) => JobSummary | undefined;
  /** The rows are those of the filter before, until the new ones arrive. */
  readonly isStale: boolean;
  readonly error: unknown;
  readonly retry: () => void;
  /** Instructions that a text has yet to be looked for in. */
  readonly unsearched: number;
}

/** Pages that are passed by quickly are not asked for. */
const settleMs = 60;

/**
 * The rows from `first` to `last` of the jobs that match, asked for by pages as they come into sight: any place of a list of
 * fifty thousand is one request away.
 *
 * @param isFrozen rows that are known keep their places; they still change in themselves.
 */
export function useJobWindow(
  filter: JobFilter,
  { first, last }: { first: number; last: number },
  isFrozen: boolean,
): JobWindow {
  const client = useQueryClient();
  const [shown, setShown] = useState(filter);
  const isStale = shown !== filter;
  const inSight = pagesBetween(first, last);
  const settled = useSettled(inSight.join(), settleMs);
  const isSettled = settled === inSight.join();
  // Page 0 of the new filter is asked for while the rows of the one before are still shown.
  const asked = isStale
    ? [{ of: filter, page: 0 }, ...inSight.map((page) => ({ of: shown, page }))]
    : inSight.map((page) => ({ of: filter, page }));
  const answers = useQueries({
    queries: asked.map(({ of, page }) => ({
      ...jobPageQuery(of, page),
      enabled:
        of === filter && (isSettled || page === 0) && !(isFrozen && isKnown(client, of, page)),
    })),
  });
  if (isStale && answers[0]?.data !== undefined) setShown(filter);

  const pages = new Map<number, JobList>();
  for (const [index, { of, page }] of asked.entries()) {
    const list = of === shown ? answers[index]?.data : undefined;
    if (list !== undefined) pages.set(page, list);
  }
  const newest = newestOf(answers, asked, shown) ?? anyKnown(client, shown);
  const failed = answers.find(({ isError, data }) => isError && data === undefined);
  return {
    total: newest?.total,
    rowAt: (index) => pages.get(Math.floor(index / pageRows))?.jobs[index % pageRows],
    isStale,
    error: failed?.error ?? null,
    retry: () => {
      for (const { isError, refetch } of answers) if (isError) void refetch();
    },
    unsearched: newest?.unsearched ?? 0,
  };
}

function pagesBetween(first: number, last: number): number[] {
  const from = Math.max(0, Math.floor(first / pageRows));
  const to = Math.max(from, Math.floor(last / pageRows));
  return Array.from({ length: to - from + 1 }, (_, index) => from + index);
}

function isKnown(client: QueryClient, filter: JobFilter, page: number): boolean {
  return client.getQueryData(keys.jobPage(filter, page)) !== undefined;
}

/** Pages may be of different times: the last one knows best how many there are. */
function newestOf(
  answers: readonly { data: JobList | undefined; dataUpdatedAt: number }[],
  asked: readonly { of: JobFilter }[],
  shown: JobFilter,
): JobList | undefined {
  return answers
    .filter(({ data }, index) => data !== undefined && asked[index]?.of === shown)
    .toSorted((a, b) => b.dataUpdatedAt - a.dataUpdatedAt)[0]?.data;
}

/** While a far page is on its way the list keeps its length. */
function anyKnown(client: QueryClient, filter: JobFilter): JobList | undefined {
  const known = client.getQueriesData<JobList>({ queryKey: keys.jobList(filter) });
  return known.find(([, list]) => list !== undefined)?.[1];
}
