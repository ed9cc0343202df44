import { queryOptions } from "@tanstack/react-query";
import { z } from "zod";
import {
  Diagnostics,
  ServiceConfiguration,
  UserTokens,
} from "../../../services/contract/service.ts";
import { keys } from "./keys.ts";
import { request } from "./request.ts";

export const configurationQuery = queryOptions({
  queryKey: keys.configuration,
  queryFn: ({ signal }) => request(ServiceConfiguration, "/api/v1/configuration", { signal }),
});

/** The tokens of people who have signed in; forbidden to all but administrators. */
export const tokensQuery = queryOptions({
  queryKey: keys.tokens,
  queryFn: async ({ signal }) => (await request(UserTokens, "/api/v1/tokens", { signal })).tokens,
  staleTime: 10_000,
});

export function revokeToken(id: string): Promise<unknown> {
  return request(z.unknown(), `/api/v1/tokens/${encodeURIComponent(id)}`, { method: "DELETE" });
}

export function askDiagnostics(): Promise<Diagnostics> {
  return request(Diagnostics, "/api/v1/diagnostics");
}
