import { queryOptions } from "@tanstack/react-query";
import { JobEvents } from "../../../services/contract/api.ts";
import type { Event } from "../../../services/contract/event.ts";
import { keys } from "./keys.ts";
import { request } from "./request.ts";

/** How many events from before are shown. */
const lookBack = 1000;

/** The newest events at the time of asking; what comes later is brought by the event stream. */
export const pastEventsQuery = queryOptions({
  queryKey: keys.pastActivity,
  queryFn: ({ signal }) => latestEvents(lookBack, signal),
});

/** The newest events that are at hand, oldest first. */
export async function latestEvents(limit: number, signal?: AbortSignal): Promise<Event[]> {
  const options = signal === undefined ? {} : { signal };
  return (await request(JobEvents, `/api/v1/events/latest?limit=${limit}`, options)).events;
}
