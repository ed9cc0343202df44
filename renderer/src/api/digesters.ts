import { queryOptions } from "@tanstack/react-query";
import { z } from "zod";
import { DigesterList, JobEvents } from "../../../services/contract/api.ts";
import type { AttachRequest } from "../../../services/contract/digester.ts";
import {
  RegulatorPreview,
  type RegulatorChoice,
  type RegulatorSwap,
} from "../../../services/contract/regulator.ts";
import { keys } from "./keys.ts";
import { request } from "./request.ts";

export const digestersQuery = queryOptions({
  queryKey: keys.digesters,
  queryFn: async ({ signal }) =>
    (await request(DigesterList, "/api/v1/digesters", { signal })).digesters,
});

/** What happened to a digester as a whole, oldest first. */
export function digesterEventsQuery(id: string) {
  return queryOptions({
    queryKey: keys.digesterEvents(id),
    queryFn: async ({ signal }) =>
      (await request(JobEvents, `${pathOf(id)}/events`, { signal })).events,
  });
}

const pathOf = (id: string): string => `/api/v1/digesters/${encodeURIComponent(id)}`;

export function attachDigester(body: AttachRequest): Promise<unknown> {
  return request(z.unknown(), "/api/v1/digesters", { method: "POST", body });
}

export function detachDigester(id: string): Promise<unknown> {
  return request(z.unknown(), pathOf(id), { method: "DELETE" });
}

export function drainDigester(id: string, draining: boolean): Promise<unknown> {
  return request(z.unknown(), `${pathOf(id)}/drain`, { method: "POST", body: { draining } });
}

export function pauseDigester(id: string, paused: boolean): Promise<unknown> {
  return request(z.unknown(), `${pathOf(id)}/pause`, { method: "POST", body: { paused } });
}

export function swapRegulator(id: string, body: RegulatorSwap): Promise<unknown> {
  return request(z.unknown(), `${pathOf(id)}/regulator`, { method: "PUT", body });
}

export function previewRegulator(id: string, body: RegulatorChoice): Promise<RegulatorPreview> {
  return request(RegulatorPreview, `${pathOf(id)}/regulator/preview`, { method: "POST", body });
}
