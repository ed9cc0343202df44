import { queryOptions } from "@tanstack/react-query";
import { About } from "../../../services/contract/api.ts";
import { clockAhead } from "../format/time.ts";
import { keys } from "./keys.ts";
import { isSignedOut } from "./query-client.ts";
import { request } from "./request.ts";

async function askAbout({ signal }: { readonly signal: AbortSignal }) {
  let stamp: string | null = null;
  const about = await request(About, "/api/v1/about", {
    signal,
    timeoutMs: 8000,
    onHeaders: (headers) => (stamp = headers.get("date")),
  });
  return { ...about, clockAheadMs: clockAhead(stamp, Date.now()) };
}

const askAgainMs = 15_000;

/**
 * Asked again every 15 s: a stream that broke without a word is found out by it. Not while nobody is signed in: the query
 * would lose its error meanwhile, and the page its form with what is typed into it.
 */
export const aboutQuery = queryOptions({
  queryKey: keys.about,
  queryFn: askAbout,
  refetchInterval: ({ state }) => (isSignedOut(state.error) ? false : askAgainMs),
  retry: false,
});

/** The same while nobody is signed in: it succeeds once somebody is, in another tab. */
export const signedInQuery = queryOptions({
  queryKey: keys.signedIn,
  queryFn: askAbout,
  refetchInterval: askAgainMs,
  gcTime: 0,
  retry: false,
});
