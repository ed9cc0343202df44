import type { JobPatch } from "../contract/callback.ts";
import type { Dispatch } from "../contract/digester.ts";
import { stepOfGobiiStatus, type JobStep } from "../contract/job.ts";
import { FIRST_PHASE, type Phase } from "../digest/failure-message.ts";
import { clip, type OutcomePatch } from "./attempt-outcome.ts";
import type { Deliver, Delivery } from "./delivery.ts";
import type { Outbox } from "./outbox.ts";
import { startProgress, type Bytes, type ProgressReporter } from "./progress-reporter.ts";

/**
 * What an attempt tells its caller, from the claim to the outcome. Each callback that is kept has the next number, so that one
 * delivered twice counts once; progress and the renewal of the lease go between them, without a number.
 */
export interface AttemptVoice {
  /** Asks for the attempt, once, as callback 1. */
  readonly claim: () => Promise<Delivery>;
  /** The claim was accepted: from now on progress is told, and the lease renewed. */
  readonly begin: () => void;
  /** Tells of the next phase, in its turn. */
  readonly tellPhase: (phase: Phase) => void;
  /** Tells something of the phase that it is in. */
  readonly tellMessage: (message: string) => void;
  readonly tellProgress: (read: Bytes) => void;
  /** Asks until there is an answer, however long the caller is away; rejects when the attempt has to stop. */
  readonly askToPublish: () => Promise<Delivery>;
  /** What `settle` will send if it is the next to be called. */
  readonly nextSettle: (patch: OutcomePatch) => JobPatch;
  /** The last callback. Resolves when it is on disk. */
  readonly settle: (patch: OutcomePatch) => Promise<void>;
  /** Whether the caller has taken the job back; false when there was no answer by the deadline. */
  readonly handBack: (patch: OutcomePatch, deadline: AbortSignal) => Promise<boolean>;
  /** Ends the telling of progress, so that nothing of it follows the outcome. */
  readonly stopProgress: () => Promise<void>;
  /** The phase that was told last, and the step that it belongs to. */
  readonly phase: () => Phase;
  readonly step: () => JobStep;
}

export interface VoiceOptions {
  readonly dispatch: Pick<Dispatch, "job" | "attempt" | "callback">;
  /** The id of this digester. */
  readonly digester: string;
  readonly deliver: Deliver;
  readonly outbox: Pick<Outbox, "say" | "settle">;
  /** Milliseconds of silence after which the lease has to be renewed. */
  readonly renewMs: () => number;
  /** Resolves to null when the attempt has the job. Only the claim is said before, and nothing where it is not to be had. */
  readonly claimed: () => Promise<object | null>;
  /** The attempt has to stop: what was not delivered by then is not said any more. */
  readonly signal: AbortSignal;
  /** Gives files their own names back, where the attempt works in copies. */
  readonly restore: <T>(told: T) => T;
  /** The caller has answered that the attempt is to stop. */
  readonly onStop: (why: { readonly kind: "cancelled" | "stale" }) => void;
  /** The phase has changed. */
  readonly onPhase: () => void;
}

export function createVoice(options: VoiceOptions): AttemptVoice {
  const { deliver, outbox, claimed, signal, restore, onStop } = options;
  const { job, attempt, callback: target } = options.dispatch;
  const speaker = { digester: options.digester, attempt };
  /** Of the last callback that was made; 1 is the claim. */
  let ordinal = 1;
  let step: JobStep = "submitted";
  let lastPhase: Phase = FIRST_PHASE;
  let progress: ProgressReporter | null = null;

  const heed = (delivery: Delivery): void => {
    if (delivery.kind === "stale") onStop({ kind: "stale" });
    if (delivery.kind !== "accepted") return;
    progress?.renewed();
    if (delivery.cancel) onStop({ kind: "cancelled" });
  };

  const next = <Patch extends Partial<JobPatch>>(patch: Patch) => ({
    ...speaker,
    callback: ++ordinal,
    ...restore(patch),
  });

  /** @param patch is numbered already: its turn is that in which it was made. */
  const say = async (patch: JobPatch): Promise<void> => {
    if ((await claimed()) !== null) return;
    await outbox.say(target, job, patch, signal).then(heed, () => undefined);
  };

  const tell = (gobiiStatus: Phase["gobiiStatus"], message: string): void =>
    void say(next({ gobiiStatus, step, message }));

  return {
    claim: async () => {
      const patch: JobPatch = {
        ...speaker,
        callback: 1,
        status: "in_progress",
        ...FIRST_PHASE,
      };
      const delivery = await deliver(target, job, patch);
      heed(delivery);
      return delivery;
    },
    begin: () => {
      progress = startProgress({
        send: (patch) => deliver(target, job, { ...speaker, ...patch }),
        onDelivery: heed,
        renewMs: options.renewMs,
      });
    },
    tellPhase: (phase) => {
      lastPhase = phase;
      step = stepOfGobiiStatus(phase.gobiiStatus) ?? step;
      options.onPhase();
      tell(phase.gobiiStatus, clip(phase.message));
    },
    tellMessage: (message) => tell(lastPhase.gobiiStatus, message),
    tellProgress: (read) => progress?.update(read),
    askToPublish: async () => {
      const answer = await outbox.say(target, job, next({ publish: true }), signal);
      heed(answer);
      return answer;
    },
    nextSettle: (patch) => ({ ...speaker, callback: ordinal + 1, ...restore(patch) }),
    settle: (patch) => outbox.settle(target, job, next(patch)),
    handBack: (patch, deadline) =>
      outbox.say(target, job, next(patch), deadline).then(
        ({ kind }) => kind === "accepted",
        () => false,
      ),
    stopProgress: async () => progress?.stop(),
    phase: () => lastPhase,
    step: () => step,
  };
}
