import type { NodeHistory } from "../../contract/cluster.ts";
import type { Event } from "../../contract/event.ts";
import { statisticsSpans, type StatisticsSpan } from "../../contract/statistics.ts";

type Step = "gained" | "left" | "lost";

/**
 * What became of the digesters over time.
 *
 * @param events of digesters as a whole, oldest first, from the beginning: who is there follows from all of them.
 * @param until the end of the last bucket or before, in milliseconds since 1970.
 */
export function nodeHistory(
  events: readonly Event[],
  span: StatisticsSpan,
  until: number,
): NodeHistory {
  const { ms, bucketMs } = statisticsSpans[span];
  const end = until - (until % bucketMs) + bucketMs;
  const buckets = Array.from({ length: ms / bucketMs }, (_, i) => ({
    at: end - ms + i * bucketMs,
    nodes: 0,
    gained: 0,
    left: 0,
    lost: 0,
  }));
  const there = new Set<string>();
  let next = 0;
  for (const bucket of buckets) {
    for (; next < events.length; next++) {
      const event = events[next];
      if (event === undefined || Date.parse(event.at) >= bucket.at + bucketMs) break;
      const step = stepOf(event, there);
      if (step !== null && Date.parse(event.at) >= bucket.at) bucket[step]++;
    }
    bucket.nodes = there.size;
  }
  return {
    span,
    bucketMs,
    buckets: buckets.map(({ at, ...counts }) => ({ at: new Date(at).toISOString(), ...counts })),
  };
}

/** Null for what changes nothing: one that was lost and is then detached went only once. */
function stepOf({ type, digester }: Event, there: Set<string>): Step | null {
  if (digester === null) return null;
  switch (type) {
    case "digester_attached":
    case "digester_found":
      if (there.has(digester)) return null;
      there.add(digester);
      return "gained";
    case "digester_detached":
      return there.delete(digester) ? "left" : null;
    case "digester_lost":
      return there.delete(digester) ? "lost" : null;
    default:
      return null;
  }
}
