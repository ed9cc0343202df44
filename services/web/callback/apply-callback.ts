import type { JobPatch, PatchAnswer } from "../../contract/callback.ts";
import { AppError } from "../../contract/errors.ts";
import { withoutUndefined } from "../../contract/without-undefined.ts";
import { applyPatch, refusedEvent } from "../jobs/job-model.ts";
import { toJob, type JobRecord, type Volatile } from "../jobs/job-record.ts";
import type { RetryPolicy } from "../jobs/retries.ts";
import type { Log } from "../log.ts";
import type { Change, Store } from "../store/store.ts";

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
  const [said] = await applyCallbacks(deps, id, [patch]);
  if (said === undefined) throw new AppError("internal", "A callback got no answer.");
  if (said instanceof AppError) throw said;
  return said;
}

/**
 * Applies, in their order and as one change, what a digester says of one job.
 *
 * @returns for each patch the answer, or the AppError with which `applyCallback` would have refused it.
 * @throws whatever keeps the change from being written; then none of them was applied.
 */
export async function applyCallbacks(
  deps: CallbackDeps,
  id: number,
  patches: readonly JobPatch[],
): Promise<Array<PatchAnswer | AppError>> {
  const { store, now, leaseMs, retries } = deps;
  const job = await store.job(id);
  if (job === null) throw new AppError("not_found", `There is no job ${id}.`);
  if (patches.every((patch) => isProgressOnly(patch) && isCurrent(job, patch))) {
    return patches.map((patch) => answer(touchProgress(deps, job, patch)));
  }
  let refusals: Array<AppError | null> = [];
  const changed = await store.update(id, (current) => {
    refusals = [];
    let change: Change = { job: current, events: [] };
    for (const patch of patches) {
      try {
        const next = applyPatch(change.job, patch, now(), leaseMs, retries);
        change = { job: next.job, events: [...change.events, ...next.events] };
        refusals.push(null);
      } catch (thrown) {
        if (!isRefusal(thrown)) throw thrown;
        refusals.push(thrown);
      }
    }
    return change;
  });
  return Promise.all(
    patches.map(async (patch, at) => {
      const refusal = refusals[at] ?? null;
      await (refusal === null ? tell(deps, id, patch) : keepRefusal(deps, changed, patch, refusal));
      return refusal ?? answer(changed);
    }),
  );
}

function isRefusal(thrown: unknown): thrown is AppError {
  return (
    thrown instanceof AppError && (thrown.code === "stale_attempt" || thrown.code === "conflict")
  );
}

function tell({ log }: CallbackDeps, job: number, patch: JobPatch): void {
  const { attempt, digester, status, step } = patch;
  // Steps are kept as events; a log that has each of them again hides the rest.
  const level = status === undefined ? "debug" : "info";
  log[level]({ job, attempt, digester, status, step }, patch.message ?? "callback");
}

async function keepRefusal(
  { store, log, now }: CallbackDeps,
  job: JobRecord,
  patch: JobPatch,
  refusal: AppError,
): Promise<void> {
  const { attempt, digester } = patch;
  log.warn({ job: job.id, attempt, digester }, `callback refused: ${refusal.message}`);
  await store.record(refusedEvent(job, patch, refusal.message, now()));
}

function touchProgress(deps: CallbackDeps, job: JobRecord, patch: JobPatch): JobRecord {
  const { progress, bytesRead, bytesTotal } = patch;
  const fields: Partial<Volatile> = {
    leaseUntil: deps.now() + deps.leaseMs,
    ...withoutUndefined({ progress, bytesRead, bytesTotal }),
  };
  deps.store.touch(job.id, fields, { status: "in_progress", attempt: job.attempt });
  const touched = { ...job, ...fields };
  deps.onTouch(touched);
  return touched;
}

function answer(job: JobRecord): PatchAnswer {
  return { job: toJob(job), cancel: job.status === "in_progress" && job.cancelledBy !== null };
}
