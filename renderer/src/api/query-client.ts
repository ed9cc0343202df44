import { QueryCache, QueryClient } from "@tanstack/react-query";
import { AppError } from "../../../services/contract/errors.ts";
import { keys } from "./keys.ts";

/**
 * Answers stay fresh until the event stream says otherwise, so nothing is asked twice for the sake of asking. Requests are
 * made even when the browser believes itself offline: the service usually runs on this very machine.
 */
export function makeQueryClient(): QueryClient {
  const client: QueryClient = new QueryClient({
    queryCache: new QueryCache({
      onError: (error, query) => {
        if (isSignedOut(error) && query.queryKey[0] !== keys.about[0]) {
          void client.invalidateQueries({ queryKey: keys.about });
        }
      },
    }),
    defaultOptions: {
      queries: {
        staleTime: Infinity,
        gcTime: 5 * 60_000,
        networkMode: "always",
        refetchOnWindowFocus: false,
        retry: (failures, error) => failures < 2 && mayPass(error),
        retryDelay: (failures) => 500 * 2 ** failures,
      },
      mutations: { networkMode: "always" },
    },
  });
  return client;
}

export function isSignedOut(error: unknown): boolean {
  return error instanceof AppError && error.code === "unauthenticated";
}

/** Worth another try: the service was out of reach, rather than of another opinion. */
function mayPass(error: unknown): boolean {
  return (
    error instanceof AppError && (error.code === "unavailable" || error.code === "upstream_failed")
  );
}
