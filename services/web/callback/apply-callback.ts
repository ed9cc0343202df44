import type { JobPatch, PatchAnswer } from "../../contract/callback.ts";
import { AppError } from "../../contract/errors.ts";
import { applyPatch, refusedEvent } from "../jobs/job-model.ts";
import { toJob, type JobRecord, type Volatile } from "../jobs/job-record.ts";
import type { RetryPolicy } from "../jobs/retries.ts";
import type { Log } from "../log.ts";
import type { Store } from "../store/store.ts";

export interface CallbackDeps {
  readonly store: Store;
  readonly log: Log;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  readonly leaseMs: number;
  readonly retries: RetryPolicy;
  /** A volatile field of a job has changed. */
  readonly onTouch: (job: JobRecord) => void;
}

/** Whether a patch says nothing but how far the attempt is: such a patch need not reach the disk. */
export function isProgressOnly(patch: JobPatch): boolean {
  return (
    patch.callback === undefined &&
    patch.status === undefined &&
    patch.step === undefined &&
    patch.gobiiStatus === undefined &&
    patch.message === undefined &&
    patch.reason === undefined &&
    patch.publish === undefined &&
    patch.result === undefined
  );
}

/** Whether the patch speaks for the attempt that runs, on the digester that runs it: the fence. */
function isCurrent(job: JobRecord, patch: JobPatch): boolean {
  return (
    job.status === "in_progress" && job.attempt === patch.attempt && job.digester === patch.digester
  );
}

/**
 * Applies what a digester says of a job. What is refused is kept as an event, with what it said.
 *
 * @throws AppError `not_found`; `stale_attempt` and `conflict` as `applyPatch` does.
 */
export async function applyCallback(
  deps: CallbackDeps,
  id: number,
  patch: JobPatch,
): Promise<PatchAnswer> {
  const { store, log, now, leaseMs, retries } = deps;
  const job = await store.job(id);
  if (job === null) throw new AppError("not_found", `There is no job ${id}.`);
  if (isProgressOnly(patch) && isCurrent(job, patch)) {
    return answer(touchProgress(deps, job, patch));
  }
  const about = { job: id, attempt: patch.attempt, digester: patch.digester };
  try {
    const changed = await store.update(id, (current) =>
      applyPatch(current, patch, now(), leaseMs, retries),
    );
    log.info({ ...about, status: patch.status, step: patch.step }, patch.message ?? "callback");
    return answer(changed);
  } catch (thrown) {
    if (!(thrown instanceof AppError)) throw thrown;
    if (thrown.code !== "stale_attempt" && thrown.code !== "conflict") throw thrown;
    log.warn(about, `callback refused: ${thrown.message}`);
    await store.record(refusedEvent((await store.job(id)) ?? job, patch, thrown.message, now()));
    throw thrown;
  }
}

function touchProgress(deps: CallbackDeps, job: JobRecord, patch: JobPatch): JobRecord {
  const fields: Partial<Volatile> = {
    leaseUntil: deps.now() + deps.leaseMs,
    ...(patch.progress === undefined ? {} : { progress: patch.progress }),
    ...(patch.bytesRead === undefined ? {} : { bytesRead: patch.bytesRead }),
    ...(patch.bytesTotal === undefined ? {} : { bytesTotal: patch.bytesTotal }),
  };
  deps.store.touch(job.id, fields);
  const touched = { ...job, ...fields };
  deps.onTouch(touched);
  return touched;
}

function answer(job: JobRecord): PatchAnswer {
  return { job: toJob(job), cancel: job.status === "in_progress" && job.cancelledBy !== null };
}
