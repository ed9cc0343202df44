import { createHttpSend, type HttpSend } from "../gate/http-client.ts";
import { judge, reasonOf, type Deliver } from "./delivery.ts";
import { createBatches, type Send } from "./callback-batches.ts";

/** How long one try may take. A web service that is stopped accepts the connection and never answers. */
const TIMEOUT_MS = 8000;

/** `PATCH {target}/job/{job}`, or, for what comes while others are under way, `POST {target}/batch` where there is one. */
export function createDeliver(
  httpSend: HttpSend = createHttpSend(),
  timeoutMs = TIMEOUT_MS,
): Deliver {
  const send: Send = ({ url, token }, method, path, body) =>
    httpSend({
      method,
      url: url.replace(/\/+$/, "") + path,
      headers: { authorization: `Bearer ${token}` },
      body,
      timeoutMs,
    });
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
