import { resolve } from "node:path";
import { z } from "zod";
import { parseOrThrow } from "../services/contract/errors.ts";

/** What a person, or a test, may set from outside. An empty variable is an absent one. */
export type Settings = {
  /** `DIGESTER_USER_DATA`: where the app keeps everything; null: where the system has applications keep it. */
  userData: string | null;
  /** `DIGESTER_CONFIG`: the services' configuration file; null: `configuration.json` in the former, if there is one. */
  config: string | null;
  /** `DIGESTER_DATA`: where the record is kept, and the data root; null: what the configuration says, else `data`. */
  dataDir: string | null;
  /** `DIGESTER_PORT`: the embedded web service's port; null leaves it to the app. */
  port: number | null;
  /** `DIGESTER_SERVICE_HOST=process`: the services in a process of their own. */
  servicesApart: boolean;
};

const Environment = z.object({
  DIGESTER_USER_DATA: z.string().optional(),
  DIGESTER_CONFIG: z.string().optional(),
  DIGESTER_DATA: z.string().optional(),
  DIGESTER_PORT: z.coerce.number().int().min(0).max(65_535).optional(),
  DIGESTER_SERVICE_HOST: z.enum(["main", "process"]).optional(),
});

/** @throws AppError that names the variable when one cannot be what it says. */
export function readSettings(environment: Readonly<Record<string, string | undefined>>): Settings {
  const given = Object.fromEntries(Object.entries(environment).filter(([, value]) => value !== ""));
  const read = parseOrThrow(Environment, given, "bad_request", "The environment");
  return {
    userData: absolute(read.DIGESTER_USER_DATA),
    config: absolute(read.DIGESTER_CONFIG),
    dataDir: absolute(read.DIGESTER_DATA),
    port: read.DIGESTER_PORT ?? null,
    servicesApart: read.DIGESTER_SERVICE_HOST === "process",
  };
}

function absolute(path: string | undefined): string | null {
  return path === undefined ? null : resolve(path);
}
