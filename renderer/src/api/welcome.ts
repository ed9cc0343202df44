import { queryOptions, type QueryClient } from "@tanstack/react-query";
import { readKept, writeKept } from "../components/kept.ts";
import { desktop } from "../desktop.ts";
import { jobCountsQuery } from "./jobs.ts";
import { keys } from "./keys.ts";

const keptName = "digester-welcomed";
const mostBlankMs = 3000;

/**
 * Whether a person is to be asked how to begin: never once they have chosen, by what this browser and the desktop keep,
 * and never where there are jobs already.
 */
export function welcomeQuery(client: QueryClient) {
  return queryOptions({
    queryKey: keys.welcome,
    queryFn: async (): Promise<boolean> => {
      if (wasWelcomed()) return false;
      const shell = await desktop()?.getInfo();
      if (shell?.welcomed === true) return false;
      const counts = await Promise.race([client.fetchQuery(jobCountsQuery), later()]);
      return counts !== null && Object.values(counts).every((count) => count === 0);
    },
    // Known at once, so that the console is there at the first paint.
    ...(wasWelcomed() ? { initialData: false } : {}),
    staleTime: Infinity,
    retry: false,
  });
}

/** The page is blank until it is known: a service that does not answer is for the console to speak of. */
function later(): Promise<null> {
  return new Promise((resolve) => setTimeout(() => resolve(null), mostBlankMs));
}

function wasWelcomed(): boolean {
  return readKept(keptName) !== null;
}

/** Keeps that the person has chosen. */
export function endWelcome(client: QueryClient): void {
  writeKept(keptName, "yes");
  client.setQueryData(keys.welcome, false);
  // One that cannot be kept is asked again at the next start, and no worse.
  desktop()
    ?.endWelcome()
    .catch(() => undefined);
}
