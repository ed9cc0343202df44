import type { Statistics } from "../../../../services/contract/statistics.ts";
import type { TimeSeries } from "../../components/chart/series.ts";
import { formatCount, formatPlural } from "../../format/numbers.ts";
import { formatDuration } from "../../format/time.ts";

const timesOf = ({ buckets }: Statistics): number[] => buckets.map(({ at }) => Date.parse(at));

/** Loads that ended, by how. */
export function endedSeries(statistics: Statistics): TimeSeries {
  const { buckets, bucketMs } = statistics;
  const bar = { shape: "bar" as const };
  return {
    times: timesOf(statistics),
    bucketMs,
    format: formatCount,
    series: [
      {
        ...bar,
        name: "Completed",
        colour: "--status-completed",
        values: buckets.map((bucket) => bucket.completed),
      },
      {
        ...bar,
        name: "Failed",
        colour: "--status-failed",
        values: buckets.map((bucket) => bucket.failed),
      },
      {
        ...bar,
        name: "Aborted",
        colour: "--status-aborted",
        values: buckets.map((bucket) => bucket.aborted),
      },
    ],
  };
}

/** How long the loads had waited that began, on average and the longest. Milliseconds. */
export function waitSeries(statistics: Statistics): TimeSeries {
  const { buckets, bucketMs } = statistics;
  const line = { shape: "line" as const };
  return {
    times: timesOf(statistics),
    bucketMs,
    format: formatDuration,
    series: [
      {
        ...line,
        name: "Mean",
        colour: "--status-in-progress",
        values: buckets.map(({ started, waitedMs }) => (started === 0 ? null : waitedMs / started)),
      },
      {
        ...line,
        name: "Longest",
        colour: "--status-held",
        values: buckets.map(({ started, longestWaitMs }) => (started === 0 ? null : longestWaitMs)),
      },
    ],
  };
}

/** The sums over a span of time. */
export interface Totals {
  readonly completed: number;
  readonly failed: number;
  readonly aborted: number;
  readonly lost: number;
  readonly started: number;
  readonly meanWaitMs: number;
  readonly longestWaitMs: number;
}

export function totalsOf({ buckets }: Statistics): Totals {
  const sum = (of: (bucket: Statistics["buckets"][number]) => number): number =>
    buckets.reduce((all, bucket) => all + of(bucket), 0);
  const started = sum((bucket) => bucket.started);
  return {
    completed: sum((bucket) => bucket.completed),
    failed: sum((bucket) => bucket.failed),
    aborted: sum((bucket) => bucket.aborted),
    lost: sum((bucket) => bucket.lost),
    started,
    meanWaitMs: started === 0 ? 0 : sum((bucket) => bucket.waitedMs) / started,
    longestWaitMs: Math.max(0, ...buckets.map((bucket) => bucket.longestWaitMs)),
  };
}

function countOrNone(count: number): string {
  return count === 0 ? "none" : formatCount(count);
}

/** `120 completed, 3 failed, none aborted; 2 attempts lost with their digester`. */
export function endedWords({ completed, failed, aborted, lost }: Totals): string {
  const ended = `${countOrNone(completed)} completed, ${countOrNone(failed)} failed`;
  return [
    aborted === 0 ? ended : `${ended}, ${formatCount(aborted)} aborted`,
    ...(lost === 0
      ? []
      : [`${formatPlural(lost, "attempt")} lost with their digester, and redone`]),
  ].join("; ");
}

export function waitWords({ started, meanWaitMs, longestWaitMs }: Totals): string {
  if (started === 0) return "None began.";
  const mean = formatDuration(meanWaitMs);
  return `${formatPlural(started, "load")} began after ${mean} on average, ${formatDuration(longestWaitMs)} at most`;
}
