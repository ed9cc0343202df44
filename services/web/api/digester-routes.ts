import { z } from "zod";
import { DigesterList, JobEvents } from "../../contract/api.ts";
import {
  AttachAnswer,
  AttachedDigester,
  AttachRequest,
  type DigesterStatus,
  DrainRequest,
  PauseRequest,
  RegulatorState,
} from "../../contract/digester.ts";
import { isAskingUrl } from "../../contract/errand.ts";
import { AppError } from "../../contract/errors.ts";
import {
  RegulatorChoice,
  RegulatorInfo,
  RegulatorPreview,
  RegulatorSwap,
} from "../../contract/regulator.ts";
import { emptyRoute, route, type Route } from "../http/route.ts";
import type { ApiDeps } from "./api-deps.ts";

/** Events of a digester that are told; earlier ones are long over. */
const longestHistory = 500;

const DigesterName = z.object({ id: z.string() });
/** `lost`: it went without a word, as somebody found who watches its node. */
const DetachQuery = z.object({
  why: z.string().max(2000).optional(),
  lost: z.stringbool().default(false),
});
const RegulatorList = z.object({ regulators: z.array(RegulatorInfo) });

/** What it has just agreed to, which its next status will say: the one that is known is older. */
function withStatus(digester: AttachedDigester, agreed: Partial<DigesterStatus>): AttachedDigester {
  if (digester.status === null) return digester;
  return { ...digester, status: { ...digester.status, ...agreed } };
}

export function digesterRoutes(deps: ApiDeps): Route[] {
  const { directory } = deps;
  return [
    route({
      method: "get",
      path: "/digesters",
      summary: "Lists the attached digesters and what they do",
      answer: DigesterList,
      handle: async () => ({ body: { digesters: directory.list() } }),
    }),
    route({
      method: "post",
      path: "/digesters",
      summary: "Attaches a digester, or tells where one that is attached listens now",
      body: AttachRequest,
      answer: AttachAnswer,
      statuses: [201, 200],
      async handle({ body, request }) {
        requireReachable(body);
        // A digester that attaches itself reaches us under the name that it just used.
        const reachedAt = body.id === undefined ? null : request.headers.host;
        const { isNew, answer } = await directory.attach(body, deps.callbackUrlFor(reachedAt));
        return { status: isNew ? 201 : 200, body: answer };
      },
    }),
    emptyRoute({
      method: "delete",
      path: "/digesters/:id",
      summary: "Detaches a digester: its waiting jobs go elsewhere, what runs there may end",
      params: DigesterName,
      query: DetachQuery,
      async handle({ params, query: { why, lost } }) {
        if (lost) await directory.lose(params.id, why);
        await directory.detach(params.id, why);
      },
    }),
    route({
      method: "post",
      path: "/digesters/:id/drain",
      summary: "Lets a digester take no new work, or take work again",
      params: DigesterName,
      body: DrainRequest,
      answer: AttachedDigester,
      async handle({ params, body }) {
        await directory.client(params.id).drain(body.draining);
        await directory.record("digester_draining", params.id, {
          message: body.draining ? "Draining." : "Takes work again.",
        });
        return { body: withStatus(directory.get(params.id), body) };
      },
    }),
    route({
      method: "post",
      path: "/digesters/:id/pause",
      summary: "Lets a digester keep its line and start nothing of it, or go on",
      params: DigesterName,
      body: PauseRequest,
      answer: AttachedDigester,
      async handle({ params, body }) {
        await directory.client(params.id).pause(body.paused);
        await directory.record("digester_paused", params.id, {
          message: body.paused ? "Paused." : "Resumed.",
        });
        return { body: withStatus(directory.get(params.id), body) };
      },
    }),
    route({
      method: "get",
      path: "/digesters/:id/events",
      summary:
        "What happened to a digester as a whole, oldest first: attached, lost, its strategy swapped",
      params: DigesterName,
      answer: JobEvents,
      async handle({ params }) {
        const events = await deps.store.events(null);
        const own = events.filter((event) => event.digester === params.id);
        return { body: { events: own.slice(-longestHistory) } };
      },
    }),
    route({
      method: "get",
      path: "/regulators",
      summary: "The strategies that attached digesters can run, with the schemas of their options",
      answer: RegulatorList,
      async handle() {
        const all = directory.list().flatMap((digester) => digester.regulators);
        const byName = new Map(all.map((regulator) => [regulator.name, regulator]));
        return { body: { regulators: [...byName.values()] } };
      },
    }),
    route({
      method: "get",
      path: "/digesters/:id/regulator",
      summary: "The strategy in force on a digester, and those it can run",
      params: DigesterName,
      answer: RegulatorState,
      handle: async ({ params }) => ({ body: await directory.client(params.id).regulator() }),
    }),
    route({
      method: "put",
      path: "/digesters/:id/regulator",
      summary: "Swaps the strategy of a digester",
      params: DigesterName,
      body: RegulatorSwap,
      answer: RegulatorState,
      async handle({ params, body }) {
        const client = directory.client(params.id);
        await client.swapRegulator(body);
        const state = await client.regulator();
        await directory.record("regulator_swapped", params.id, {
          message: swapMessage(state, body.why),
          ...(body.by === undefined ? {} : { by: body.by }),
        });
        return { body: state };
      },
    }),
    route({
      method: "post",
      path: "/digesters/:id/regulator/preview",
      summary: "What would start and what would wait under a strategy",
      params: DigesterName,
      body: RegulatorChoice,
      answer: RegulatorPreview,
      handle: async ({ params, body }) => ({
        body: await directory.client(params.id).previewRegulator(body),
      }),
    }),
  ];
}

/** `Regulator fair-share, share 2. Ada's deadline.` */
function swapMessage({ regulator: { name, options } }: RegulatorState, why = ""): string {
  const told = Object.entries(options).map(([key, value]) => `${key} ${JSON.stringify(value)}`);
  return `Regulator ${[name, ...told].join(", ")}. ${why}`.trim();
}

/** By HTTP, or by what it asks for itself; then it has to say who it is. */
function requireReachable({ url, id }: AttachRequest): void {
  if (/^https?:\/\//i.test(url) || (isAskingUrl(url) && id !== undefined)) return;
  throw new AppError("bad_request", `url: expected http://… or https://…, not ${url}`);
}
