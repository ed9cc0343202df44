import type { Event } from "../../../../services/contract/event.ts";

/** In order and each once: a replay may bring what is there already. */
export function mergeEvents(before: readonly Event[], events: readonly Event[]): Event[] {
  const last = before.at(-1)?.seq ?? 0;
  if (events.every((event) => event.seq > last)) return [...before, ...events];
  const bySeq = new Map([...before, ...events].map((event) => [event.seq, event]));
  return [...bySeq.values()].toSorted((a, b) => a.seq - b.seq);
}
