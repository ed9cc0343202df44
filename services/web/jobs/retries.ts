import type { JobRecord } from "./job-record.ts";

/** How often, and when, a job is tried again without anybody asking. */
export interface RetryPolicy {
  /** Tries of a job whose failures may pass, the first one counted. */
  readonly tries: number;
  /** Milliseconds before the second try; each further one waits twice as long. */
  readonly firstMs: number;
  /** Milliseconds that no wait exceeds. */
  readonly longestMs: number;
  /** Attempts of a job that may be lost with their digester: a job that ends every digester must not go round for ever. */
  readonly losses: number;
}

export const defaultRetryPolicy: RetryPolicy = {
  tries: 3,
  firstMs: 10_000,
  longestMs: 300_000,
  losses: 5,
};

/** A wait before the next try. */
export interface Retry {
  /** When it is over, in milliseconds since 1970. */
  readonly at: number;
  /** Why the last try failed, as it was told. */
  readonly why: string;
  /** Tries of the policy at that time. */
  readonly tries: number;
}

/** The next try of a job after its `failures`-th failure that may pass; null when it has had all its tries. */
export function nextRetry(
  failures: number,
  why: string,
  now: number,
  { tries, firstMs, longestMs }: RetryPolicy,
): Retry | null {
  if (failures >= tries) return null;
  return { at: now + Math.min(longestMs, firstMs * 2 ** (failures - 1)), why, tries };
}

/** Whether the job may be claimed, as far as its retry is concerned. */
export function isDue({ retry }: Pick<JobRecord, "retry">, now: number): boolean {
  return retry === null || retry.at <= now;
}

/** `Tries again in 40 s: the worker process ended unexpectedly (attempt 1 of 3).` */
export function retryReason(failures: number, { at, why, tries }: Retry, now: number): string {
  const seconds = Math.max(1, Math.ceil((at - now) / 1000));
  const wait = seconds < 120 ? `${seconds} s` : `${Math.round(seconds / 60)} min`;
  return `Tries again in ${wait}: ${clause(why)} (attempt ${failures} of ${tries}).`;
}

/** Why a job is given up whose failures might have passed. */
export function triedOftenReason(why: string, failures: number): string {
  return failures < 2 ? why : `${why.replace(/\.$/, "")} (tried ${failures} times).`;
}

/** Why a job is given up that has lost one digester after the other. */
export function lostOftenReason(why: string, losses: number): string {
  return (
    `${why} That makes ${losses} attempts lost with their digesters, so it is not tried again: the job itself may be what ` +
    "ends them. Requeue it to try once more."
  );
}

/** A sentence as a part of another: without its full stop, and small where its first word is no name. */
function clause(sentence: string): string {
  const bare = sentence.replace(/\.$/, "");
  return /^(The|An?|There|No) /.test(bare) ? bare.charAt(0).toLowerCase() + bare.slice(1) : bare;
}
