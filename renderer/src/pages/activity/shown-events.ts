import type { Event, EventType } from "../../../../services/contract/event.ts";

/** The events of these types (none named: of all), newest first, without what came after the page was paused. */
export function shownEvents(
  events: readonly Event[],
  types: readonly EventType[],
  pausedAt: number | null,
): Event[] {
  return events
    .filter(
      (event) =>
        (pausedAt === null || event.seq <= pausedAt) &&
        (types.length === 0 || types.includes(event.type)),
    )
    .toReversed();
}
