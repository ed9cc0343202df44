import type { DigesterStatus } from "../../contract/digester.ts";
import type { JobRecord } from "./job-record.ts";

/** What a digester said, and when we asked: what we wrote later it could not know yet. */
export interface Heard {
  readonly digester: string;
  readonly status: Pick<DigesterStatus, "running" | "waiting" | "draining">;
  /** Milliseconds since 1970, of the clock that stamps the jobs. */
  readonly askedAt: number;
  /** The process was started anew since we heard from it last. */
  readonly newLife: boolean;
}

export type Finding =
  /** The attempt belonged to an earlier life of the digester. */
  | { readonly kind: "lost"; readonly job: JobRecord }
  /** The digester does not have it in its line any more. */
  | { readonly kind: "missing"; readonly job: JobRecord }
  /** The digester has it in its line: it asked for it itself. */
  | { readonly kind: "taken"; readonly job: JobRecord }
  | { readonly kind: "reason"; readonly job: JobRecord; readonly reason: string };

/** Compares what the digester has with what the record says of it. */
export function reconcile(heard: Heard, unsettled: readonly JobRecord[]): Finding[] {
  const { digester, status, askedAt, newLife } = heard;
  const reasons = new Map(status.waiting.map((waiting) => [waiting.job, waiting.reason]));
  const running = new Map(status.running.map((run) => [run.job, run.attempt]));
  return unsettled.flatMap((job): Finding[] => {
    const isOurs = job.digester === digester;
    if (job.status === "in_progress") {
      const began = job.startedAt ?? 0;
      const isLost = isOurs && newLife && began <= askedAt && running.get(job.id) !== job.attempt;
      return isLost ? [{ kind: "lost", job }] : [];
    }
    const reason = reasons.get(job.id);
    if (job.held) return [];
    if (isOurs && reason === undefined && !running.has(job.id) && job.updatedAt < askedAt) {
      return [{ kind: "missing", job }];
    }
    if (reason === undefined) return [];
    if (isOurs) return reason === job.reason ? [] : [{ kind: "reason", job, reason }];
    return job.digester === null && !status.draining ? [{ kind: "taken", job }] : [];
  });
}
