import type { JobSummary } from "../../../../services/contract/job.ts";
import { causeOf } from "../../../../services/contract/problem-words.ts";

/** Loads that failed for the same cause, the newest first. */
export interface FailureGroup {
  /** What differs from load to load left out. */
  readonly cause: string;
  /** The words of the newest one. */
  readonly reason: string;
  readonly jobs: readonly JobSummary[];
}

const wordless = "It failed without a word.";

/** @param failed newest first, as the groups then are. */
export function failureGroups(failed: readonly JobSummary[]): FailureGroup[] {
  const groups = new Map<string, JobSummary[]>();
  for (const job of failed) {
    const cause = causeOf(job.reason ?? wordless);
    const known = groups.get(cause);
    if (known === undefined) groups.set(cause, [job]);
    else known.push(job);
  }
  return [...groups].map(([cause, jobs]) => ({
    cause,
    reason: jobs[0]?.reason ?? wordless,
    jobs,
  }));
}
