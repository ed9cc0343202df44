import { settlesWithin } from "./service-host.ts";
import type { HostedServices, ServiceHost } from "./service-host.ts";

/** A service that was started, as both services' `start` answer it. */
type Closable = { close(): Promise<void> };

export type InProcessDeps = {
  startWeb: () => Promise<Closable & { url: string; token: string }>;
  startDigester: (web: { url: string; token: string }) => Promise<Closable>;
};

/**
 * The services on this process's own event loop; what costs time runs in the digester's worker threads. They end with the
 * process and not before, so there is no exit to tell of.
 */
export function createInProcessHost({ startWeb, startDigester }: InProcessDeps): ServiceHost {
  /** In the order in which they close. */
  let started: Closable[] = [];

  const stop = async (): Promise<void> => {
    // One after the other: the digester hands its jobs back to the web service, which must still be there.
    for (const service of started) await service.close();
    started = [];
  };

  return {
    start: async (): Promise<HostedServices> => {
      const web = await startWeb();
      started = [web];
      try {
        started = [await startDigester(web), web];
      } catch (thrown) {
        await stop();
        throw thrown;
      }
      return { url: web.url, token: web.token, pid: process.pid };
    },
    stop: async (deadlineMs) => {
      await settlesWithin(stop(), deadlineMs);
    },
    onExit: () => {},
  };
}
