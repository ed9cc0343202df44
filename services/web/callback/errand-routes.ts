import { text } from "node:stream/consumers";
import { finished } from "node:stream/promises";
import type { Request } from "express";
import { z } from "zod";
import { ErrandAnswerQuery, ErrandList, ErrandRequest } from "../../contract/errand.ts";
import { AppError } from "../../contract/errors.ts";
import { route, streamRoute, type Route } from "../http/route.ts";
import type { DigesterDirectory } from "../jobs/digester-directory.ts";
import type { Mailboxes } from "../jobs/mailboxes.ts";

export interface ErrandRoutesDeps {
  readonly mailboxes: Pick<Mailboxes, "ask" | "answer">;
  readonly directory: Pick<DigesterDirectory, "askedHere">;
  /** Which digester asks; throws AppError `forbidden` unless it is one. */
  readonly digesterOf: (request: Request) => string;
}

/** How long a digester waits for errands: as long as another waits for news of its status. */
const askMs = 5000;

/** What digesters that cannot be reached ask for, and what they answer. Below `/api/callback`. */
export function errandRoutes({ mailboxes, directory, digesterOf }: ErrandRoutesDeps): Route[] {
  return [
    route({
      method: "post",
      path: "/errands",
      summary: "Waits for calls of the digester's own API, for one that cannot be reached",
      body: ErrandRequest,
      answer: ErrandList,
      async handle({ body, request }) {
        const digester = digesterOf(request);
        await directory.askedHere(digester);
        const gone = new AbortController();
        request.res?.once("close", () => gone.abort());
        const errands = await mailboxes.ask(digester, body.underWay, askMs, gone.signal);
        return { body: { errands } };
      },
    }),
    streamRoute({
      method: "post",
      path: "/errands/:id",
      summary: "Answers such a call, with the body that the digester's own API would have answered",
      params: z.object({ id: z.string() }),
      query: ErrandAnswerQuery,
      answer: z.unknown(),
      mediaType: "application/octet-stream",
      async handle({ params, query: { status }, request, response }) {
        const digester = digesterOf(request);
        const answer = { status, text: () => text(request), body: request };
        if (!mailboxes.answer(digester, params.id, answer)) {
          throw new AppError("not_found", "Nobody waits for this answer any more.");
        }
        // Whoever waited for it may have had enough of it.
        await finished(request).catch(() => undefined);
        response.status(204).end();
      },
    }),
  ];
}
