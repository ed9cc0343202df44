import { setTimeout as sleep } from "node:timers/promises";
import type { Logger } from "pino";
import type { UnsettledJob } from "../contract/callback.ts";
import type { AttachAnswer, AttachRequest, Dispatch } from "../contract/digester.ts";
import { AppError, coerceError } from "../contract/errors.ts";
import { backoffMs } from "./outbox.ts";
import type { WebClient } from "./web-client.ts";

/** The tie to the web service: registers the digester, asks for unsettled jobs, and does both anew when the tie has broken. */
export interface Attachment {
  /** The web service has asked for our status: the tie holds. */
  readonly polled: () => void;
  /**
   * Resolves with the first answer. Rejects with AppError `upstream_failed` when the web service refuses this digester, which
   * trying again cannot mend.
   */
  readonly attached: Promise<AttachAnswer>;
  /** Asks for unsettled jobs once more, as after draining. */
  readonly askAgain: () => void;
  readonly close: () => void;
}

export interface AttachmentOptions {
  readonly client: Pick<WebClient, "attach" | "unsettled">;
  readonly self: AttachRequest & { readonly id: string };
  /** What this digester carries: jobs that ask for more are for others. */
  readonly labels: readonly string[];
  /** Called before each try: what an earlier life left to be told is told before the new one announces itself. */
  readonly prepare: () => Promise<void>;
  readonly onAttached: (answer: AttachAnswer) => void;
  /** All unsettled jobs that this digester may take, and when they were asked for. */
  readonly onUnsettled: (
    answer: AttachAnswer,
    dispatches: Dispatch[],
    askedAt: number,
  ) => Promise<void>;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  readonly log: Logger;
  /** How many unsettled jobs are worth asking for. */
  readonly lineLimit: number;
  /** Milliseconds without a poll after which it attaches anew. */
  readonly silenceMs?: number;
}

export function createAttachment(options: AttachmentOptions): Attachment {
  const { client, self, log, silenceMs = 15_000 } = options;
  const closing = new AbortController();
  let lastHeard = monotonic();
  let asked = false;

  const pause = (ms: number): Promise<unknown> =>
    sleep(ms, undefined, { signal: closing.signal, ref: false }).catch(() => undefined);

  const attach = async (isFirst: boolean): Promise<AttachAnswer> => {
    for (let tries = 0; ; tries += 1) {
      closing.signal.throwIfAborted();
      try {
        await options.prepare();
        const answer = await client.attach(self);
        lastHeard = monotonic();
        options.onAttached(answer);
        log.info({ id: answer.id }, "Attached to the web service");
        return answer;
      } catch (thrown) {
        const error = coerceError(thrown);
        const isFinal = !(error instanceof AppError && error.code === "unavailable");
        if (isFirst && isFinal) throw error;
        if (tries === 0) log.warn({ why: error.message }, "Not attached; trying again");
        await pause(backoffMs(tries));
      }
    }
  };

  const askForJobs = async (answer: AttachAnswer): Promise<void> => {
    try {
      const askedAt = options.now();
      const found: Dispatch[] = [];
      await client.unsettled(answer.callback, (jobs) => {
        const mine = jobs.filter(
          ({ digester, labels }) =>
            (digester === null || digester === answer.id) &&
            labels.every((label) => options.labels.includes(label)),
        );
        found.push(...mine.map((job) => toDispatch(job, answer)));
        return found.length < options.lineLimit && !closing.signal.aborted;
      });
      if (!closing.signal.aborted) await options.onUnsettled(answer, found, askedAt);
    } catch (thrown) {
      log.warn({ why: coerceError(thrown).message }, "The unsettled jobs could not be asked for");
      asked = true;
    }
  };

  const hold = async (first: AttachAnswer): Promise<void> => {
    let answer = first;
    await askForJobs(answer);
    while (!closing.signal.aborted) {
      await pause(1000);
      if (monotonic() - lastHeard > silenceMs) {
        log.info("The web service has not asked for the status for a while; attaching anew");
        answer = await attach(false);
        asked = true;
      }
      if (asked) {
        asked = false;
        await askForJobs(answer);
      }
    }
  };

  const attached = attach(true);
  attached.then(hold).catch((thrown: unknown) => {
    if (!closing.signal.aborted) log.error({ why: coerceError(thrown).message }, "Not attached");
  });

  return {
    polled: () => {
      lastHeard = monotonic();
    },
    attached,
    askAgain: () => {
      asked = true;
    },
    close: () => closing.abort(),
  };
}

/** The wall clock may be put back, and silence would not be noticed until it has come so far again. */
const monotonic = (): number => performance.now();

function toDispatch(job: UnsettledJob, { callback }: AttachAnswer): Dispatch {
  const { key, attempt, priority, front, submittedBy, submittedAt, instruction } = job;
  const { crop, settings } = job;
  return {
    job: job.job,
    key,
    attempt,
    priority,
    front,
    submittedBy,
    submittedAt,
    ...(crop === undefined ? {} : { crop }),
    ...(settings === undefined ? {} : { settings }),
    instruction,
    callback,
  };
}
