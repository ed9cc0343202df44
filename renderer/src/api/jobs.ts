import { infiniteQueryOptions, queryOptions, type InfiniteData } from "@tanstack/react-query";
import {
  BulkAnswer,
  JobEvents,
  JobList,
  type ActionBody,
  type BulkActionBody,
  type JobAction,
} from "../../../services/contract/api.ts";
import { Job } from "../../../services/contract/job.ts";
import { writeJobQuery, type JobFilter } from "./job-filter.ts";
import { keys } from "./keys.ts";
import { request } from "./request.ts";

export type JobPages = InfiniteData<JobList, string | null>;

const pageSize = 200;

/** All jobs that match, in pages of 200 fetched as the list is scrolled. */
export function jobListQuery(filter: JobFilter) {
  return infiniteQueryOptions({
    queryKey: keys.jobList(filter),
    queryFn: ({ pageParam, signal }) =>
      request(JobList, `/api/v1/jobs?${writeJobQuery(filter, pageSize, pageParam)}`, { signal }),
    initialPageParam: null as string | null,
    getNextPageParam: (last) => last.nextCursor,
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
      const query = new URLSearchParams({ q: text, sort: "-updatedAt", limit: "6" });
      return (await request(JobList, `/api/v1/jobs?${query.toString()}`, { signal })).jobs;
    },
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

export function actOnJob(id: number, action: JobAction, body: ActionBody): Promise<Job> {
  return request(Job, `/api/v1/jobs/${id}/${action}`, { method: "POST", body });
}

export function actOnJobs(body: BulkActionBody): Promise<BulkAnswer> {
  return request(BulkAnswer, "/api/v1/jobs/actions", { method: "POST", body });
}
