import { z } from "zod";
import { Labels } from "./job.ts";
import { StatisticsSpan } from "./statistics.ts";

/**
 * Pilots: digesters that something else gives a place to run in, such as a batch system. One keeper for each cluster asks for
 * them, watches them and reports here; it learns in the answer what waits and how many people want.
 */

/** Asked for; in the queue of the batch system; running; over. */
const PilotState = z.enum(["asked", "queued", "running", "ended"]);

export const Pilot = z.object({
  /** Also the id of its digester. */
  id: z.string().min(1).max(200),
  state: PilotState,
  /** Why it waits, or how it ended, in words. */
  reason: z.string().max(2000).nullable(),
  /** What the provider calls it: a number in Slurm's queue, a process. */
  job: z.string().max(200).nullable(),
  /** Since when it is in this state. */
  since: z.iso.datetime(),
  /** When its time on the node is over. */
  endsAt: z.iso.datetime().nullable(),
});
export type Pilot = z.infer<typeof Pilot>;

/** How many pilots a cluster may have. */
export const PilotCount = z.number().int().min(0).max(10_000);

/** How many pilots there are at least and at most. */
export const ClusterLimits = z
  .object({ min: PilotCount, max: PilotCount })
  .refine(({ min, max }) => min <= max, { error: "expected min to be at most max" });
export type ClusterLimits = z.infer<typeof ClusterLimits>;

export const ClusterName = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9_.-]{0,59}$/, {
  error: "expected at most 60 letters, digits, dots, dashes and underscores",
});

/** `PUT /clusters/{name}`: what a keeper tells. */
export const ClusterReport = z.object({
  /** Which process this is: of several that keep one cluster, one acts. */
  keeper: z.string().min(1).max(100),
  provider: z.string().max(50),
  /** Those of its configuration, which count while nobody has set others. */
  limits: ClusterLimits,
  /** What its pilots carry. */
  labels: Labels,
  pilots: z.array(Pilot).max(20_000),
  wanted: z.number().int().min(0),
  /** Why there are as many as there are, or what is in the way. */
  reason: z.string().max(2000).nullable(),
  /** The provider cannot be asked, or its pilots come to nothing. */
  problem: z.string().max(2000).nullable(),
});
export type ClusterReport = z.infer<typeof ClusterReport>;

/** The answer to a report. */
export const ClusterOrders = z.object({
  /** Whether this keeper is the one that acts. */
  leads: z.boolean(),
  limits: ClusterLimits,
  /** Jobs that could begin on a pilot if there were one. */
  waiting: z.number().int().min(0),
  /** The attached digesters that are pilots of this cluster. */
  digesters: z.array(
    z.object({
      id: z.string(),
      reachable: z.boolean(),
      draining: z.boolean(),
      running: z.number().int().min(0),
      waiting: z.number().int().min(0),
    }),
  ),
});
export type ClusterOrders = z.infer<typeof ClusterOrders>;

/** A cluster as people see it. */
export const Cluster = ClusterReport.omit({ keeper: true, labels: true }).extend({
  name: ClusterName,
  /** Those in force. */
  limits: ClusterLimits,
  /** Those of the configuration, where people have set others. */
  configured: ClusterLimits,
  reportedAt: z.iso.datetime(),
  /** Its keeper was heard from lately. */
  isKept: z.boolean(),
});
export type Cluster = z.infer<typeof Cluster>;

export const ClusterList = z.object({ clusters: z.array(Cluster) });
export type ClusterList = z.infer<typeof ClusterList>;

/** `PUT /clusters/{name}/limits`; null: those of the configuration again. */
export const LimitsRequest = z.object({ limits: ClusterLimits.nullable() });
export type LimitsRequest = z.infer<typeof LimitsRequest>;

/** Names of pilots of a cluster, which tell them from everybody else's jobs and digesters, also after a restart. */
export function pilotName(cluster: string, random: string): string {
  return `pilot-${cluster}-${random}`;
}

/** The random part of a pilot's name: eight characters, of `0-9a-f`. */
export function isPilotOf(cluster: string, id: string): boolean {
  const start = pilotName(cluster, "");
  return id.startsWith(start) && /^[0-9a-f]{8}$/.test(id.slice(start.length));
}

const count = z.number().int().min(0);

/** `GET /nodes/history`: digesters that came and went; buckets without a gap, oldest first. */
export const NodeHistory = z.object({
  span: StatisticsSpan,
  bucketMs: z.number().int().positive(),
  buckets: z.array(
    z.object({
      at: z.iso.datetime(),
      /** Attached at the end of it, and not lost. */
      nodes: count,
      /** Attached, or found again. */
      gained: count,
      /** Left with a word, as at a notice or when nothing was left to do. */
      left: count,
      /** Went without one. */
      lost: count,
    }),
  ),
});
export type NodeHistory = z.infer<typeof NodeHistory>;
