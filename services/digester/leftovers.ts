import { setTimeout as sleep } from "node:timers/promises";
import type { Logger } from "pino";
import { coerceError } from "../contract/errors.ts";
import type { AttemptJournal } from "./attempt-journal.ts";
import { removeStaging, type Staging } from "../gate/staging.ts";

/** Staging directories that could not be removed when their attempt ended: a file in one was open, or a disk away. */
export interface Leftovers {
  /** Tries again now and then, until it is gone. What is left when the service ends is for its next life. */
  readonly add: (staging: Pick<Staging, "path" | "made">) => void;
  readonly close: () => void;
}

export interface LeftoversOptions {
  readonly journal: Pick<AttemptJournal, "remove">;
  readonly log: Logger;
  readonly remove?: typeof removeStaging;
  /** Milliseconds between two tries. */
  readonly everyMs?: number;
}

export function createLeftovers(options: LeftoversOptions): Leftovers {
  const { journal, log, remove = removeStaging, everyMs = 60_000 } = options;
  const left = new Map<string, Pick<Staging, "path" | "made">>();
  const closing = new AbortController();
  let working: Promise<void> | null = null;

  const tryAll = async (): Promise<void> => {
    for (const staging of left.values()) {
      try {
        await remove(staging);
        await journal.remove(staging.path);
        left.delete(staging.path);
        log.info({ staging: staging.path }, "What an attempt had left behind is removed");
      } catch (thrown) {
        log.debug({ err: coerceError(thrown), staging: staging.path }, "It cannot be removed yet");
      }
    }
  };

  const work = async (): Promise<void> => {
    while (left.size > 0 && !closing.signal.aborted) {
      const pause = { ref: false, signal: closing.signal };
      await sleep(everyMs, undefined, pause).catch(() => undefined);
      if (!closing.signal.aborted) await tryAll();
    }
    working = null;
  };

  return {
    add: (staging) => {
      left.set(staging.path, staging);
      working ??= work();
    },
    close: () => closing.abort(),
  };
}
