import { existsSync } from "node:fs";
import type { Logger } from "pino";
import { defaultWorkers, headlessOptions } from "../services/commands/digester.ts";
import { readWebOptions } from "../services/commands/web-options.ts";
import { productOptions } from "../services/commands/web.ts";
import { startDigester } from "../services/digester/start.ts";
import { readConfiguration } from "../services/web/configuration.ts";
import { startWeb } from "../services/web/start.ts";
import type { Electron } from "./electron.ts";
import { createForkedHost } from "./forked-host.ts";
import { createInProcessHost } from "./in-process-host.ts";
import { startOnPort } from "./port.ts";
import type { ServiceHost } from "./service-host.ts";
import type { Settings } from "./settings.ts";

export type EmbeddedDeps = {
  settings: Settings;
  /** A place in the folder where the app keeps everything. */
  kept: (name: string) => string;
  utilityProcess: Electron["utilityProcess"];
  /** The built headless services. */
  servicesEntry: string;
  log: Logger;
  /** The newest lines of `log`. */
  recentLog: () => readonly string[];
};

/** The product's own services, where the settings want them, configured as the headless ones are. */
export function createEmbeddedServices(deps: EmbeddedDeps): ServiceHost {
  return deps.settings.servicesApart ? apart(deps) : here(deps);
}

function here(deps: EmbeddedDeps): ServiceHost {
  const { kept, log, recentLog } = deps;
  return createInProcessHost({
    startWeb: async () => {
      const { config, configured, data, port } = await readPlaces(deps);
      const flags = { ...(config === null ? {} : { config }), data };
      const options = await readWebOptions(flags, configured);
      const start = (at: number) =>
        startWeb({ ...productOptions(), ...options, port: at, log, recentLog });
      return startOnPort(start, { wanted: port, file: kept("port"), log });
    },
    startDigester: async (web) => {
      const digester = await startDigester({
        ...headlessOptions(),
        // Electron's fuses forbid forking, and a stand-in should run what Electron runs.
        workerKind: "thread",
        web,
        workers: defaultWorkers(),
        dataRoots: null,
        stateDir: kept("digester"),
        log,
      });
      await digester.attached;
      return digester;
    },
  });
}

function apart(deps: EmbeddedDeps): ServiceHost {
  return createForkedHost({
    utilityProcess: deps.utilityProcess,
    entry: deps.servicesEntry,
    args: async () => {
      const { config, data, port } = await readPlaces(deps);
      const named = config === null ? [] : ["--config", config];
      return [...named, "--data", data, "--port", String(port ?? 0)];
    },
    log: deps.log,
  });
}

/** What the environment says counts more than the configuration file, and that more than the app's own choice. */
async function readPlaces({ settings, kept }: EmbeddedDeps) {
  const ownConfiguration = kept("configuration.json");
  const config = settings.config ?? (existsSync(ownConfiguration) ? ownConfiguration : null);
  const configured = config === null ? null : await readConfiguration(config);
  return {
    config,
    configured,
    data: settings.dataDir ?? configured?.dataDir ?? kept("data"),
    port: settings.port ?? configured?.port ?? null,
  };
}
