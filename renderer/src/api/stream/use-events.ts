import { useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import type { Event } from "../../../../services/contract/event.ts";
import { pastEventsQuery } from "../activity.ts";
import { keys } from "../keys.ts";
import { mergeEvents } from "./merge-events.ts";

/** The newest events of all, in order, as they arrive. */
export function useEvents(): Event[] {
  const { data: past } = useQuery(pastEventsQuery);
  // Filled by the event stream alone.
  const { data: live } = useQuery<Event[]>({
    queryKey: keys.activity,
    queryFn: () => [],
    enabled: false,
    gcTime: Infinity,
  });
  return useMemo(() => mergeEvents(past ?? [], live ?? []), [past, live]);
}
