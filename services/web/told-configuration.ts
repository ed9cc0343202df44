import type { ServiceConfiguration } from "../contract/service.ts";
import type { Crop } from "./crop.ts";
import { defaultTokenLifeMs } from "./gobii-sessions.ts";
import { defaultUploadMbytes } from "./gobii/config-settings.ts";
import { keepAll } from "./jobs/retention.ts";
import type { RetryPolicy } from "./jobs/retries.ts";
import type { WebOptions } from "./start.ts";

/** What may be told of the options: nothing that lets anybody in. */
export function configurationOf(
  { configurationFile, mail = null, tokenLifeMs, maxUploadMbytes, retention = keepAll }: Told,
  {
    crops,
    retries,
    ...places
  }: Pick<ServiceConfiguration, "dataDir" | "url" | "publicUrl" | "leaseMs"> & {
    readonly crops: readonly Crop[];
    readonly retries: RetryPolicy;
  },
): ServiceConfiguration {
  return {
    ...places,
    file: configurationFile ?? null,
    crops: crops.map(({ name, contextPath, dataRoots, upstream, digest = {} }) => ({
      name,
      contextPath,
      dataRoots: [...dataRoots],
      upstream: upstream === undefined ? null : originOf(upstream.url),
      digest,
    })),
    mail: mail === null ? null : { host: mail.host, port: mail.port, from: mail.from },
    maxUploadMbytes: maxUploadMbytes ?? defaultUploadMbytes,
    tokenLifeMs: tokenLifeMs ?? defaultTokenLifeMs,
    tries: retries.tries,
    losses: retries.losses,
    retention,
  };
}

type Told = Pick<
  WebOptions,
  "configurationFile" | "mail" | "tokenLifeMs" | "maxUploadMbytes" | "retention"
>;

/** An address may carry a name and a password. */
function originOf(url: string): string {
  const { origin, pathname } = new URL(url);
  return origin + pathname;
}
