import { setTimeout as sleep } from "node:timers/promises";
import type { Logger } from "pino";
import { z } from "zod";
import { coerceError } from "../contract/errors.ts";
import { parseJson } from "../gate/parse-json.ts";
import { writeDurably } from "./durable-files.ts";
import type { Usage } from "./regulators/regulator.ts";
import { readText } from "./state-dir.ts";

/** What was digested here, for whom and how fast. It outlives the process. */
export interface DigestHistory {
  readonly usage: () => readonly Usage[];
  /** Milliseconds that a job is expected to take; null before any has ended. */
  readonly durationOf: (sourceBytes: number | null) => number | null;
  readonly add: (digested: Digested) => void;
  /** Resolves when all of it is on disk. */
  readonly close: () => Promise<void>;
}

interface Digested {
  readonly submittedBy: string | null;
  readonly bytes: number;
  /** How long the attempt ran. */
  readonly ms: number;
  /** Milliseconds since 1970. */
  readonly at: number;
}

const Kept = z.object({
  usage: z.array(
    z.object({
      submittedBy: z.string().nullable(),
      at: z.number(),
      bytes: z.number(),
      jobs: z.number(),
    }),
  ),
  /** Of the jobs of late: sums in which older ones count less and less. */
  pace: z.object({ bytes: z.number(), ms: z.number(), jobs: z.number() }),
});
type Kept = z.infer<typeof Kept>;

/** Usage of one hour is one entry: no half-life is so short that it matters. */
const HOUR_MS = 3_600_000;
/** After so long nothing is left of it at any half-life that can be chosen. */
const KEEP_MS = 60 * 24 * HOUR_MS;
const WRITE_EVERY_MS = 1000;
/** Each job takes so much from the weight of those before it. */
const FADE = 0.95;

export async function openDigestHistory(path: string, log: Logger): Promise<DigestHistory> {
  const text = await readText(path);
  const kept = text === null ? null : (Kept.safeParse(parseJson(text)).data ?? null);
  if (text !== null && kept === null) log.warn({ path }, "The history of digests cannot be read");
  let history: Kept = kept ?? { usage: [], pace: { bytes: 0, ms: 0, jobs: 0 } };
  let written = history;
  let writing: Promise<void> | null = null;
  const closing = new AbortController();

  /** Seldom, and of the newest: what a crash in between loses is a moment of somebody's share. */
  const write = async (): Promise<void> => {
    while (written !== history) {
      const pause = { ref: false, signal: closing.signal };
      await sleep(WRITE_EVERY_MS, undefined, pause).catch(() => undefined);
      written = history;
      await writeDurably(path, JSON.stringify(history)).catch((thrown: unknown) => {
        log.error({ err: coerceError(thrown) }, "The history of digests could not be written");
      });
    }
    writing = null;
  };

  return {
    usage: () => history.usage,
    durationOf: (sourceBytes) => {
      const { bytes, ms, jobs } = history.pace;
      if (jobs === 0) return null;
      if (sourceBytes === null || bytes === 0) return ms / jobs;
      // Half of the mean for what every job costs, and the rest by its size.
      return (ms / jobs) * 0.5 + ms * 0.5 * (sourceBytes / bytes);
    },
    add: (digested) => {
      history = { usage: addUsage(history.usage, digested), pace: addPace(history.pace, digested) };
      writing ??= write();
    },
    close: async () => {
      closing.abort();
      await writing;
    },
  };
}

function addUsage(usage: Kept["usage"], { submittedBy, bytes, at }: Digested): Kept["usage"] {
  const hour = Math.floor(at / HOUR_MS) * HOUR_MS;
  const isSame = (entry: Usage): boolean => entry.at === hour && entry.submittedBy === submittedBy;
  const before = usage.find(isSame) ?? { submittedBy, at: hour, bytes: 0, jobs: 0 };
  const sum = { ...before, bytes: before.bytes + bytes, jobs: before.jobs + 1 };
  return [...usage.filter((entry) => !isSame(entry) && entry.at > at - KEEP_MS), sum];
}

function addPace(pace: Kept["pace"], { bytes, ms }: Digested): Kept["pace"] {
  return {
    bytes: pace.bytes * FADE + bytes,
    ms: pace.ms * FADE + ms,
    jobs: pace.jobs * FADE + 1,
  };
}
