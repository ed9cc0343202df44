import { setTimeout as sleep } from "node:timers/promises";
import type { Logger } from "pino";
import { coerceError } from "../../contract/errors.ts";
import type { Notice, NoticeSource } from "./notice.ts";

export interface NoticeWatchOptions {
  readonly signal: AbortSignal;
  readonly log: Logger;
  /** Milliseconds between two looks. GCP leaves thirty seconds in all, so a few of them matter. @default 2000 */
  readonly everyMs?: number;
}

/**
 * Asks the source until it says that the node will be taken away. A source that cannot be asked is told of once and asked
 * on: it must not end a node that is well.
 *
 * @returns null when `signal` ends the watch.
 */
export async function watchForNotice(
  source: NoticeSource,
  { signal, log, everyMs = 2000 }: NoticeWatchOptions,
): Promise<Notice | null> {
  let problem: string | null = null;
  while (!signal.aborted) {
    try {
      const notice = await source.check(signal);
      if (notice !== null) return notice;
      problem = null;
    } catch (thrown) {
      const { message } = coerceError(thrown);
      if (message !== problem && !signal.aborted) {
        log.warn({ source: source.name, why: message }, "The source of notices cannot be asked");
      }
      problem = message;
    }
    await sleep(everyMs, undefined, { signal, ref: false }).catch(() => undefined);
  }
  return null;
}
