import { queryOptions } from "@tanstack/react-query";
import {
  Cluster,
  ClusterList,
  NodeHistory,
  type ClusterLimits,
} from "../../../services/contract/cluster.ts";
import type { StatisticsSpan } from "../../../services/contract/statistics.ts";
import { keys } from "./keys.ts";
import { request } from "./request.ts";

export const clustersQuery = queryOptions({
  queryKey: keys.clusters,
  queryFn: async ({ signal }) =>
    (await request(ClusterList, "/api/v1/clusters", { signal })).clusters,
});

/** Null: those of the configuration again. */
export function setClusterLimits(name: string, limits: ClusterLimits | null): Promise<Cluster> {
  const path = `/api/v1/clusters/${encodeURIComponent(name)}/limits`;
  return request(Cluster, path, { method: "PUT", body: { limits } });
}

/** Asked again every 10 s while it is looked at: time passes, whether or not a node comes or goes. */
export function nodeHistoryQuery(span: StatisticsSpan) {
  return queryOptions({
    queryKey: keys.nodeHistory(span),
    queryFn: ({ signal }) => request(NodeHistory, `/api/v1/nodes/history?span=${span}`, { signal }),
    refetchInterval: 10_000,
  });
}
