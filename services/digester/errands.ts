import { setTimeout as sleep } from "node:timers/promises";
import type { Logger } from "pino";
import type { CallbackTarget } from "../contract/digester.ts";
import { ErrandList, type Errand } from "../contract/errand.ts";
import { AppError, coerceError } from "../contract/errors.ts";
import { messageOf, reasonOf } from "./delivery.ts";
import { askDirectly, type AskTarget } from "./web-addresses.ts";

/*
 * What a digester does that cannot be reached: it asks the web service for the calls that others would send it, makes them at
 * its own API, and takes the answers back. So jobs, cancellations, regulators and previews come to it as to any other.
 */

export interface ErrandsOptions {
  /** The callback API of the web service, and the token that this digester has there. */
  readonly target: CallbackTarget;
  /** This digester's own API. */
  readonly own: { readonly url: string; readonly token: string };
  readonly log: Logger;
  /** @default where the target says */
  readonly askTarget?: AskTarget;
  readonly fetcher?: typeof fetch;
  /** How long a question may take; the web service holds it for five seconds. */
  readonly askMs?: number;
}

export interface Errands {
  /** Takes no more, and lets go of those under way. */
  readonly close: () => void;
}

const ASK_MS = 9000;
/** The web service gives most calls ten seconds: an answer that is not taken by then is of no use. */
const ANSWER_MS = 10_000;
const LONGEST_PAUSE_MS = 2000;
/** Whoever asks after a table of millions of rows gets it as it comes; what is shorter can be sent twice. */
const REPEATABLE = /^application\/json\b/;

export function startErrands(options: ErrandsOptions): Errands {
  const { target, own, log, fetcher = fetch, askMs = ASK_MS, askTarget = askDirectly } = options;
  const closing = new AbortController();
  const authorization = `Bearer ${target.token}`;
  const underWay = new Set<string>();

  const ask = async (): Promise<Errand[]> => {
    const response = await askTarget(target, (base) =>
      fetcher(`${base}/errands`, {
        method: "POST",
        headers: { authorization, "content-type": "application/json" },
        body: JSON.stringify({ underWay: [...underWay] }),
        redirect: "manual",
        signal: AbortSignal.any([closing.signal, AbortSignal.timeout(askMs)]),
      }),
    );
    const text = await response.text();
    if (!response.ok) {
      throw new AppError("upstream_failed", `it answered ${response.status}${messageOf(text)}`);
    }
    return ErrandList.parse(JSON.parse(text)).errands;
  };

  const run = async ({ id, method, path, body }: Errand): Promise<void> => {
    try {
      const answer = await fetcher(own.url + path, {
        method,
        headers: {
          authorization: `Bearer ${own.token}`,
          ...(body === undefined ? {} : { "content-type": "application/json" }),
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
        redirect: "error",
        signal: closing.signal,
      });
      await bring(id, answer);
    } catch (thrown) {
      // It is given again while somebody waits for it.
      if (!closing.signal.aborted) log.warn({ path, why: reasonOf(thrown) }, "An errand failed");
    } finally {
      underWay.delete(id);
    }
  };

  const bring = async (id: string, answer: Response): Promise<void> => {
    const repeatable = REPEATABLE.test(answer.headers.get("content-type") ?? "");
    if (!repeatable) return sendAnswer(id, answer.status, answer.body, closing.signal);
    const text = await answer.text();
    const enough = AbortSignal.any([closing.signal, AbortSignal.timeout(ANSWER_MS)]);
    for (let tries = 0; ; tries += 1) {
      try {
        return await sendAnswer(id, answer.status, text, enough);
      } catch (thrown) {
        if (enough.aborted) throw thrown;
        await pause(tries);
      }
    }
  };

  /** Throws when it is worth another try. */
  const sendAnswer = async (
    id: string,
    status: number,
    body: NonNullable<RequestInit["body"]> | null,
    signal: AbortSignal,
  ): Promise<void> => {
    const response = await askTarget(target, (base) =>
      fetcher(`${base}/errands/${id}?status=${status}`, {
        method: "POST",
        headers: { authorization, "content-type": "application/octet-stream" },
        ...(body === null ? {} : { body, duplex: "half" as const }),
        redirect: "manual",
        signal,
      }),
    );
    const text = await response.text();
    if (response.status >= 500) {
      throw new AppError("unavailable", `it answered ${response.status}${messageOf(text)}`);
    }
  };

  const pause = async (tries: number): Promise<void> => {
    const ms = Math.min(LONGEST_PAUSE_MS, 100 * 2 ** tries);
    await sleep(ms, undefined, { signal: closing.signal }).catch(() => undefined);
  };

  const keepAsking = async (): Promise<void> => {
    let failures = 0;
    while (!closing.signal.aborted) {
      try {
        for (const errand of await ask()) {
          if (underWay.has(errand.id)) continue;
          underWay.add(errand.id);
          void run(errand);
        }
        failures = 0;
      } catch (thrown) {
        if (closing.signal.aborted) return;
        if (failures === 0) log.warn({ why: reasonOf(thrown) }, "Could not ask for work");
        await pause(failures);
        failures += 1;
      }
    }
  };

  void keepAsking().catch((thrown: unknown) => {
    log.error({ err: coerceError(thrown) }, "Asking for work has ended");
  });
  return { close: () => closing.abort() };
}
