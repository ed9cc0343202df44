import { judge, reasonOf, type Deliver } from "./delivery.ts";
import { createBatches, type Send } from "./callback-batches.ts";

/** How long one try may take. A web service that is stopped accepts the connection and never answers. */
const TIMEOUT_MS = 8000;

/** `PATCH {target}/job/{job}`, or, for what comes while others are under way, `POST {target}/batch` where there is one. */
export function createDeliver(fetcher: typeof fetch = fetch, timeoutMs = TIMEOUT_MS): Deliver {
  const send: Send = async ({ url, token }, method, path, body) => {
    const response = await fetcher(url.replace(/\/+$/, "") + path, {
      method,
      headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
      body,
      // A redirect would carry the token to wherever it points.
      redirect: "manual",
      signal: AbortSignal.timeout(timeoutMs),
    });
    return { status: response.status, text: await response.text() };
  };
  const single: Deliver = async (target, job, patch) => {
    try {
      const { status, text } = await send(target, "PATCH", `/job/${job}`, JSON.stringify(patch));
      return judge(status, text);
    } catch (thrown) {
      return { kind: "unreachable", why: reasonOf(thrown) };
    }
  };
  const gathered = createBatches(send, single);
  return (target, job, patch) =>
    target.batch === true ? gathered(target, job, patch) : single(target, job, patch);
}
