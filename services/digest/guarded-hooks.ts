import type { Phase } from "./failure-message.ts";
import type { Pace } from "./pace.ts";

export interface DigestHooks {
  onPhase(phase: Phase): void | Promise<void>;
  /** Bytes of the sources, as they lie on disk. A source that is read twice counts twice. */
  onProgress(progress: { bytesRead: number; bytesTotal: number }): void;
  /** Awaited at least every 100 ms of work; may throw to cancel. */
  checkpoint(): void | Promise<void>;
}

const CHECKPOINT_MS = 50;

export interface GuardedHooks {
  readonly phase: (phase: Phase) => Promise<void>;
  readonly progress: (step: { bytesRead: number; bytesTotal: number }) => void;
  readonly pace: Pace;
  /** What a hook threw, if one did. */
  stopped: { readonly thrown: unknown } | null;
}

/** Keeps apart what hooks throw, which ends the digest, and what goes wrong with the input, which fails it. */
export function guardHooks(hooks: DigestHooks): GuardedHooks {
  let lastCheckpoint = performance.now();
  const guard: GuardedHooks = {
    stopped: null,
    phase: (phase) => call(() => hooks.onPhase(phase)),
    progress(step) {
      try {
        hooks.onProgress(step);
      } catch (thrown) {
        guard.stopped = { thrown };
        throw thrown;
      }
    },
    pace: () =>
      performance.now() - lastCheckpoint < CHECKPOINT_MS
        ? undefined
        : call(() => hooks.checkpoint()),
  };
  const call = async (hook: () => void | Promise<void>): Promise<void> => {
    try {
      await hook();
      lastCheckpoint = performance.now();
    } catch (thrown) {
      guard.stopped = { thrown };
      throw thrown;
    }
  };
  return guard;
}
