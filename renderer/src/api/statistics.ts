import { queryOptions } from "@tanstack/react-query";
import { JobList } from "../../../services/contract/api.ts";
import { Statistics, type StatisticsSpan } from "../../../services/contract/statistics.ts";
import { keys } from "./keys.ts";
import { request } from "./request.ts";

/** Asked again every 10 s while it is looked at: time passes, whether or not anything happens. */
export function statisticsQuery(span: StatisticsSpan) {
  return queryOptions({
    queryKey: keys.statistics(span),
    queryFn: ({ signal }) => request(Statistics, `/api/v1/statistics?span=${span}`, { signal }),
    refetchInterval: 10_000,
  });
}

/** How many of the loads that failed last are asked for. */
export const mostFailures = 100;

/** The loads that failed last and were not requeued since, newest first. */
export const failedLatelyQuery = queryOptions({
  queryKey: keys.failedLately,
  queryFn: async ({ signal }) => {
    const path = `/api/v1/jobs?status=failed&sort=-updatedAt&limit=${mostFailures}`;
    return (await request(JobList, path, { signal })).jobs;
  },
});
