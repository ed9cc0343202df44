import type { JobSummary } from "../../../services/contract/job.ts";

type Progress = Pick<JobSummary, "bytesRead" | "bytesTotal" | "progress" | "startedAt">;

/**
 * Bytes per second since the attempt began and the milliseconds that are left at that rate; null before there is enough
 * to tell (a second of work) or nothing to tell from.
 */
export function rateOf(
  job: Progress,
  now: number,
): { bytesPerSecond: number; leftMs: number | null } | null {
  const { bytesRead, bytesTotal, startedAt } = job;
  if (bytesRead === null || bytesRead === 0 || startedAt === null) return null;
  const seconds = (now - Date.parse(startedAt)) / 1000;
  if (seconds < 1) return null;
  const bytesPerSecond = bytesRead / seconds;
  const left = bytesTotal === null ? null : Math.max(0, bytesTotal - bytesRead);
  return { bytesPerSecond, leftMs: left === null ? null : (left / bytesPerSecond) * 1000 };
}
