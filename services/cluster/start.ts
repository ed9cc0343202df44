import { join } from "node:path";
import type { Logger } from "pino";
import type { ClusterConfiguration } from "../contract/cluster-configuration.ts";
import { withoutUndefined } from "../contract/without-undefined.ts";
import { createKeeper } from "./keeper.ts";
import { localProvider } from "./local-provider.ts";
import type { PilotPlan } from "./pilot-command.ts";
import type { Provider } from "./provider.ts";
import { slurmProvider } from "./slurm-provider.ts";
import { webRecord } from "./web-record.ts";

export interface ClusterOptions {
  readonly configuration: ClusterConfiguration;
  /** Where the keeper reaches the web service. */
  readonly web: { readonly urls: readonly string[]; readonly token: string };
  /** Where pilots reach it, unless the configuration says. */
  readonly publicUrls: readonly string[];
  /** How the `services` command is called on this machine. */
  readonly command: readonly string[];
  /** For the notes of pilots that are processes of this machine. */
  readonly stateDir: string;
  readonly log: Logger;
}

/** Where pilots keep their state on a node of a batch system unless told otherwise. */
const nodeStateDir = "/tmp";
const everyMs = 5000;
/** Its processes are seen at once. */
const localEveryMs = 1000;
const mostAtOnce = 50;
const silentMs = 600_000;

/** Keeps the pilots of a cluster until it is closed. */
export async function startCluster(
  options: ClusterOptions,
): Promise<{ readonly close: () => Promise<void> }> {
  const { configuration, web, log } = options;
  const { name, min, max, workers, jobsPerWorker, labels, noticeSeconds } = configuration;
  const provider = await providerOf(options, planOf(options));
  const keeper = createKeeper({
    cluster: name,
    limits: { min, max },
    labels,
    provider,
    record: webRecord(web, name),
    log,
    now: Date.now,
    everyMs: configuration.provider === "local" ? localEveryMs : everyMs,
    mostAtOnce,
    jobsPerPilot: Math.max(1, Math.round(workers * jobsPerWorker)),
    idleMs: configuration.idleMinutes * 60_000,
    spareMs: noticeSeconds * 1000,
    silentMs,
  });
  keeper.start();
  log.info({ cluster: name, provider: provider.name, min, max }, "keeping pilots");
  return { close: () => keeper.stop() };
}

function planOf({ configuration, web, publicUrls, command, stateDir }: ClusterOptions): PilotPlan {
  const { provider, walltimeMinutes, noticeSeconds } = configuration;
  return {
    command: configuration.command ?? command,
    web: configuration.web === undefined ? publicUrls : [configuration.web].flat(),
    token: web.token,
    workers: configuration.workers,
    labels: configuration.labels,
    pull: configuration.pull,
    dataRoots: configuration.dataRoots,
    stateDir: configuration.stateDir ?? (provider === "local" ? stateDir : nodeStateDir),
    walltimeMs: walltimeMinutes === undefined ? null : walltimeMinutes * 60_000,
    noticeMs: noticeSeconds * 1000,
    options: configuration.options,
  };
}

async function providerOf(
  { configuration: { name, provider, slurm }, stateDir }: ClusterOptions,
  plan: PilotPlan,
): Promise<Provider> {
  switch (provider) {
    case "local":
      return localProvider({
        cluster: name,
        plan,
        directory: join(stateDir, name),
        now: Date.now,
      });
    case "slurm": {
      const { partition, account, memory, output, setup, options } = slurm;
      return slurmProvider({
        cluster: name,
        plan,
        setup,
        options,
        ...withoutUndefined({ partition, account, memory, output }),
      });
    }
  }
}
