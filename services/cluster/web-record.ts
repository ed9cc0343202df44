import { ClusterOrders, type ClusterReport } from "../contract/cluster.ts";
import { AppError, coerceError, ErrorBody, parseOrThrow } from "../contract/errors.ts";

/**
 * The web service, as the keeper of a cluster needs it. Every call throws AppError `unavailable` when it does not answer; of
 * several the next call asks the next.
 */
export interface WebRecord {
  report(report: ClusterReport): Promise<ClusterOrders>;
  drain(digester: string): Promise<void>;
  /** Takes away what is left of a pilot that went without a word. */
  lost(digester: string, why: string): Promise<void>;
}

const timeoutMs = 10_000;

/** The record of a web service behind its own API. @param cluster the name under which it is reported. */
export function webRecord(
  web: { readonly urls: readonly string[]; readonly token: string },
  cluster: string,
): WebRecord {
  let turn = 0;

  const ask = async (method: string, path: string, body?: unknown): Promise<unknown> => {
    const url = web.urls[turn % web.urls.length] ?? "";
    try {
      return await askAt(url, method, path, body);
    } catch (thrown) {
      if (thrown instanceof AppError && thrown.code === "unavailable") turn += 1;
      throw thrown;
    }
  };

  const askAt = async (
    url: string,
    method: string,
    path: string,
    body: unknown,
  ): Promise<unknown> => {
    try {
      const response = await fetch(`${url.replace(/\/+$/, "")}/api/v1${path}`, {
        method,
        headers: {
          authorization: `Bearer ${web.token}`,
          ...(body === undefined ? {} : { "content-type": "application/json" }),
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
        redirect: "error",
        signal: AbortSignal.timeout(timeoutMs),
      });
      const answer: unknown = await response.json().catch(() => null);
      if (response.ok) return answer;
      const said = ErrorBody.safeParse(answer).data?.error;
      throw new AppError(
        response.status >= 500 ? "unavailable" : (said?.code ?? "upstream_failed"),
        `${url} answered ${response.status}${said === undefined ? "" : `: ${said.message}`}`,
      );
    } catch (thrown) {
      if (thrown instanceof AppError) throw thrown;
      const error = coerceError(thrown);
      const why = error.cause === undefined ? error.message : coerceError(error.cause).message;
      throw new AppError("unavailable", `${url} does not answer: ${why}`, { cause: thrown });
    }
  };

  return {
    async report(report) {
      const answer = await ask("PUT", `/clusters/${encodeURIComponent(cluster)}`, report);
      return parseOrThrow(ClusterOrders, answer, "upstream_failed", "The web service's answer");
    },
    async drain(digester) {
      await ask("POST", `/digesters/${encodeURIComponent(digester)}/drain`, { draining: true });
    },
    async lost(digester, why) {
      const query = new URLSearchParams({ lost: "true", why }).toString();
      await ask("DELETE", `/digesters/${encodeURIComponent(digester)}?${query}`);
    },
  };
}
