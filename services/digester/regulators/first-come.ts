import { z } from "zod";
import type { JobInLine, Regulator } from "./regulator.ts";

const Options = z.strictObject({});

/** Jobs start in the order in which they were submitted; ids decide between those of the same moment. */
export const firstCome: Regulator<z.infer<typeof Options>> = {
  name: "first-come",
  title: "First come, first served",
  description: "Jobs start in the order in which they were submitted, whoever they belong to.",
  options: Options,
  decide({ waiting, running, node }) {
    const line = waiting.toSorted(bySubmission);
    const started = line.slice(0, Math.max(0, node.freeWorkers));
    const rest = line.slice(started.length);
    // With one job per worker, a waiting job's turn comes when the job that many places ahead of it ends.
    const ahead: JobInLine[] = [
      ...running.toSorted((a, b) => a.startedAt - b.startedAt || compare(a.id, b.id)),
      ...started,
    ];
    return {
      start: started.map((job) => job.id),
      waiting: rest.map((job, index) => {
        const after = ahead[index];
        ahead.push(job);
        return { id: job.id, reason: reasonOf(index, after), after: after?.id ?? null };
      }),
    };
  },
};

function reasonOf(index: number, after: JobInLine | undefined): string {
  const place = index === 0 ? "Next in line" : `${ordinal(index + 1)} in line`;
  const turn =
    after === undefined
      ? "starts when a worker is free"
      : `starts after job ${after.job} (${after.key})`;
  return `${place}: first come, first served; ${turn}.`;
}

const words = ["First", "Second", "Third", "Fourth", "Fifth", "Sixth", "Seventh", "Eighth"];

function ordinal(place: number): string {
  const word = words[place - 1];
  if (word !== undefined) return word;
  const suffix =
    place % 100 >= 11 && place % 100 <= 13 ? "th" : (["th", "st", "nd", "rd"][place % 10] ?? "th");
  return `${place}${suffix}`;
}

/** By the moment of submission, then by number. */
function bySubmission(a: JobInLine, b: JobInLine): number {
  return a.submittedAt - b.submittedAt || a.job - b.job || compare(a.id, b.id);
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
