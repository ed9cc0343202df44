import { setTimeout as sleep } from "node:timers/promises";
import type { DigesterStatus } from "../../contract/digester.ts";
import { coerceError } from "../../contract/errors.ts";
import type { DigesterClient } from "./digester-client.ts";

export interface FollowOptions {
  readonly client: DigesterClient;
  readonly signal: AbortSignal;
  /** @param askedAt when the question was sent that this answers. */
  readonly onStatus: (status: DigesterStatus, askedAt: number) => Promise<void>;
  /** @param problem in words. */
  readonly onSilence: (problem: string) => Promise<void>;
  readonly now: () => number;
  /** Milliseconds between two questions. */
  readonly pauseMs: () => number;
  readonly retryMs?: number;
}

const longestRetryMs = 2000;
const longestPauseMs = 1500;
/** A digester whose every progress counts as a change would otherwise be asked without pause. */
const leastPauseMs = 150;
/** All digesters together are asked so often that the service has time for everything else: some 700 times a second. */
const pauseMsEach = 1.5;
/** With a pause that comes near the time after which a digester counts as silent, every late answer would look like its end. */
const mostPauseMs = 3000;

/** How long to wait between two questions to a digester when so many are followed, in milliseconds. */
export function pauseFor(digesters: number): number {
  return Math.min(mostPauseMs, Math.max(leastPauseMs, pauseMsEach * digesters));
}

/** Asks a digester for its status again and again until aborted; it answers when something has changed. */
export async function follow(options: FollowOptions): Promise<void> {
  const { client, signal, onStatus, onSilence, now, pauseMs, retryMs = 300 } = options;
  let since: number | null = null;
  let retry = retryMs;
  while (!signal.aborted) {
    const askedAt = now();
    let pause = pauseMs();
    try {
      const status = await client.status(since, signal);
      const begun = performance.now();
      await onStatus(status, askedAt);
      // A line of a thousand jobs takes a while to look through: most of the time is for other work.
      pause = Math.max(pause, Math.min(longestPauseMs, 9 * (performance.now() - begun)));
      since = status.revision;
      retry = retryMs;
    } catch (thrown) {
      if (signal.aborted) return;
      since = null;
      await onSilence(coerceError(thrown).message);
      pause = retry;
      retry = Math.min(longestRetryMs, retry * 2);
    }
    await sleep(pause, undefined, { signal }).catch(() => undefined);
  }
}
