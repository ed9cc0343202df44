import { z } from "zod";
import type { JobInLine, QueuedJob, Regulator, Situation } from "./regulator.ts";
import { sizeWords } from "./words.ts";

const hourMs = 3_600_000;
/** What a job costs beside its bytes, so that a thousand tiny ones are not free. */
const jobBytes = 1_000_000;

export const FairShareOptions = z.strictObject({
  halfLifeHours: z.number().min(0.1).max(336).default(24).meta({
    title: "Half-life (hours)",
    description: "After so many hours, what somebody had digested counts half.",
  }),
  weights: z
    .record(
      // What a search for jobs calls it, so that a form can offer those that there are.
      z.string().meta({ title: "Submitter", qualifier: "submitter" }),
      z.number().min(0.01).max(1000).meta({ title: "Weight" }),
    )
    .default({})
    .meta({
      title: "Weights",
      description: "Who has twice the weight gets twice the bytes. Everybody else has 1.",
    }),
});

/** The submitter who had the least digested for their weight is next; each one's own jobs keep their order. */
export const fairShare: Regulator<z.infer<typeof FairShareOptions>> = {
  name: "fair-share",
  title: "Fair share between submitters",
  description:
    "Submitters get equal parts of the bytes that are digested, so that one person's thousand jobs do not keep everybody else waiting.",
  options: FairShareOptions,
  rules({ halfLifeHours, weights }, situation) {
    const weightOf = (name: string): number => weights[name] ?? 1;
    const used = usedBefore(situation, halfLifeHours * hourMs);
    const typical = typicalCost(situation);
    const costOf = (job: JobInLine): number => costWith(typical, job);
    const charged = new Map(used);
    for (const job of situation.running) charge(charged, nameOf(job), costOf(job));
    const begun = beginnings(situation, halfLifeHours * hourMs, weightOf);
    const standing = new Map(
      [...begun].map(([name, least]) => [
        name,
        Math.max(charged.get(name) ?? 0, least * weightOf(name)),
      ]),
    );
    return [
      {
        arrange: (line) => interleave(line, standing, weightOf, costOf),
        words: (job) => {
          const name = nameOf(job);
          const who = name === "" ? "Whoever gives no name" : name;
          const weight = weightOf(name);
          const share = weight === 1 ? "" : ` at weight ${weight}`;
          return `fair share: ${who} had ${sizeWords(charged.get(name) ?? 0)} digested of late${share}`;
        },
      },
    ];
  },
};

const nameOf = (job: Pick<JobInLine, "submittedBy">): string => job.submittedBy ?? "";

function usedBefore(
  { usage, now }: Pick<Situation, "usage" | "now">,
  halfLifeMs: number,
): Map<string, number> {
  const used = new Map<string, number>();
  for (const { submittedBy, at, bytes, jobs } of usage) {
    const left = 0.5 ** (Math.max(0, now - at) / halfLifeMs);
    charge(used, submittedBy ?? "", (bytes + jobs * jobBytes) * left);
  }
  return used;
}

/**
 * Nobody begins with less than the best placed of those who waited before them had by then; else names that are new every
 * time would keep somebody who had much waiting for ever.
 *
 * @returns that share, by submitter with waiting jobs.
 */
function beginnings(
  { waiting, usage, now }: Situation,
  halfLifeMs: number,
  weightOf: (name: string) => number,
): Map<string, number> {
  const arrivals = new Map<string, number>();
  for (const job of waiting) {
    const before = arrivals.get(nameOf(job)) ?? Infinity;
    arrivals.set(nameOf(job), Math.min(before, job.submittedAt));
  }
  const histories = new Map<string, Situation["usage"][number][]>();
  for (const entry of usage) {
    const name = entry.submittedBy ?? "";
    if (arrivals.has(name)) histories.set(name, [...(histories.get(name) ?? []), entry]);
  }
  const shareAt = (name: string, time: number): number => {
    const until = (histories.get(name) ?? []).filter(({ at }) => at < time);
    const used = usedBefore({ usage: until, now }, halfLifeMs).get(name) ?? 0;
    return used / weightOf(name);
  };
  const least = new Map<string, number>();
  const inOrder = [...arrivals].toSorted(([x, a], [y, b]) => a - b || (x < y ? -1 : 1));
  for (const [name, arrived] of inOrder) {
    let share = Infinity;
    for (const [earlier, began] of least) {
      if (share === 0) break;
      share = Math.min(share, began >= share ? share : Math.max(began, shareAt(earlier, arrived)));
    }
    least.set(name, share === Infinity ? 0 : share);
  }
  return least;
}

function charge(to: Map<string, number>, name: string, cost: number): void {
  to.set(name, (to.get(name) ?? 0) + cost);
}

/** What a job of unknown size is taken to read: as much as the others on average. */
function typicalCost({ waiting, running }: Situation): number {
  const known = [...waiting, ...running].flatMap((job) => job.sourceBytes ?? []);
  return known.reduce((sum, bytes) => sum + bytes, 0) / Math.max(1, known.length);
}

function costWith(typical: number, { sourceBytes }: JobInLine): number {
  return (sourceBytes ?? typical) + jobBytes;
}

/** Deals out the turns one by one, charging each to its submitter as if it had been digested. */
function interleave(
  line: readonly QueuedJob[],
  before: ReadonlyMap<string, number>,
  weightOf: (name: string) => number,
  costOf: (job: JobInLine) => number,
): QueuedJob[] {
  // By submitter, in the order of their first jobs, which decides between equals.
  const queues = new Map<string, QueuedJob[]>();
  for (const job of line) {
    const queue = queues.get(nameOf(job));
    if (queue === undefined) queues.set(nameOf(job), [job]);
    else queue.push(job);
  }
  const charged = new Map(before);
  const next = new Map([...queues.keys()].map((name) => [name, 0]));
  const dealt: QueuedJob[] = [];
  while (dealt.length < line.length) {
    let chosen: string | null = null;
    let least = Infinity;
    for (const [name, queue] of queues) {
      if ((next.get(name) ?? 0) >= queue.length) continue;
      const share = (charged.get(name) ?? 0) / weightOf(name);
      if (share < least) {
        least = share;
        chosen = name;
      }
    }
    const job = chosen === null ? undefined : queues.get(chosen)?.[next.get(chosen) ?? 0];
    if (chosen === null || job === undefined) break;
    next.set(chosen, (next.get(chosen) ?? 0) + 1);
    charge(charged, chosen, costOf(job));
    dealt.push(job);
  }
  return dealt;
}
