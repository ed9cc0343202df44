import type { Event, EventType } from "../../../../services/contract/event.ts";

interface Shown {
  /** None named: of all. */
  readonly types: readonly EventType[];
  /** Words that all stand in the load's name, the digester's, the message or who did it. */
  readonly text: string;
  /** Without what came after the page was paused. */
  readonly pausedAt: number | null;
}

/** The events that are asked for, newest first. */
export function shownEvents(events: readonly Event[], { types, text, pausedAt }: Shown): Event[] {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  return events
    .filter(
      (event) =>
        (pausedAt === null || event.seq <= pausedAt) &&
        (types.length === 0 || types.includes(event.type)) &&
        (words.length === 0 || holds(event, words)),
    )
    .toReversed();
}

function holds({ key, digester, message, by }: Event, words: readonly string[]): boolean {
  const all = [key, digester, message, by].join(" ").toLowerCase();
  return words.every((word) => all.includes(word));
}
