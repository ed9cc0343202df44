import { z } from "zod";
import type { JobInLine, Regulator } from "./regulator.ts";
import { durationWords, sizeWords } from "./words.ts";

const minuteMs = 60_000;

export const ShortestFirstOptions = z.strictObject({
  longestWaitMinutes: z.number().min(1).max(100_000).default(60).meta({
    title: "Longest wait (minutes)",
    description: "A job that has waited longer goes before all shorter ones, whatever its size.",
  }),
});

/** The job with the fewest bytes to read starts first, but none is passed over for longer than a bound. */
export const shortestFirst: Regulator<z.infer<typeof ShortestFirstOptions>> = {
  name: "shortest-first",
  title: "Shortest first",
  description:
    "Small sources are digested before large ones, so that the average wait is the shortest; a bound keeps large ones from waiting for ever.",
  options: ShortestFirstOptions,
  rules({ longestWaitMinutes }, { now }) {
    const longest = longestWaitMinutes * minuteMs;
    const isOverdue = (job: JobInLine): boolean => now - job.submittedAt > longest;
    return [
      {
        // Overdue ones are not told apart here: they keep the order of their submission.
        arrange: (line) => {
          const overdue = line.filter(isOverdue);
          const others = line.filter((job) => !isOverdue(job));
          return [...overdue, ...others.toSorted(bySize)];
        },
        words: (job) => {
          if (isOverdue(job)) {
            return `goes before shorter ones, since it has waited longer than ${durationWords(longest)}`;
          }
          return job.sourceBytes === null
            ? "shortest first, and the size of its source is not known"
            : `shortest first, and it has ${sizeWords(job.sourceBytes)} to read`;
        },
      },
    ];
  },
};

/** Unknown sizes come last. */
function bySize(a: JobInLine, b: JobInLine): number {
  if (a.sourceBytes === null || b.sourceBytes === null) {
    return Number(a.sourceBytes === null) - Number(b.sourceBytes === null);
  }
  return a.sourceBytes - b.sourceBytes;
}
