import { setTimeout as sleep } from "node:timers/promises";
import type { Logger } from "pino";
import type { Dispatch } from "../contract/digester.ts";
import { coerceError } from "../contract/errors.ts";
import type { AttemptJournal, JournaledAttempt } from "./attempt-journal.ts";
import type { Deliver } from "./delivery.ts";
import type { Intake } from "./intake.ts";
import type { Outbox } from "./outbox.ts";
import { isThere, removeStaging, type Publisher } from "../gate/staging.ts";

export interface RecoveryContext {
  readonly journal: AttemptJournal;
  readonly deliver: Deliver;
  readonly outbox: Pick<Outbox, "settle">;
  readonly publisher: Publisher;
  readonly log: Logger;
}

/** What an earlier life left, until all of it is cleared up. */
export interface Recovery {
  /** One try at all that is left. Never rejects; a try that is under way is not doubled. */
  readonly run: () => Promise<void>;
  readonly isDone: () => boolean;
}

export function createRecovery(
  left: readonly JournaledAttempt[],
  context: RecoveryContext,
): Recovery {
  let remaining = left;
  let underWay: Promise<void> | null = null;
  const run = async (): Promise<void> => {
    remaining = await recoverAttempts(remaining, context);
    underWay = null;
  };
  return {
    run: () => (underWay ??= run()),
    isDone: () => remaining.length === 0,
  };
}

/** How long a start waits for what an earlier life left to be told. */
const RECOVERY_MS = 2000;

/**
 * The first try, before anybody learns that this is a new life, and counts the attempts of the earlier one as lost. A web
 * service that comes back is to learn of outcomes first. Takes two seconds at most.
 */
export async function recoverFirst(
  recovery: Recovery,
  outbox: Pick<Outbox, "tryNow" | "flushed">,
): Promise<void> {
  const enough = AbortSignal.timeout(RECOVERY_MS);
  outbox.tryNow();
  // The timer also holds the process, which has nothing else to wait for before it listens.
  const timer = setInterval(outbox.tryNow, RECOVERY_MS / 20);
  await Promise.race([recovery.run(), sleep(RECOVERY_MS, undefined, { ref: false })]);
  await outbox.flushed(enough);
  clearInterval(timer);
}

/** A caller that does not answer now may answer later, and has a right to the outcome. */
export async function keepRecovering(recovery: Recovery, ending: AbortSignal): Promise<void> {
  while (!recovery.isDone() && !ending.aborted) {
    await sleep(5000, undefined, { ref: false, signal: ending }).catch(() => undefined);
    if (!ending.aborted) await recovery.run();
  }
}

/** Brings back into the line what an earlier life had taken from callers that keep no record. */
export async function restore(
  intake: Pick<Intake, "list" | "forget">,
  outbox: Pick<Outbox, "inherited">,
  accept: (dispatch: Dispatch) => Promise<void>,
  log: Logger,
): Promise<void> {
  for (const dispatch of await intake.list()) {
    const isSettled = outbox.inherited.some(
      ({ target, job, patch }) =>
        target.url === dispatch.callback.url &&
        job === dispatch.job &&
        patch.attempt >= dispatch.attempt - 1,
    );
    try {
      await (isSettled ? intake.forget(dispatch) : accept(dispatch));
    } catch (thrown) {
      log.error({ err: coerceError(thrown), job: dispatch.job }, "A job was not brought back");
    }
  }
}

/**
 * Clears up after an earlier life that ended without notice.
 *
 * A staging directory of an attempt that was still digesting is removed. One that was allowed to publish has its result
 * whole: when the attempt still speaks for its job, the publish is brought to its end and the completion reported, so that
 * hours of work are not done again for the want of one rename.
 *
 * @returns those whose caller did not answer, or that the disk kept from their end, to be tried again.
 */
async function recoverAttempts(
  left: readonly JournaledAttempt[],
  context: RecoveryContext,
): Promise<JournaledAttempt[]> {
  const remaining: JournaledAttempt[] = [];
  for (const attempt of left) {
    const isRecovered = await recover(attempt, context).catch((thrown: unknown) => {
      const { job, staging } = attempt;
      context.log.error({ err: coerceError(thrown), job, staging }, "An attempt was not recovered");
      return false;
    });
    if (!isRecovered) remaining.push(attempt);
  }
  return remaining;
}

/** @returns false when its caller did not answer. */
async function recover(left: JournaledAttempt, context: RecoveryContext): Promise<boolean> {
  const { job, attempt, target, completion, staging, destination, made } = left;
  const log = context.log.child({ job, attempt, staging });
  if (completion !== null) {
    // Without an ordinal, so that it counts as new and renews the lease.
    const { digester } = completion;
    const answer = await context.deliver(target, job, { digester, attempt, publish: true });
    if (answer.kind === "unreachable") return false;
    if (answer.kind === "accepted") {
      // Gone, with the permission still in force: the whole directory had become the destination.
      if (await isThere(staging)) {
        await context.publisher.finishPublish(staging);
        await context.publisher.publish(staging, destination);
      }
      await context.outbox.settle(target, job, completion);
      log.info("The publish of an earlier life was brought to its end");
    }
  }
  // Cut short on its way to a hand-over, which the next attempt does again: the destination must not hold half of it.
  if (completion === null) await context.publisher.finishPublish(staging);
  await removeStaging({ path: staging, made });
  await context.journal.remove(staging);
  return true;
}
