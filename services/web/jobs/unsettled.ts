import type { JobRecord } from "./job-record.ts";

/**
 * Which jobs are to be executed without anybody asking again: what the seed calls "unsettled". A service may be given
 * another rule; it can only leave out jobs, since what is held, running or ended cannot be claimed.
 */
export type IsUnsettled = (job: JobRecord) => boolean;

/** Every job that is submitted and not held, which includes those whose lease has run out: they are back in line. */
export const isUnsettledByDefault: IsUnsettled = (job) => job.status === "submitted" && !job.held;
