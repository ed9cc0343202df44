import { z } from "zod";
import type { QueuedJob, Regulator } from "./regulator.ts";
import { durationWords } from "./words.ts";

const minuteMs = 60_000;

export const PriorityOptions = z.strictObject({
  agingMinutes: z.number().min(0).max(100_000).default(10).meta({
    title: "Aging (minutes per point)",
    description:
      "A job gains one point of priority for each so many minutes of waiting, so that none waits for ever. 0: no aging.",
  }),
});

/** The most urgent job starts first; waiting makes a job more urgent. */
export const priority: Regulator<z.infer<typeof PriorityOptions>> = {
  name: "priority",
  title: "Priority with aging",
  description:
    "The job with the highest priority starts first; waiting raises the priority, so that unimportant jobs get their turn too.",
  options: PriorityOptions,
  rules({ agingMinutes }, { now }) {
    const gained = (job: QueuedJob): number =>
      agingMinutes === 0
        ? 0
        : Math.floor(Math.max(0, now - job.submittedAt) / (agingMinutes * minuteMs));
    return [
      {
        arrange: (line) =>
          line.toSorted((a, b) => b.priority + gained(b) - (a.priority + gained(a))),
        words: (job) => {
          const points = gained(job);
          if (points === 0) return `priority ${job.priority}`;
          const waited = durationWords(now - job.submittedAt);
          return `priority ${job.priority + points} (${job.priority}, and ${points} for ${waited} of waiting)`;
        },
      },
    ];
  },
};
