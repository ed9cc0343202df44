import type { QueryClient, QueryKey } from "@tanstack/react-query";
import { keys } from "../keys.ts";
import type { Stale } from "./apply-messages.ts";

/** Asking again more often than this would put the load of a busy service on itself. */
const pauseMs = 500;
/** A list scrolled further than this is left in the order that it has. */
const mostPages = 10;

/** Gathers what is stale and asks for it at most twice a second, the first time at once. */
export function makeAskAgain(client: QueryClient) {
  const waiting = new Map<string, QueryKey>();
  let everything = false;
  let timer: ReturnType<typeof setTimeout> | undefined;

  function ask(): void {
    timer = undefined;
    if (!everything && waiting.size === 0) return;
    timer = setTimeout(ask, pauseMs);
    if (everything) askForEverything(client);
    else for (const queryKey of waiting.values()) void client.invalidateQueries({ queryKey });
    everything = false;
    waiting.clear();
  }

  function isLong(key: QueryKey): boolean {
    const pages = client.getQueryData<{ pages?: readonly unknown[] }>(key)?.pages;
    return pages !== undefined && pages.length > mostPages;
  }

  return {
    add(stale: Stale): void {
      everything ||= stale.everything;
      for (const key of stale.keys) {
        if (!isLong(key)) waiting.set(JSON.stringify(key), key);
      }
      if (timer === undefined) ask();
    },
    cancel(): void {
      clearTimeout(timer);
    },
  };
}

/** Everything but what the stream alone fills. */
export function askForEverything(client: QueryClient): void {
  void client.invalidateQueries({ predicate: (query) => query.queryKey[0] !== keys.activity[0] });
}
