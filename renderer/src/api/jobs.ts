import { queryOptions } from "@tanstack/react-query";
import {
  BulkAnswer,
  JobEvents,
  JobFacets,
  JobList,
  type BulkActionBody,
  type UndoRequest,
} from "../../../services/contract/api.ts";
import type { Qualifier } from "../../../services/contract/job-search.ts";
import { Job } from "../../../services/contract/job.ts";
import { searchOfTyped, writeJobQuery, type JobFilter } from "./job-filter.ts";
import { keys } from "./keys.ts";
import { request } from "./request.ts";

/** Rows that are asked for at once. */
export const pageRows = 100;

/** @param page of `pageRows` jobs each, from 0. */
export function jobPageQuery(filter: JobFilter, page: number) {
  return queryOptions({
    queryKey: keys.jobPage(filter, page),
    queryFn: ({ signal }) => {
      const query = writeJobQuery(filter, pageRows, page * pageRows);
      return request(JobList, `/api/v1/jobs?${query}`, { signal });
    },
    refetchInterval: askWhileUnsearched,
    gcTime: 60_000,
  });
}

/**
 * What could be chosen for one qualifier, beside the other terms of a search.
 *
 * @param like a part of the values.
 */
export function facetQuery(q: string, qualifier: Qualifier, like = "") {
  return queryOptions({
    queryKey: keys.facet(q, qualifier, like),
    queryFn: async ({ signal }) => {
      const query = new URLSearchParams({ q, only: qualifier, like, limit: "50" });
      const answer = await request(JobFacets, `/api/v1/jobs/facets?${query.toString()}`, {
        signal,
      });
      return answer.facets[0] ?? { qualifier, values: [], more: 0 };
    },
    gcTime: 30_000,
  });
}

export const jobCountsQuery = queryOptions({
  queryKey: keys.jobCounts,
  queryFn: async ({ signal }) => {
    const list = await request(JobList, "/api/v1/jobs?limit=1", { signal });
    return list.counts;
  },
});

/** The few jobs that a text leads to, those that changed last first. */
export function foundJobsQuery(text: string) {
  return queryOptions({
    queryKey: keys.foundJobs(text),
    queryFn: async ({ signal }) => {
      const query = writeJobQuery({ q: searchOfTyped(text), sort: "-updatedAt" }, 6, 0);
      return request(JobList, `/api/v1/jobs?${query}`, { signal });
    },
    select: ({ jobs }) => jobs,
    refetchInterval: askWhileUnsearched,
    staleTime: 5000,
  });
}

/** @param id the job's number or key, as the address bar has it. */
export function jobQuery(id: string) {
  return queryOptions({
    queryKey: keys.job(id),
    queryFn: ({ signal }) => request(Job, `/api/v1/jobs/${encodeURIComponent(id)}`, { signal }),
  });
}

export function jobEventsQuery(id: number) {
  return queryOptions({
    queryKey: keys.jobEvents(String(id)),
    queryFn: ({ signal }) => request(JobEvents, `/api/v1/jobs/${id}/events`, { signal }),
  });
}

export function undoJobs(body: UndoRequest): Promise<BulkAnswer> {
  return request(BulkAnswer, "/api/v1/jobs/undo", { method: "POST", body });
}

export function actOnJobs(body: BulkActionBody): Promise<BulkAnswer> {
  return request(BulkAnswer, "/api/v1/jobs/actions", { method: "POST", body });
}

/** While instructions are still being read for a text, more jobs may be found each time. In milliseconds. */
function askWhileUnsearched({ state }: { state: { data?: JobList | undefined } }): number | false {
  return (state.data?.unsearched ?? 0) > 0 ? 1000 : false;
}
