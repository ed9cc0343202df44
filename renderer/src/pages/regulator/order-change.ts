import type { RegulatorPreview, WaitingJob } from "../../../../services/contract/regulator.ts";

/** A place in the line that there would be, and how it differs from the line that there is. */
export interface ForeseenJob {
  readonly job: number;
  readonly key: string;
  /** Null: it would start at once. */
  readonly position: number | null;
  readonly reason: string;
  readonly startsAt: string | null;
  /** Places gained (above 0) or lost (below); null for a job that the line of now does not have. */
  readonly moved: number | null;
}

/** The line under another strategy against the line of now. Who would start at once comes first, at the places before it. */
export function foresee(now: readonly WaitingJob[], preview: RegulatorPreview): ForeseenJob[] {
  const places = new Map(now.map(({ job }, index) => [job, index]));
  const names = new Map(now.map(({ job, key }) => [job, key]));
  const moved = (job: number, index: number): number | null => {
    const place = places.get(job);
    return place === undefined ? null : place - index;
  };
  const starting = preview.start.map((job, index) => ({
    job,
    key: names.get(job) ?? `job ${job}`,
    position: null,
    reason: "Would start at once.",
    startsAt: null,
    moved: moved(job, index),
  }));
  const waiting = preview.waiting.map(({ job, key, position, reason, startsAt }, index) => ({
    job,
    key,
    position,
    reason,
    startsAt: startsAt ?? null,
    moved: moved(job, preview.start.length + index),
  }));
  return [...starting, ...waiting];
}

/** `3 jobs would go earlier, 2 later` in words; null when nothing would change. */
export function changeWords(foreseen: readonly ForeseenJob[]): string | null {
  const earlier = foreseen.filter(({ moved }) => moved !== null && moved > 0).length;
  const later = foreseen.filter(({ moved }) => moved !== null && moved < 0).length;
  const starts = foreseen.filter(({ position }) => position === null).length;
  const parts = [
    ...(starts === 0 ? [] : [`${starts} would start at once`]),
    ...(earlier === 0 ? [] : [`${earlier} would go earlier`]),
    ...(later === 0 ? [] : [`${later} later`]),
  ];
  return parts.length === 0 ? null : parts.join(", ");
}
