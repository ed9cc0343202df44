import { QueryCache, QueryClient } from "@tanstack/react-query";
import { AppError, type ErrorCode } from "../../../services/contract/errors.ts";
import { keys } from "./keys.ts";
import { isTimeout } from "./request.ts";

const passing: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  "unavailable",
  "upstream_failed",
  "draining",
  "internal",
  "full",
]);

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
        retry: (failures, error) => failures < 2 && mayPass(error) && !isTimeout(error),
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

/** Worth another try: the service was out of reach or at fault, rather than of another opinion. */
export function mayPass(error: unknown): boolean {
  return error instanceof AppError && passing.has(error.code);
}
