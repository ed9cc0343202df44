import type { Logger } from "pino";
import { coerceError } from "../services/contract/errors.ts";
import type { HostedServices, ServiceHost } from "./service-host.ts";

/** Services that end again at once would be restarted for ever. */
const restarts = { times: 2, afterMs: 5_000 } as const;

export type SupervisorDeps = {
  host: ServiceHost;
  /** They listen, at first or again; the address may be another one. */
  onRunning: (services: HostedServices) => Promise<void>;
  /** They ended and are given up. */
  onGivenUp: (reason: string) => void;
  log: Logger;
  now?: () => number;
};

/** Starts the services, and again when they end by themselves: at most twice, and only if they had lived for a while. */
export async function superviseServices(deps: SupervisorDeps): Promise<void> {
  const { host, log, now = Date.now } = deps;
  let startedAt = now();
  let restarted = 0;

  const start = async (): Promise<void> => {
    startedAt = now();
    await deps.onRunning(await host.start());
  };

  host.onExit((reason) => {
    log.error({ reason, restarted }, "the services ended");
    if (restarted >= restarts.times || now() - startedAt < restarts.afterMs) {
      deps.onGivenUp(reason);
      return;
    }
    restarted += 1;
    start().catch((thrown: unknown) => deps.onGivenUp(coerceError(thrown).message));
  });

  await start();
}
