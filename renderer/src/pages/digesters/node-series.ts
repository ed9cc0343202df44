import type { NodeHistory } from "../../../../services/contract/cluster.ts";
import type { TimeSeries } from "../../components/chart/series.ts";
import { formatCount, formatPlural } from "../../format/numbers.ts";

/** Digesters that came, left and were lost, and how many there were. */
export function nodeSeries({ buckets, bucketMs }: NodeHistory): TimeSeries {
  const bar = { shape: "bar" as const };
  return {
    times: buckets.map(({ at }) => Date.parse(at)),
    bucketMs,
    format: formatCount,
    series: [
      {
        ...bar,
        name: "Came",
        colour: "--status-completed",
        values: buckets.map(({ gained }) => gained),
      },
      {
        ...bar,
        name: "Left",
        colour: "--status-submitted",
        values: buckets.map(({ left }) => left),
      },
      { ...bar, name: "Lost", colour: "--status-failed", values: buckets.map(({ lost }) => lost) },
      {
        shape: "line",
        name: "There",
        colour: "--status-in-progress",
        values: buckets.map(({ nodes }) => nodes),
      },
    ],
  };
}

/** `6 nodes now; 9 came, 2 left, 1 lost without a notice`. */
export function nodeWords({ buckets }: NodeHistory): string {
  const sum = (of: "gained" | "left" | "lost"): number =>
    buckets.reduce((all, bucket) => all + bucket[of], 0);
  const now = formatPlural(buckets.at(-1)?.nodes ?? 0, "node");
  const lost = sum("lost");
  const went = lost === 0 ? "none lost" : `${formatCount(lost)} lost without a notice`;
  return `${now} now; ${formatCount(sum("gained"))} came, ${formatCount(sum("left"))} left, ${went}`;
}

/** Whether anything came or went that is worth a picture. */
export function isEventful({ buckets }: NodeHistory): boolean {
  return buckets.some(({ left, lost, nodes }) => left + lost > 0 || nodes > 1);
}
