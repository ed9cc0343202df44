import { hostname } from "node:os";
import type { z } from "zod";
import { About, DigesterList } from "../services/contract/api.ts";
import { AppError, parseOrThrow } from "../services/contract/errors.ts";
import type { HostedServices } from "./service-host.ts";

const answerWithinMs = 2_000;

/** What the shell itself asks the web service. */
export type ServiceClient = {
  /** The data roots of all crops. */
  dataRoots(): Promise<readonly string[]>;
  /** How many jobs the embedded digester is running, but those that stop already; those of attached ones go on without us. */
  runningHere(): Promise<number>;
};

export function createServiceClient(
  services: HostedServices,
  request: typeof fetch = fetch,
): ServiceClient {
  const get = async <T>(path: string, schema: z.ZodType<T>): Promise<T> => {
    const response = await request(new URL(path, services.url), {
      headers: { authorization: `Bearer ${services.token}` },
      signal: AbortSignal.timeout(answerWithinMs),
    });
    if (!response.ok) {
      throw new AppError("upstream_failed", `The web service answered ${response.status}.`);
    }
    return parseOrThrow(schema, await response.json(), "upstream_failed", "Its answer");
  };
  return {
    dataRoots: async () => {
      const about = await get("/api/v1/about", About);
      return about.crops.flatMap((crop) => crop.dataRoots);
    },
    runningHere: async () => {
      const { digesters } = await get("/api/v1/digesters", DigesterList);
      const own = digesters.find(
        ({ status }) => status?.pid === services.pid && status.host === hostname(),
      );
      return own?.status?.running.filter((job) => job.stopping !== true).length ?? 0;
    },
  };
}
