import { randomBytes } from "node:crypto";
import { z } from "zod";
import { About, JobEvents, LatestEventsQuery, SubmitAnswer } from "../../contract/api.ts";
import { StreamMessage, type Event } from "../../contract/event.ts";
import { Diagnostics, ServiceConfiguration } from "../../contract/service.ts";
import { Statistics, StatisticsQuery } from "../../contract/statistics.ts";
import { AppError } from "../../contract/errors.ts";
import { route, streamRoute, type Route } from "../http/route.ts";
import { toJob } from "../jobs/job-record.ts";
import { cropNamed, submitOnce } from "../jobs/job-service.ts";
import { layOutSample, listSamples } from "../samples.ts";
import type { Store } from "../store/store.ts";
import type { ApiDeps } from "./api-deps.ts";

export function aboutRoutes({
  about,
  configuration,
  recentLog,
  statistics,
  store,
  now,
}: ApiDeps): Route[] {
  return [
    route({
      method: "get",
      path: "/about",
      summary: "What this service is",
      answer: About,
      handle: async () => ({ body: about }),
    }),
    route({
      method: "get",
      path: "/configuration",
      summary: "What the one who runs this service has decided",
      answer: ServiceConfiguration,
      handle: async () => ({ body: configuration }),
    }),
    route({
      method: "get",
      path: "/diagnostics",
      summary: "What somebody who helps needs to know of this service",
      answer: Diagnostics,
      async handle() {
        const { version, startedAt } = about;
        return {
          body: {
            version,
            startedAt,
            madeAt: new Date(now()).toISOString(),
            process: {
              node: process.version,
              platform: `${process.platform} ${process.arch}`,
              pid: process.pid,
              memory: process.memoryUsage.rss(),
            },
            configuration,
            counts: await store.counts(),
            log: [...recentLog()],
          },
        };
      },
    }),
    route({
      method: "get",
      path: "/statistics",
      summary: "Loads submitted and ended, and how long they waited, over time",
      query: StatisticsQuery,
      answer: Statistics,
      handle: async ({ query }) => ({ body: statistics.read(query.span, now()) }),
    }),
  ];
}

export function eventRoutes({ store, stream }: ApiDeps): Route[] {
  return [
    route({
      method: "get",
      path: "/events/latest",
      summary: "The newest events that are at hand, oldest first",
      query: LatestEventsQuery,
      answer: JobEvents,
      handle: async ({ query }) => ({ body: { events: await latestEvents(store, query.limit) } }),
    }),
    streamRoute({
      method: "get",
      path: "/events",
      summary: "Everything that happens, as server-sent events; replays from Last-Event-ID",
      query: z.object({ lastEventId: z.coerce.number().int().nonnegative().optional() }),
      answer: StreamMessage,
      mediaType: "text/event-stream",
      async handle({ query, request, response }) {
        // A stream without a body would never end.
        if (request.method === "HEAD") return void response.type("text/event-stream").end();
        const header = request.headers["last-event-id"];
        const id = typeof header === "string" && /^\d{1,15}$/.test(header) ? Number(header) : null;
        await stream.open(response, id ?? query.lastEventId ?? null);
      },
    }),
  ];
}

/** At a start of the service only some are at hand: then fewer are asked for, until there is no gap. */
async function latestEvents(store: Store, limit: number): Promise<Event[]> {
  const last = await store.lastSeq();
  for (let count = limit; count >= 1; count = Math.floor(count / 2)) {
    const events = await store.eventsAfter(Math.max(0, last - count), count);
    if (events !== null) return events;
  }
  return [];
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
