import type { Query, QueryClient } from "@tanstack/react-query";
import { mayPass } from "./query-client.ts";

const everyMs = 5000;

/**
 * Asks again, every five seconds while the page is looked at, for what could not be had and may be had by now.
 *
 * What has an answer is asked for in its place. What has none is asked for aside: TanStack Query would take its error from
 * the page meanwhile, which would change between error and skeleton for as long as the fault lasts.
 *
 * @returns what ends it.
 */
export function keepRecovering(client: QueryClient): () => void {
  const asking = new Set<string>();

  async function ask(query: Query): Promise<void> {
    if (asking.has(query.queryHash)) return;
    asking.add(query.queryHash);
    try {
      await (query.state.data === undefined ? askAside(client, query) : query.fetch());
    } catch {
      // The page says so already.
    } finally {
      asking.delete(query.queryHash);
    }
  }

  const timer = setInterval(() => {
    if (document.hidden) return;
    for (const query of client.getQueryCache().findAll({ type: "active" })) {
      const { status, fetchStatus, error } = query.state;
      if (status === "error" && fetchStatus === "idle" && mayPass(error)) void ask(query);
    }
  }, everyMs);
  return () => clearInterval(timer);
}

async function askAside(client: QueryClient, { queryKey, options, meta }: Query): Promise<void> {
  if (typeof options.queryFn !== "function") return;
  const { signal } = new AbortController();
  client.setQueryData(queryKey, await options.queryFn({ client, queryKey, signal, meta }));
}
