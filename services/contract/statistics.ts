import { z } from "zod";

/** How far back statistics go, and how long one of their buckets is. */
export const statisticsSpans = {
  hour: { ms: 3_600_000, bucketMs: 60_000 },
  day: { ms: 24 * 3_600_000, bucketMs: 15 * 60_000 },
  week: { ms: 7 * 24 * 3_600_000, bucketMs: 2 * 3_600_000 },
} as const;

export const StatisticsSpan = z.enum(["hour", "day", "week"]);
export type StatisticsSpan = z.infer<typeof StatisticsSpan>;

export const StatisticsQuery = z.object({ span: StatisticsSpan.default("day") });

const count = z.number().int().nonnegative();

/** What happened from `at` on, for as long as a bucket is. */
export const StatisticsBucket = z.object({
  at: z.iso.datetime(),
  submitted: count,
  completed: count,
  failed: count,
  aborted: count,
  /** Attempts that ended because their digester was not heard from. */
  lost: count,
  /** Attempts that began and of which it is known how long the job had been in line, */
  started: count,
  /** and how long that was, all of them together and the longest. Milliseconds. */
  waitedMs: z.number().nonnegative(),
  longestWaitMs: z.number().nonnegative(),
});
export type StatisticsBucket = z.infer<typeof StatisticsBucket>;

/** `GET /statistics`: buckets without a gap, oldest first; the last one is not over yet. */
export const Statistics = z.object({
  span: StatisticsSpan,
  bucketMs: z.number().int().positive(),
  buckets: z.array(StatisticsBucket),
});
export type Statistics = z.infer<typeof Statistics>;
