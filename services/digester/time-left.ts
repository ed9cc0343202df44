import { durationWords, sizeWords } from "./regulators/words.ts";

/** What a job is taken to need where none has ended yet: a slow disk, and a start. Milliseconds and bytes per millisecond. */
const startMs = 5000;
const slowestBytesPerMs = 5000;
const unknownMs = 60_000;
/** Estimates are estimates: so much more time must be left. */
const margin = 1.5;

/**
 * Why a node whose time is limited does not begin a job; null where it can be expected to finish it.
 *
 * @param leftMs until the node must have handed everything back; null: for ever.
 * @param sourceBytes what the job reads; null when that is not known.
 * @param expectedMs how long it takes by what was digested here before; null when nothing was.
 */
export function tooLongFor(
  leftMs: number | null,
  sourceBytes: number | null,
  expectedMs: number | null,
): string | null {
  if (leftMs === null) return null;
  const slowest = sourceBytes === null ? unknownMs : startMs + sourceBytes / slowestBytesPerMs;
  const needsMs = margin * (expectedMs ?? slowest);
  if (needsMs <= leftMs) return null;
  const size = sourceBytes === null ? "it" : `reading ${sizeWords(sourceBytes)}`;
  if (leftMs <= 0) return "The time of this node is over.";
  return `This node ends in ${durationWords(leftMs)}, and ${size} may take ${durationWords(needsMs)}.`;
}

/** What a node was told of its time; seconds. */
export interface TimeGiven {
  /** From its start on. Undefined: it was not told. */
  readonly walltime?: number;
  /** It ends so long before. */
  readonly endEarly: number;
}

/**
 * When everything must be handed back, in milliseconds since 1970; null: never.
 *
 * @param slurmEnd `SLURM_JOB_END_TIME`, in seconds since 1970: Slurm knows better than whoever asked it for a time.
 */
export function endOfTime(
  { walltime, endEarly }: TimeGiven,
  now: number,
  slurmEnd: string | undefined,
): number | null {
  const told = /^\d{9,11}$/.test(slurmEnd ?? "") ? Number(slurmEnd) * 1000 : null;
  const end = told ?? (walltime === undefined ? null : now + walltime * 1000);
  return end === null ? null : end - endEarly * 1000;
}
