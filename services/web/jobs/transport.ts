import type { Errand } from "../../contract/errand.ts";
import type { HttpSend } from "../../gate/http-client.ts";

/** A call of a digester's API. */
export interface Call {
  readonly method: Errand["method"];
  readonly path: string;
  /** A JSON value. */
  readonly body?: unknown;
  readonly timeoutMs: number;
  readonly signal?: AbortSignal | undefined;
  /** The body of the answer may be long, and is taken as it comes. */
  readonly isStreamed?: true;
}

/** Read either as text or, where the call said so, as the bytes of its body. */
export interface Answer {
  readonly status: number;
  text(): Promise<string>;
  readonly body: AsyncIterable<Uint8Array> | null;
}

/** Brings a call to a digester and its answer back. Rejects when there is no answer; the error says why. */
export type Transport = (call: Call) => Promise<Answer>;

/** To a digester, or whoever speaks for it, that listens at `url`. */
export function httpTransport(
  httpSend: HttpSend,
  { url, token }: { url: string; token: string },
): Transport {
  const base = url.replace(/\/+$/, "");
  const authorization = `Bearer ${token}`;
  return async ({ method, path, body, timeoutMs, signal, isStreamed }) => {
    if (isStreamed === true) {
      return fetch(base + path, {
        method,
        headers: { authorization },
        // A redirect would carry the token to wherever it leads.
        redirect: "error",
        signal: AbortSignal.timeout(timeoutMs),
      });
    }
    const { status, text } = await httpSend({
      method,
      url: base + path,
      headers: { authorization, accept: "application/json" },
      body: body === undefined ? undefined : JSON.stringify(body),
      timeoutMs,
      signal,
    });
    return { status, text: async () => text, body: null };
  };
}
