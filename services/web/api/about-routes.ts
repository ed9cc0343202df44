import { randomBytes } from "node:crypto";
import { z } from "zod";
import { About, SubmitAnswer } from "../../contract/api.ts";
import { StreamMessage } from "../../contract/event.ts";
import { AppError } from "../../contract/errors.ts";
import { route, streamRoute, type Route } from "../http/route.ts";
import { toJob } from "../jobs/job-record.ts";
import { cropNamed, submitOnce } from "../jobs/job-service.ts";
import { layOutSample, listSamples } from "../samples.ts";
import type { ApiDeps } from "./api-deps.ts";

export function aboutRoutes({ about }: ApiDeps): Route[] {
  return [
    route({
      method: "get",
      path: "/about",
      summary: "What this service is",
      answer: About,
      handle: async () => ({ body: about }),
    }),
  ];
}

export function eventRoutes({ stream }: ApiDeps): Route[] {
  return [
    streamRoute({
      method: "get",
      path: "/events",
      summary: "Everything that happens, as server-sent events; replays from Last-Event-ID",
      query: z.object({ lastEventId: z.coerce.number().int().nonnegative().optional() }),
      answer: StreamMessage,
      mediaType: "text/event-stream",
      async handle({ query, request, response }) {
        const header = request.headers["last-event-id"];
        const id = typeof header === "string" && /^\d{1,15}$/.test(header) ? Number(header) : null;
        await stream.open(response, id ?? query.lastEventId ?? null);
      },
    }),
  ];
}

const Sample = z.object({
  name: z.string(),
  title: z.string(),
  description: z.string(),
  tables: z.array(z.string()),
});

/** Data that ships with the product, to try it out. */
export function sampleRoutes({ store, crops, samplesDir, now }: ApiDeps): Route[] {
  return [
    route({
      method: "get",
      path: "/samples",
      summary: "Lists the samples that ship with the product",
      answer: z.object({ samples: z.array(Sample) }),
      async handle() {
        const samples = samplesDir === null ? [] : await listSamples(samplesDir);
        return {
          body: { samples: samples.map((sample) => ({ ...sample, tables: [...sample.tables] })) },
        };
      },
    }),
    route({
      method: "post",
      path: "/samples/:name",
      summary: "Copies a sample into the data directory and submits its instruction",
      params: z.object({ name: z.string() }),
      body: z.object({
        hold: z.boolean().optional(),
        submittedBy: z.string().max(200).optional(),
      }),
      answer: SubmitAnswer,
      statuses: [201],
      async handle({ params, body }) {
        if (samplesDir === null)
          throw new AppError("not_found", "No samples ship with this service.");
        const crop = cropNamed(crops, undefined);
        const key = `${params.name}_${randomBytes(4).toString("hex")}`;
        const instruction = await layOutSample(samplesDir, params.name, crop, key);
        const job = await submitOnce(
          store,
          crop,
          { key, instruction, held: body.hold ?? false, submittedBy: body.submittedBy ?? null },
          now(),
        );
        return { body: { key: job.key, job: toJob(job) } };
      },
    }),
  ];
}
