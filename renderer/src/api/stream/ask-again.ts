import type { Query, QueryClient, QueryKey } from "@tanstack/react-query";
import { keys } from "../keys.ts";
import { mayPass } from "../query-client.ts";
import type { Stale } from "./apply-messages.ts";

/** Asking again more often than this would put the load of a busy service on itself. */
const pauseMs = 500;

/** Gathers what is stale and asks for it at most twice a second, the first time at once. */
export function makeAskAgain(client: QueryClient) {
  const waiting = new Map<string, QueryKey>();
  let timer: ReturnType<typeof setTimeout> | undefined;

  function ask(): void {
    timer = undefined;
    if (waiting.size === 0) return;
    timer = setTimeout(ask, pauseMs);
    for (const [name, queryKey] of waiting) {
      if (isAskedForTheFirstTime(client, queryKey)) continue;
      waiting.delete(name);
      void client.invalidateQueries({ queryKey, predicate: (query) => !isFaultShown(query) });
    }
  }

  function add(stale: Stale): void {
    for (const key of stale.everything ? knownKeys(client) : stale.keys) {
      waiting.set(JSON.stringify(key), key);
    }
    if (timer === undefined) ask();
  }

  return {
    add,
    addEverything(): void {
      add({ everything: true, keys: [] });
    },
    cancel(): void {
      clearTimeout(timer);
    },
  };
}

/**
 * It has no answer but a fault, which the page shows, and is asked for aside until it has one: asked for here, with each
 * message of a busy stream, the page would show nothing but skeletons.
 */
function isFaultShown({ state }: Query): boolean {
  return state.status === "error" && state.data === undefined && mayPass(state.error);
}

/** TanStack Query restarts a request under way only where there are data already; this one has to be waited for. */
function isAskedForTheFirstTime(client: QueryClient, key: QueryKey): boolean {
  return client
    .getQueryCache()
    .findAll({ queryKey: key })
    .some(({ state }) => state.fetchStatus === "fetching" && state.data === undefined);
}

/** Everything but what the stream alone fills. */
function knownKeys(client: QueryClient): QueryKey[] {
  return client
    .getQueryCache()
    .getAll()
    .map((query) => query.queryKey)
    .filter(([of, part]) => of !== keys.activity[0] || part !== keys.activity[1]);
}
