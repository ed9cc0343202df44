import { join } from "node:path";
import envPaths from "env-paths";
import type { Logger } from "pino";
import { startCluster } from "../cluster/start.ts";
import type { ClusterConfiguration } from "../contract/cluster-configuration.ts";
import type { WebConfiguration } from "../web/configuration.ts";
import type { RunningWeb } from "../web/start.ts";

/** Keeps pilots running beside a web service, where its configuration says so; null where it does not. */
export async function pilotsOf(
  file: WebConfiguration | null,
  { url, publicUrl, token }: RunningWeb,
  log: Logger,
) {
  if (file?.cluster == null) return null;
  return startPilots(file.cluster, { urls: [url], publicUrls: [publicUrl], token }, log);
}

/** Keeps pilots running, which are started as this command was. */
export function startPilots(
  configuration: ClusterConfiguration,
  web: { urls: readonly string[]; publicUrls: readonly string[]; token: string },
  log: Logger,
): Promise<{ readonly close: () => Promise<void> }> {
  return startCluster({
    configuration,
    web,
    publicUrls: web.publicUrls,
    command: [process.execPath, process.argv[1] ?? "services.js"],
    stateDir: join(envPaths("digester", { suffix: "" }).data, "pilots"),
    log,
  });
}
