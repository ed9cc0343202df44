import { UnsettledJobs, type UnsettledJob } from "../contract/callback.ts";
import { AttachAnswer, type AttachRequest, type CallbackTarget } from "../contract/digester.ts";
import { AppError, coerceError, parseOrThrow } from "../contract/errors.ts";
import { messageOf, reasonOf } from "./delivery.ts";

/** What the digester asks of the web service that it registers with. */
export interface WebClient {
  /** @throws AppError `unavailable` when trying again may help, else `upstream_failed`. */
  readonly attach: (request: AttachRequest) => Promise<AttachAnswer>;
  /** Tells that the digester of this id has ended. Throws as `attach`. */
  readonly detach: (id: string, why: string) => Promise<void>;
  /** All jobs that are not settled, a page at a time. Throws as `attach`. */
  readonly unsettled: (
    callback: CallbackTarget,
    onPage: (jobs: UnsettledJob[]) => boolean,
  ) => Promise<void>;
}

const TIMEOUT_MS = 10_000;

/** @param web where the web service is, and the token of its own API. */
export function createWebClient(
  web: { url: string; token: string },
  fetcher: typeof fetch = fetch,
): WebClient {
  const base = web.url.replace(/\/+$/, "");

  const send = async (
    method: "GET" | "POST" | "DELETE",
    url: string,
    token: string,
    body?: unknown,
  ): Promise<string> => {
    let response: Response;
    let text: string;
    try {
      response = await fetcher(url, {
        method,
        headers: {
          authorization: `Bearer ${token}`,
          ...(body === undefined ? {} : { "content-type": "application/json" }),
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
        redirect: "manual",
        signal: AbortSignal.timeout(TIMEOUT_MS),
      });
      text = await response.text();
    } catch (thrown) {
      throw new AppError("unavailable", `${base} does not answer: ${reasonOf(thrown)}.`, {
        cause: thrown,
      });
    }
    if (response.ok) return text;
    const why = `${base} answered ${response.status}${messageOf(text)}`;
    const passes = response.status === 408 || response.status === 429 || response.status >= 500;
    throw new AppError(passes ? "unavailable" : "upstream_failed", why);
  };

  const digesters = `${base}/api/v1/digesters`;

  return {
    attach: async (request) => {
      const answer = parseBody(await send("POST", digesters, web.token, request), digesters);
      return parseOrThrow(AttachAnswer, answer, "upstream_failed", "The web service's answer");
    },
    detach: async (id, why) => {
      const query = new URLSearchParams({ why }).toString();
      await send("DELETE", `${digesters}/${encodeURIComponent(id)}?${query}`, web.token);
    },
    unsettled: async (callback, onPage) => {
      let cursor: string | null = null;
      do {
        const query: string = cursor === null ? "" : `&cursor=${encodeURIComponent(cursor)}`;
        const url = `${callback.url.replace(/\/+$/, "")}/job?settled=false${query}`;
        const page = parseOrThrow(
          UnsettledJobs,
          parseBody(await send("GET", url, callback.token), url),
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
