import type { JobSummary } from "../../../../services/contract/job.ts";

/** Loads that failed for the same reason, the newest first. */
export interface FailureGroup {
  readonly reason: string;
  readonly jobs: readonly JobSummary[];
}

const wordless = "It failed without a word.";

/** @param failed newest first, as the groups then are. */
export function failureGroups(failed: readonly JobSummary[]): FailureGroup[] {
  const groups = new Map<string, JobSummary[]>();
  for (const job of failed) {
    const reason = job.reason ?? wordless;
    const known = groups.get(reason);
    if (known === undefined) groups.set(reason, [job]);
    else known.push(job);
  }
  return [...groups].map(([reason, jobs]) => ({ reason, jobs }));
}
