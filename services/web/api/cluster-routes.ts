import { z } from "zod";
import {
  Cluster,
  ClusterList,
  ClusterName,
  ClusterOrders,
  ClusterReport,
  LimitsRequest,
  NodeHistory,
} from "../../contract/cluster.ts";
import { StatisticsQuery } from "../../contract/statistics.ts";
import { route, type Route } from "../http/route.ts";
import { nodeHistory } from "../jobs/node-history.ts";
import type { ApiDeps } from "./api-deps.ts";

const Named = z.object({ name: ClusterName });

export function clusterRoutes({ clusters, store, now }: ApiDeps): Route[] {
  return [
    route({
      method: "get",
      path: "/clusters",
      summary:
        "Lists the clusters that pilots run on: how many are wanted, why, and what each does",
      answer: ClusterList,
      handle: async () => ({ body: { clusters: await clusters.list() } }),
    }),
    route({
      method: "put",
      path: "/clusters/:name",
      summary: "Takes the report of a cluster's keeper and tells it what waits",
      params: Named,
      body: ClusterReport,
      answer: ClusterOrders,
      handle: async ({ params, body }) => ({ body: await clusters.report(params.name, body) }),
    }),
    route({
      method: "put",
      path: "/clusters/:name/limits",
      summary: "Sets how many pilots there are at least and at most; null: as configured",
      params: Named,
      body: LimitsRequest,
      answer: Cluster,
      handle: async ({ params, body }) => ({
        body: await clusters.setLimits(params.name, body.limits),
      }),
    }),
    route({
      method: "get",
      path: "/nodes/history",
      summary: "How many digesters there were over time, and which came, left and were lost",
      query: StatisticsQuery,
      answer: NodeHistory,
      handle: async ({ query }) => ({
        body: nodeHistory(await store.events(null), query.span, now()),
      }),
    }),
  ];
}
