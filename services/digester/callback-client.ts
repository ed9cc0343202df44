import { createHttpSend, type HttpSend } from "../gate/http-client.ts";
import { judge, reasonOf, type Deliver } from "./delivery.ts";
import { createBatches, type Send } from "./callback-batches.ts";
import { askDirectly, type AskTarget } from "./web-addresses.ts";

/** How long one try may take. A web service that is stopped accepts the connection and never answers. */
const TIMEOUT_MS = 8000;

/** `PATCH {target}/job/{job}`, or, for what comes while others are under way, `POST {target}/batch` where there is one. */
export function createDeliver(
  httpSend: HttpSend = createHttpSend(),
  timeoutMs = TIMEOUT_MS,
  ask: AskTarget = askDirectly,
): Deliver {
  const send: Send = (target, method, path, body) =>
    ask(target, (base) =>
      httpSend({
        method,
        url: base + path,
        headers: { authorization: `Bearer ${target.token}` },
        body,
        timeoutMs,
      }),
    );
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
