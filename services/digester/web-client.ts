import type { Logger } from "pino";
import { UnsettledJobs, type UnsettledJob } from "../contract/callback.ts";
import { AttachAnswer, type AttachRequest, type CallbackTarget } from "../contract/digester.ts";
import { AppError, coerceError, parseOrThrow } from "../contract/errors.ts";
import { messageOf, reasonOf } from "./delivery.ts";
import type { WebAddresses } from "./web-addresses.ts";

/** What the digester asks of the web service that it registers with. */
export interface WebClient {
  /**
   * Attaches to the first web service that takes it, beginning with the one in use.
   *
   * @throws AppError `unavailable` when trying again may help, else `upstream_failed`.
   */
  readonly attach: (request: AttachRequest) => Promise<AttachAnswer>;
  /** Tells that the digester of this id has ended. Throws as `attach`. */
  readonly detach: (id: string, why: string) => Promise<void>;
  /** All jobs that are not settled, a page at a time. Throws as `attach`. */
  readonly unsettled: (
    callback: CallbackTarget,
    onPage: (jobs: UnsettledJob[]) => boolean,
  ) => Promise<void>;
}

interface Answer {
  readonly status: number;
  readonly text: string;
}

const TIMEOUT_MS = 10_000;

/** @param webToken that of the own API of the record's web services. */
export function createWebClient(
  addresses: Pick<WebAddresses, "inTurn" | "attached" | "ask">,
  webToken: string,
  log: Logger,
  fetcher: typeof fetch = fetch,
): WebClient {
  const fetched = async (
    method: "GET" | "POST" | "DELETE",
    url: string,
    token: string,
    body?: unknown,
  ): Promise<Answer> => {
    const response = await fetcher(url, {
      method,
      headers: {
        authorization: `Bearer ${token}`,
        ...(body === undefined ? {} : { "content-type": "application/json" }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      redirect: "manual",
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    return { status: response.status, text: await response.text() };
  };

  const attachAt = async (base: string, request: AttachRequest): Promise<AttachAnswer> => {
    const url = digestersAt(base);
    const text = await answerOf(base, fetched("POST", url, webToken, request));
    const what = "The web service's answer";
    const answer = parseOrThrow(AttachAnswer, parseBody(text, url), "upstream_failed", what);
    try {
      return { ...answer, callback: addresses.attached(base, answer.callback) };
    } catch (thrown) {
      const words = "It belongs to another record.";
      await detachAt(base, answer.id, words).catch(() => undefined);
      throw thrown;
    }
  };

  const detachAt = async (base: string, id: string, why: string): Promise<void> => {
    const query = new URLSearchParams({ why }).toString();
    const url = `${digestersAt(base)}/${encodeURIComponent(id)}?${query}`;
    await answerOf(base, fetched("DELETE", url, webToken));
  };

  /** Asks one after the other, until one does it. What one refuses is told rather than that others are away. */
  const firstOf = async <T>(work: (base: string) => Promise<T>): Promise<T> => {
    let problem: unknown;
    const bases = addresses.inTurn();
    for (const base of bases) {
      try {
        return await work(base);
      } catch (thrown) {
        const error = coerceError(thrown);
        const isRefusal = !(error instanceof AppError && error.code === "unavailable");
        if (isRefusal && bases.length > 1) {
          log.error({ url: base, why: error.message }, "One of the web services refuses");
        }
        if (isRefusal || problem === undefined) problem = error;
      }
    }
    throw problem;
  };

  return {
    attach: (request) => firstOf((base) => attachAt(base, request)),
    detach: (id, why) => firstOf((base) => detachAt(base, id, why)),
    unsettled: async (callback, onPage) => {
      let cursor: string | null = null;
      do {
        const query: string = cursor === null ? "" : `&cursor=${encodeURIComponent(cursor)}`;
        const path = `/job?settled=false${query}`;
        const asked = addresses.ask(callback, (base) =>
          fetched("GET", base + path, callback.token),
        );
        const page = parseOrThrow(
          UnsettledJobs,
          parseBody(await answerOf(callback.url, asked), path),
          "upstream_failed",
          "The list of unsettled jobs",
        );
        if (!onPage(page.jobs)) return;
        cursor = page.nextCursor;
      } while (cursor !== null);
    },
  };
}

function parseBody(text: string, url: string): unknown {
  try {
    return JSON.parse(text);
  } catch (thrown) {
    throw new AppError("upstream_failed", `${url} did not answer with JSON.`, {
      cause: coerceError(thrown),
    });
  }
}

/**
 * The body of an answer that is none of a refusal.
 *
 * @param base who is asked, for people.
 */
async function answerOf(base: string, asked: Promise<Answer>): Promise<string> {
  const { status, text } = await asked.catch((thrown: unknown) => {
    throw new AppError("unavailable", `${base} does not answer: ${reasonOf(thrown)}.`, {
      cause: thrown,
    });
  });
  if (status >= 200 && status < 300) return text;
  const passes = status === 408 || status === 429 || status >= 500;
  const why = `${base} answered ${status}${messageOf(text)}`;
  throw new AppError(passes ? "unavailable" : "upstream_failed", why);
}

const digestersAt = (base: string): string => `${base}/api/v1/digesters`;
