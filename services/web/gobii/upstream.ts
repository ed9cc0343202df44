import { randomUUID } from "node:crypto";
import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from "node:http";
import { createProxyServer } from "httpxy";
import { AppError, coerceError } from "../../contract/errors.ts";

/** The GOBii server of a site that already has one, behind this face. */
export interface Upstream {
  /**
   * Signs in there as its clients do.
   *
   * @returns its token, or the answer with which it refused.
   * @throws AppError `upstream_failed` when it does not answer.
   */
  signIn(user: string, password: string): Promise<{ readonly token: string } | Refusal>;
  /**
   * Lets it answer a request that nothing has been read of. `request.url` is the path below the context root.
   *
   * @throws AppError `bad_request` for a path that could leave its context root, `upstream_failed` when it does not answer.
   */
  forward(request: IncomingMessage, response: ServerResponse): Promise<void>;
  /**
   * Refuses what this service itself has sent: the other server's address leads back here, and so would never answer.
   *
   * @throws AppError `upstream_failed`.
   */
  refuseOwn(headers: IncomingHttpHeaders): void;
}

export interface Refusal {
  readonly status: number;
  readonly contentType: string | null;
  readonly text: string;
}

const signInTimeoutMs = 15_000;
/** Some of GOBii's lists take it minutes. */
const answerTimeoutMs = 300_000;
/** Nobody's refusal is longer. */
const longestRefusal = 10_000;

/** @param url origin and context root of the server. */
export function upstreamAt(url: string): Upstream {
  const base = url.replace(/\/+$/, "");
  const proxy = createProxyServer({
    target: base,
    changeOrigin: true,
    xfwd: true,
    // GOBii's clients look for `X-Auth-Token` in exactly this case.
    preserveHeaderKeyCase: true,
    proxyTimeout: answerTimeoutMs,
  });
  proxy.on("proxyRes", ({ headers }, _request, response) => {
    withoutHopByHop(headers);
    headers.connection = response.shouldKeepAlive ? "keep-alive" : "close";
  });
  /** By what is sent from here is known again: RFC 9110, 7.6.3. */
  const via = `1.1 digester-${randomUUID()}`;

  return {
    async signIn(user, password) {
      try {
        const answer = await fetch(`${base}/gobii/v1/auth`, {
          method: "POST",
          headers: {
            "Content-Type": "application/json",
            Accept: "application/json",
            "X-Username": user,
            "X-Password": password,
            Via: via,
          },
          body: "empty",
          redirect: "manual",
          signal: AbortSignal.timeout(signInTimeoutMs),
        });
        const text = (await answer.text()).slice(0, longestRefusal);
        const token = answer.headers.get("x-auth-token");
        if (answer.ok && token !== null && token !== "") return { token };
        const status = answer.ok ? 401 : answer.status;
        return { status, contentType: answer.headers.get("content-type"), text };
      } catch (thrown) {
        throw notAnswering(thrown);
      }
    },

    async forward(request, response) {
      if (leavesRoot(request.url ?? "/")) {
        throw new AppError("bad_request", "The path is not one that can be forwarded.");
      }
      withoutOwnCookies(request);
      const { headers } = request;
      withoutHopByHop(headers);
      // Answered already, before the body came.
      delete headers.expect;
      headers.via = headers.via === undefined ? via : `${headers.via}, ${via}`;
      try {
        await proxy.web(request, response);
      } catch (thrown) {
        throw notAnswering(thrown);
      }
    },

    refuseOwn({ via: came }) {
      if (came?.includes(via) !== true) return;
      const text = `The GOBii server behind this service, ${base}, leads back to this service`;
      throw new AppError("upstream_failed", text);
    },
  };
}

/** What is said of one connection, and not of what goes over it: RFC 9110, 7.6.1. */
const hopByHop = [
  "connection",
  "keep-alive",
  "proxy-authenticate",
  "proxy-authorization",
  "proxy-connection",
  "te",
  "trailer",
  "upgrade",
];

/** Theirs would, among other things, tell our clients how long our idle connections live. */
function withoutHopByHop(headers: IncomingHttpHeaders): void {
  const named = (headers.connection ?? "").toLowerCase().split(/\s*,\s*/);
  for (const name of [...hopByHop, ...named]) delete headers[name];
}

/** Servers disagree on what `..`, `%2e` and `..;` mean: none of them is passed on. */
function leavesRoot(url: string): boolean {
  const [path = ""] = url.split("?");
  return path.split(/[/\\]|%2f|%5c/i).some((segment) => {
    const [name = ""] = segment.replace(/%2e/gi, ".").split(/;|%3b/i);
    return name === "." || name === "..";
  });
}

/** The cookie of our own console is none of the other server's business. */
function withoutOwnCookies(request: IncomingMessage): void {
  const { cookie } = request.headers;
  if (cookie === undefined) return;
  const others = cookie.split(/;\s*/).filter((part) => !part.startsWith("digester_"));
  if (others.length === 0) delete request.headers.cookie;
  else request.headers.cookie = others.join("; ");
}

function notAnswering(thrown: unknown): AppError {
  const error = coerceError(thrown);
  const why = error.cause instanceof Error ? error.cause.message : error.message;
  return new AppError("upstream_failed", `The GOBii server behind this service failed: ${why}`, {
    cause: error,
  });
}
