import { z } from "zod";
import { nameOf } from "./decide.ts";
import type { Hold, JobInLine, Node, QueuedJob, Regulator } from "./regulator.ts";
import { durationWords, sizeWords } from "./words.ts";

const minuteMs = 60_000;

export const ResourceBudgetOptions = z.strictObject({
  memoryPercent: z.number().min(1).max(100).default(80).meta({
    title: "Memory (percent)",
    description: "How much of the machine's memory all jobs together may need.",
  }),
  cores: z.int().min(0).max(4096).default(0).meta({
    title: "Cores",
    description: "How many jobs may compute at once, one core each. 0: as many as there are.",
  }),
  readersPerFileSystem: z.int().min(1).max(4096).default(4).meta({
    title: "Readers per file system (jobs)",
    description: "How many jobs may read from one file system at once.",
  }),
  overtakeMinutes: z.number().min(0).max(100_000).default(30).meta({
    title: "Overtaking (minutes)",
    description:
      "So long may smaller jobs pass one for which there is no room yet; then it is kept free for it.",
  }),
});
type Options = z.infer<typeof ResourceBudgetOptions>;

/** A job starts only while memory, cores and file systems have room for it. */
export const resourceBudget: Regulator<Options> = {
  name: "resource-budget",
  title: "Resource budget",
  description:
    "Jobs start while memory, cores and file systems have room, so that the machine does not swap and one slow disk is not read by all at once.",
  options: ResourceBudgetOptions,
  rules: (options, { node, now }) => [
    {
      hold(job, active, held) {
        // Alone it may run whatever it needs: else it would wait for ever.
        if (active.length === 0) return null;
        const patience = options.overtakeMinutes * minuteMs;
        const first = held.find((other) => now - other.enteredAt > patience);
        if (first !== undefined) return keptFree(first, now);
        return (
          noMemory(job, active, node, options) ??
          noCore(active, node, options) ??
          noReader(job, active, options)
        );
      },
    },
  ],
};

function keptFree(first: QueuedJob, now: number): Hold {
  const waited = durationWords(now - first.enteredAt);
  return {
    reason: `Waits because room is kept free for ${nameOf(first)}, which has waited ${waited} for it.`,
    after: first.id,
    until: null,
  };
}

function noMemory(
  job: JobInLine,
  active: readonly JobInLine[],
  node: Node,
  { memoryPercent }: Options,
): Hold | null {
  const budget = (node.memoryBytes * memoryPercent) / 100;
  const taken = active.reduce((sum, other) => sum + other.memoryBytes, 0);
  if (taken + job.memoryBytes <= budget) return null;
  const need = sizeWords(job.memoryBytes);
  return untilOneEnds(
    `Waits for memory: it needs about ${need}, and ${sizeWords(taken)} of ${sizeWords(budget)} are taken`,
    active,
  );
}

function noCore(active: readonly JobInLine[], node: Node, options: Options): Hold | null {
  const cores = options.cores === 0 ? node.cores : options.cores;
  if (active.length < cores) return null;
  return untilOneEnds(`Waits for a core: ${active.length} of ${cores} are taken`, active);
}

function noReader(
  job: JobInLine,
  active: readonly JobInLine[],
  { readersPerFileSystem }: Options,
): Hold | null {
  for (const place of job.fileSystems) {
    const readers = active.filter(({ fileSystems }) => fileSystems.includes(place));
    if (readers.length < readersPerFileSystem) continue;
    const jobs = readers.length === 1 ? "1 job reads" : `${readers.length} jobs read`;
    return untilOneEnds(`Waits for the file system ${place}, from which ${jobs} already`, readers);
  }
  return null;
}

/** @param blocking those in its way, the one that began first in front. */
function untilOneEnds(what: string, blocking: readonly JobInLine[]): Hold {
  const first = blocking[0];
  const turn = first === undefined ? "" : `; may start after ${nameOf(first)}`;
  return { reason: `${what}${turn}.`, after: first?.id ?? null, until: null };
}
