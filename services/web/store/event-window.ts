import type { Event } from "../../contract/event.ts";

/** The newest events, kept at hand so that a reader who was away for a while misses none. */
export interface EventWindow {
  add(event: Event): void;
  /** The next event has the number after `seq`. */
  continueAfter(seq: number): void;
  /** Up to `limit` events after `seq`, oldest first; null when some of them were let go, or `seq` is yet to come. */
  after(seq: number, limit: number): Event[] | null;
}

/** @param size how many events are kept at least. */
export function createEventWindow(size: number): EventWindow {
  let events: Event[] = [];
  let last = 0;
  const continueAfter = (seq: number): void => {
    // After damage some numbers are missing: what is before the gap cannot be replayed across it.
    if (seq !== last) events = [];
    last = seq;
  };
  return {
    continueAfter,
    add(event) {
      continueAfter(event.seq - 1);
      last = event.seq;
      events.push(event);
      if (events.length >= 2 * size) events = events.slice(-size);
    },
    after(seq, limit) {
      const first = last - events.length + 1;
      if (seq > last || seq + 1 < first) return null;
      const from = seq + 1 - first;
      return events.slice(from, from + limit);
    },
  };
}
