import { chooseRegulator } from "../../../services/digester/regulators/index.ts";
import { createDigester } from "./digester.ts";
import { createDisk } from "./disk.ts";
import type { PlannedJob } from "./schedule.ts";
import { createWeb, productRules, type WebModel } from "./web.ts";
import { createWorld } from "./world.ts";

/** A site, and how it is used. */
export interface Site {
  readonly digesters: number;
  readonly workers: number;
  readonly jobsPerDay: number;
  /** Milliseconds that a job runs for, on average; from a third of it to five thirds. */
  readonly runMs: number;
}

/** What reaches the web service of a site, a second. */
export interface SiteLoad {
  readonly jobsEnded: number;
  /** Claims, permissions and outcomes. */
  readonly decisions: number;
  readonly renewals: number;
  /** The longest that a job waited for its claim, in milliseconds. */
  readonly longestWaitMs: number;
}

/** Until as many jobs run as end. */
const settleMs = 300_000;
const measuredMs = 120_000;

/** Runs a site without faults on the fake clock, with the product's rules, and counts what its web service is told. */
export function simulateSite(site: Site): SiteLoad {
  const world = createWorld(1, { lossPercent: 0, duplicatePercent: 0, longestDelay: 5 });
  const begun = world.now();
  const measuredFrom = begun + settleMs;
  const isMeasured = (): boolean => world.now() >= measuredFrom;
  const count = { ended: 0, decisions: 0, renewals: 0, longestWaitMs: 0 };
  const submittedAt = new Map<number, number>();
  const planned: PlannedJob[] = [];

  const web = createWeb(world, productRules, (_job, events) => {
    for (const { type, job, status } of events) {
      if (!isMeasured()) continue;
      if (type === "settled" && status === "completed") count.ended += 1;
      const waited = world.now() - (submittedAt.get(job) ?? world.now());
      if (type === "claimed") count.longestWaitMs = Math.max(count.longestWaitMs, waited);
    }
  });
  const told: WebModel = {
    ...web,
    patch(job, patch) {
      if (isMeasured()) {
        if (patch.progress === undefined) count.decisions += 1;
        else count.renewals += 1;
      }
      return web.patch(job, patch);
    },
  };
  const regulator = chooseRegulator({ name: "first-come", options: {} });
  const disk = createDisk(true);
  const digesters = Array.from({ length: site.digesters }, (_, i) =>
    createDigester(`node-${i + 1}`, site.workers, {
      world,
      web: told,
      disk,
      regulator,
      renameMs: 5,
      planOf: (job) => planned[job - 1] ?? plannedJob(site, job),
      onStart: () => undefined,
      onSilentWait: () => undefined,
    }),
  );
  web.attachAll(digesters);
  for (const digester of digesters) digester.start();

  const outside = world.process("outside");
  const everyMs = 86_400_000 / site.jobsPerDay;
  const total = Math.floor((settleMs + measuredMs) / everyMs);
  for (let n = 1; n <= total; n++) {
    const job = plannedJob(site, n);
    world.after(outside, n * everyMs, () => {
      planned.push(job);
      submittedAt.set(planned.length, world.now());
      web.submit(job);
    });
  }
  while (world.now() < measuredFrom + measuredMs && world.step());

  const seconds = measuredMs / 1000;
  return {
    jobsEnded: count.ended / seconds,
    decisions: count.decisions / seconds,
    renewals: count.renewals / seconds,
    longestWaitMs: count.longestWaitMs,
  };
}

/** Spread evenly, in an order that no rule prefers. */
function plannedJob({ runMs }: Site, n: number): PlannedJob {
  const share = ((n * 7919) % 1000) / 1000;
  return {
    at: 0,
    priority: 0,
    submittedBy: n % 2 === 0 ? "ana" : "bo",
    bytes: 5e6,
    runMs: runMs * (1 / 3 + (4 / 3) * share),
  };
}
