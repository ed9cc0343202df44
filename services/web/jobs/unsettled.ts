import { z } from "zod";
import type { JobRecord } from "./job-record.ts";

/**
 * Which jobs are to be executed without anybody asking again: what the seed calls "unsettled". A service may be given
 * another rule; it can only leave out jobs, since what is held, running or ended cannot be claimed.
 */
export type IsUnsettled = (job: JobRecord) => boolean;

/** Every job that is submitted and not held, which includes those whose lease has run out: they are back in line. */
export const isUnsettledByDefault: IsUnsettled = (job) => job.status === "submitted" && !job.held;

const names = z.array(z.string().min(1)).min(1);

/**
 * The rule as a configuration file has it. A job is taken up when it meets all that is named; an empty object is the
 * default rule.
 */
export const UnsettledRule = z.strictObject({
  /** Names of crops. */
  crops: names.optional(),
  /** Who submitted it; null stands for those without a name. */
  submitters: z.array(z.string().min(1).nullable()).min(1).optional(),
  /** One of its tables is among these. */
  tables: names.optional(),
  leastPriority: z.number().int().optional(),
  /** False: one whose attempt was lost with its digester waits for a person to requeue it. */
  lost: z.boolean().optional(),
  /** Nothing has happened to it for longer than so many hours: it waits for a person to requeue it. */
  withinHours: z.number().positive().optional(),
});
export type UnsettledRule = z.infer<typeof UnsettledRule>;

/** @param now milliseconds since 1970. */
export function unsettledBy(rule: UnsettledRule, now: () => number = Date.now): IsUnsettled {
  const { crops, submitters, tables, leastPriority, lost, withinHours } = rule;
  return (job) =>
    isUnsettledByDefault(job) &&
    (crops === undefined || crops.includes(job.crop)) &&
    (submitters === undefined || submitters.includes(job.submittedBy)) &&
    (tables === undefined || job.tables.some((table) => tables.includes(table))) &&
    (leastPriority === undefined || job.priority >= leastPriority) &&
    (lost !== false || job.losses === 0) &&
    (withinHours === undefined || now() - job.updatedAt <= withinHours * 3_600_000);
}
