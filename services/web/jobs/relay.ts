import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import express, { type Router } from "express";
import { Errand } from "../../contract/errand.ts";
import { AppError, coerceError, parseOrThrow } from "../../contract/errors.ts";
import type { HttpSend } from "../../gate/http-client.ts";
import { bearerOf, isSameSecret } from "../../gate/http.ts";
import { parseJsonBody } from "../../gate/json-body.ts";
import type { Mailboxes } from "./mailboxes.ts";
import { httpTransport, type Transport } from "./transport.ts";

/*
 * Several services on one record, and a digester that asks one of them for its work: what the others have for it, they send to
 * that one, which leaves it in the mailbox.
 */

const root = "/api/relay";
/** The caller has a limit of its own, and goes away at it. */
const longestMs = 900_000;

export interface RelayOptions {
  /** The digester. */
  readonly id: string;
  readonly mailboxes: Pick<Mailboxes, "transportTo" | "isAsking">;
  /** The URL of the service that the digester asks, by the record; null: not known. */
  readonly askedAt: () => string | null;
  readonly ownUrl: string;
  readonly httpSend: HttpSend;
  /** The token that all services on the record have. */
  readonly token: string;
}

/** To the mailbox here, or to that of the service which the digester asks. */
export function relayedTransport(options: RelayOptions): Transport {
  const { id, mailboxes, askedAt, ownUrl, httpSend, token } = options;
  return (call) => {
    const service = askedAt();
    if (service === null || service === ownUrl || mailboxes.isAsking(id)) {
      return mailboxes.transportTo(id)(call);
    }
    const url = `${service}${root}/${encodeURIComponent(id)}`;
    return httpTransport(httpSend, { url, token })(call);
  };
}

/** Takes calls of other services on the record for digesters that ask here. To be mounted at the root. */
export function relayRouter(
  { mailboxes, token }: Pick<RelayOptions, "token" | "mailboxes">,
  limitBytes: number,
): Router {
  const router = express.Router();
  const body = express.raw({ type: () => true, limit: limitBytes });
  router.use(root, (request, _response, next) => {
    const given = bearerOf(request);
    const isOurs = given !== null && isSameSecret(given, token);
    next(isOurs ? undefined : new AppError("unauthenticated", "Only for services on one record."));
  });
  router.all(`${root}/:id/*path`, body, async (request, response) => {
    const { id } = request.params;
    const bytes: unknown = request.body;
    const call = parseOrThrow(
      Errand.omit({ id: true }),
      {
        method: request.method,
        path: request.originalUrl.slice(`${root}/${encodeURIComponent(id)}`.length),
        ...(Buffer.isBuffer(bytes) && bytes.length > 0 ? { body: parseJsonBody(bytes) } : {}),
      },
      "bad_request",
    );
    const gone = new AbortController();
    response.once("close", () => gone.abort());
    const answer = await mailboxes
      .transportTo(id)({ ...call, signal: gone.signal, timeoutMs: longestMs })
      .catch((thrown: unknown) => {
        throw new AppError("upstream_failed", coerceError(thrown).message, { cause: thrown });
      });
    response.status(answer.status).type("application/json");
    if (answer.body === null) return void response.end();
    await pipeline(Readable.from(answer.body), response);
  });
  return router;
}
