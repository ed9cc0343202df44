import { queryOptions } from "@tanstack/react-query";
import { About } from "../../../services/contract/api.ts";
import { keys } from "./keys.ts";
import { request } from "./request.ts";

/** Asked again every 15 s: a stream that broke without a word is found out by it. */
export const aboutQuery = queryOptions({
  queryKey: keys.about,
  queryFn: ({ signal }) => request(About, "/api/v1/about", { signal }),
  refetchInterval: 15_000,
  retry: false,
});
