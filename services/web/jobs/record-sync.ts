import type { Log } from "../log.ts";
import type { Change, Store } from "../store/store.ts";
import { loseAttempt, place, unplace } from "./job-model.ts";
import type { JobRecord } from "./job-record.ts";
import type { RetryPolicy } from "./retries.ts";
import { reconcile, type Finding, type Heard } from "./reconcile.ts";

/** Brings the record in line with what digesters have, or do not have any more. */
export interface RecordSync {
  settleDifferences(heard: Heard): Promise<void>;
  /** Ends running attempts whose digester cannot be running them any more. */
  loseAll(jobs: readonly JobRecord[], why: string): Promise<void>;
  /** Takes the jobs out of a digester's line that have not begun there. */
  putBack(digester: string, reason: string): Promise<void>;
}

export interface RecordSyncDeps {
  readonly store: Store;
  readonly log: Log;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  readonly retries: RetryPolicy;
  /** A volatile field of a job has changed. */
  readonly onTouch: (job: JobRecord) => void;
}

export function recordSync({ store, log, now, retries, onTouch }: RecordSyncDeps): RecordSync {
  /** Applies a change only while the job is still in the place in which it was seen. */
  async function updateIf(seen: JobRecord, change: (job: JobRecord) => Change): Promise<void> {
    await store.update(seen.id, (job) =>
      job.attempt === seen.attempt && job.digester === seen.digester && job.status === seen.status
        ? change(job)
        : { job, events: [] },
    );
  }

  async function loseAll(jobs: readonly JobRecord[], why: string): Promise<void> {
    await Promise.all(
      jobs.map((job) => {
        const { id, attempt, digester } = job;
        log.warn({ job: id, attempt, digester }, `attempt lost: ${why}`);
        return updateIf(job, (current) =>
          loseAttempt(current, `Attempt ${attempt} was lost: ${why}`, now(), retries),
        );
      }),
    );
  }

  async function settleDifference(digester: string, finding: Finding): Promise<void> {
    const { job, kind } = finding;
    switch (kind) {
      case "lost":
        return loseAll([job], `${digester} was started anew.`);
      case "missing":
        return updateIf(job, (current) =>
          unplace(current, `${digester} does not have it in its line any more.`, now()),
        );
      case "taken":
        return updateIf(job, (current) => place(current, digester, now()));
      case "reason":
        return explain(job, finding.reason);
    }
  }

  /** A job that was claimed since it was seen does not wait any more, and has nothing to be told. */
  async function explain(seen: JobRecord, reason: string): Promise<void> {
    const job = await store.job(seen.id);
    if (job?.status !== "submitted" || job.held || job.digester !== seen.digester) return;
    store.touch(job.id, { reason }, { status: "submitted", held: false });
    onTouch({ ...job, reason });
  }

  return {
    loseAll,
    async settleDifferences(heard) {
      const findings = reconcile(heard, await store.unsettled());
      await Promise.all(findings.map((finding) => settleDifference(heard.digester, finding)));
    },
    async putBack(digester, reason) {
      const jobs = await store.unsettled();
      await Promise.all(
        jobs
          .filter((job) => job.status === "submitted" && job.digester === digester)
          .map((job) => updateIf(job, (current) => unplace(current, reason, now()))),
      );
    },
  };
}
