import { setTimeout as sleep } from "node:timers/promises";

export interface IdleOptions {
  /** Milliseconds without anything under way. */
  readonly idleMs: number;
  /** Whether jobs run or wait here, or callbacks are not delivered yet. */
  readonly isBusy: () => boolean;
  /** Changes with everything that happens here. */
  readonly revision: () => number;
  /** Stops taking work, or takes it again. */
  readonly drain: (on: boolean) => void;
  readonly now: () => number;
  readonly signal: AbortSignal;
}

const LOOK_MS = 250;

/** Resolves once nothing has happened for so long; then no more work is taken. Never when `signal` is aborted before. */
export async function idleFor(options: IdleOptions): Promise<void> {
  const { idleMs, isBusy, revision, drain, now, signal } = options;
  let since = now();
  let seen = revision();
  while (!signal.aborted) {
    await sleep(Math.min(LOOK_MS, idleMs), undefined, { signal, ref: false }).catch(() => null);
    if (isBusy() || revision() !== seen) {
      since = now();
      seen = revision();
    } else if (now() - since >= idleMs && !signal.aborted) {
      drain(true);
      if (!isBusy()) return;
      drain(false);
    }
  }
  return new Promise(() => undefined);
}
