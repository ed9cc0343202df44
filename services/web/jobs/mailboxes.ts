import { randomUUID } from "node:crypto";
import type { Errand } from "../../contract/errand.ts";
import { AppError } from "../../contract/errors.ts";
import type { Answer, Call, Transport } from "./transport.ts";

/** What waits for digesters that cannot be reached, until they ask for it. */
export interface Mailboxes {
  /** Leaves calls for this digester, and waits for their answers. */
  readonly transportTo: (digester: string) => Transport;
  /**
   * What waits for it, as soon as there is something; nothing after `waitMs`, when `signal` is aborted, or when it asks again.
   *
   * @param underWay errands that it has: the others were lost on their way, and are given again.
   */
  readonly ask: (
    digester: string,
    underWay: readonly string[],
    waitMs: number,
    signal: AbortSignal,
  ) => Promise<Errand[]>;
  /** @returns whether somebody waits for it. Then the body is theirs to read. */
  readonly answer: (digester: string, errand: string, answer: Answer) => boolean;
  /** Whether it has asked within the time after which it counts as silent. */
  readonly isAsking: (digester: string) => boolean;
}

/** A digester asks anew at once; one that does not for so long has ended, or its network has. */
const SILENCE_MS = 3000;

interface Waiting {
  readonly errand: Errand;
  readonly settle: (answer: Answer) => void;
  readonly fail: (why: Error) => void;
}

interface Mailbox {
  /** Whether the digester has asked since the box was made; else somebody has only left something for it. */
  isAsked: boolean;
  readonly errands: Map<string, Waiting>;
  /** Answers the digester that waits for errands. */
  give: (() => void) | null;
  silence: NodeJS.Timeout | undefined;
}

/** @param silenceMs without a question, after which calls fail. */
export function createMailboxes(silenceMs = SILENCE_MS): Mailboxes {
  const boxes = new Map<string, Mailbox>();

  function boxOf(digester: string): Mailbox {
    const known = boxes.get(digester);
    if (known !== undefined) return known;
    const made: Mailbox = {
      isAsked: false,
      errands: new Map(),
      give: null,
      silence: undefined,
    };
    boxes.set(digester, made);
    return made;
  }

  function watchSilence(digester: string, box: Mailbox): void {
    if (box.give !== null || box.silence !== undefined) return;
    box.silence = setTimeout(() => {
      boxes.delete(digester);
      const why = new AppError(
        "upstream_failed",
        `it has not asked for work for ${silenceMs / 1000} s`,
      );
      for (const { fail } of box.errands.values()) fail(why);
    }, silenceMs);
    box.silence.unref();
  }

  function send(
    digester: string,
    { method, path, body, timeoutMs, signal: wish }: Call,
  ): Promise<Answer> {
    const timeout = AbortSignal.timeout(timeoutMs);
    const signal = wish === undefined ? timeout : AbortSignal.any([timeout, wish]);
    return new Promise((resolve, reject) => {
      if (signal.aborted) return reject(reasonOf(signal));
      const id = randomUUID();
      const box = boxOf(digester);
      const end = (): void => {
        box.errands.delete(id);
        signal.removeEventListener("abort", abandon);
      };
      const fail = (why: Error): void => {
        end();
        reject(why);
      };
      const abandon = (): void => fail(reasonOf(signal));
      const settle = (answer: Answer): void => {
        end();
        resolve(answer);
      };
      signal.addEventListener("abort", abandon);
      const errand = { id, method, path, ...(body === undefined ? {} : { body }) };
      box.errands.set(id, { errand, settle, fail });
      box.give?.();
      watchSilence(digester, box);
    });
  }

  return {
    transportTo: (digester) => (call) => send(digester, call),

    async ask(digester, underWay, waitMs, signal) {
      const box = boxOf(digester);
      clearTimeout(box.silence);
      box.silence = undefined;
      box.isAsked = true;
      // Whoever asks twice has given up the first question.
      box.give?.();
      const has = new Set(underWay);
      const missing = (): Errand[] =>
        [...box.errands.values()].flatMap(({ errand }) => (has.has(errand.id) ? [] : [errand]));
      if (missing().length === 0 && !signal.aborted) {
        await new Promise<void>((done) => {
          const give = (): void => {
            clearTimeout(timer);
            signal.removeEventListener("abort", give);
            if (box.give === give) box.give = null;
            done();
          };
          const timer = setTimeout(give, waitMs);
          signal.addEventListener("abort", give);
          box.give = give;
        });
      }
      watchSilence(digester, box);
      return missing();
    },

    answer(digester, errand, answer) {
      const waiting = boxes.get(digester)?.errands.get(errand);
      waiting?.settle(answer);
      return waiting !== undefined;
    },

    isAsking: (digester) => boxes.get(digester)?.isAsked === true,
  };
}

function reasonOf(signal: AbortSignal): Error {
  return signal.reason instanceof Error ? signal.reason : new Error("aborted");
}
