import { readdir, writeFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { DigesterList } from "../../services/contract/api.ts";
import { startCluster, type FaultCluster } from "./cluster.ts";
import { follow } from "./follower.ts";
import { startLoad } from "./load.ts";
import { watchMoments } from "./moments.ts";
import { seeded } from "./seeded.ts";
import { rage, type Storm } from "./storm.ts";
import { judge, type Kill, type Verdict } from "./verdict.ts";
import { layOutWorkload, type WorkloadSize } from "./workload.ts";

export interface FaultRunOptions {
  readonly kills: number;
  readonly seed: number;
  readonly digesters: number;
  readonly workers: number;
  /** So many of the digesters ask for their work and fetch its files. @default 0 */
  readonly pulling?: number;
  /** Seconds; null: the product's own. */
  readonly lease: number | null;
  readonly everyMs: number;
  readonly size: WorkloadSize;
  /** A file that gets the record of every job and every kill, to look into; null: none. */
  readonly keepIn: string | null;
  readonly say: (line: string) => void;
}

export interface FaultRun {
  readonly options: FaultRunOptions;
  readonly verdict: Verdict;
  readonly storm: Storm;
  readonly accepted: number;
  readonly unanswered: number;
  /** Paths of staging directories and half files that stand about at the end. */
  readonly leftovers: readonly string[];
  /** Processes that ended by themselves, would not end, or left workers behind; streams with gaps. */
  readonly complaints: readonly string[];
  /** Null where no small disk could be mounted. */
  readonly smallDisk: string | null;
  readonly seconds: number;
  /** Logs, and everything else that was written. */
  readonly cluster: FaultCluster;
}

/** How long everything may take to come to rest after the last fault. */
const patienceMs = 180_000;
const productLease = 15;

/** Whether what was promised was kept. */
export function isKept({ verdict, leftovers, complaints }: FaultRun): boolean {
  const { lost, completedTwice, different, unkept } = verdict;
  const all = [lost, completedTwice, different, unkept, leftovers, complaints];
  return all.every((list) => list.length === 0);
}

/** Starts a cluster, gives it work, kills its processes at seeded moments, and judges by record and disk what came of it. */
export async function runFaults(options: FaultRunOptions): Promise<FaultRun> {
  const { say, seed } = options;
  const begun = performance.now();
  const random = (stream: number) => seeded(seed, stream);
  const cluster = await startCluster({ ...options, random: random(1) });
  try {
    if (cluster.smallDisk === null) say("NO SMALL DISK: may not mount one, so none is filled.");
    const kinds = await layOutWorkload(join(cluster.dataDir, "files"), options.size);
    const follower = follow(cluster.url, cluster.headers);
    const moments = await watchMoments(cluster, follower);
    const submitters = ["ana", "bo", "chi"];
    const atOnce = Math.max(2, Math.ceil(options.digesters * options.workers * 0.6));
    const load = startLoad({ cluster, follower, kinds, random: random(2), atOnce, submitters });
    const storm = await rage({
      cluster,
      moments,
      random: random(3),
      kills: options.kills,
      everyMs: options.everyMs,
      leaseMs: (options.lease ?? productLease) * 1000,
      onKill: (kill, done) => {
        if (done % 25 === 0) say(progressLine(kill, done, options.kills, load.accepted(), begun));
      },
    });
    say("No more kills; waiting for what is under way.");
    await load.finish(patienceMs);
    await outboxesEmpty(cluster);
    const leftovers = await lastingLeftovers(cluster);
    const { outcomes, told } = await load.outcomes();
    if (options.keepIn !== null) {
      await writeFile(options.keepIn, JSON.stringify({ outcomes, kills: storm.kills }));
    }
    moments.close();
    await follower.close();
    await cluster.close();
    const gaps = follower.resets() === 0 ? [] : [`${follower.resets()} gaps in the event stream`];
    return {
      options,
      verdict: judge(outcomes, storm.kills, told),
      storm,
      accepted: load.accepted(),
      unanswered: load.unanswered(),
      leftovers,
      complaints: [
        ...[cluster.web, ...cluster.digesters].flatMap((one) => one.complaints),
        ...gaps,
      ],
      smallDisk: cluster.smallDisk,
      seconds: (performance.now() - begun) / 1000,
      cluster,
    };
  } catch (thrown) {
    await cluster.close();
    throw thrown;
  }
}

function progressLine(kill: Kill, done: number, all: number, jobs: number, begun: number): string {
  const seconds = Math.round((performance.now() - begun) / 1000);
  return `${seconds} s: ${done} of ${all} kills, ${jobs} jobs; ${kill.signal} ${kill.target} ${kill.moment}`;
}

/** Until every digester has told everything it has to tell: a digester tidies up after it was answered. */
async function outboxesEmpty(cluster: FaultCluster): Promise<void> {
  for (const deadline = Date.now() + 30_000; Date.now() < deadline; await sleep(500)) {
    const { digesters } = await cluster.get("/digesters", DigesterList);
    const isIdle = digesters.every(
      ({ reachable, status }) => reachable && status?.outbox === 0 && status.running.length === 0,
    );
    if (isIdle) return;
  }
}

/**
 * What is still there when everybody has had the time to tidy up. A digester whose claim was refused may still be stopping
 * the worker that had begun meanwhile, which its status does not show.
 */
async function lastingLeftovers(cluster: FaultCluster): Promise<string[]> {
  for (const deadline = Date.now() + 30_000; ; await sleep(500)) {
    const found = await findLeftovers(cluster);
    if (found.length === 0 || Date.now() >= deadline) return found;
  }
}

async function findLeftovers({ dataDir, smallDisk }: FaultCluster): Promise<string[]> {
  const places = [join(dataDir, "loader"), ...(smallDisk === null ? [] : [smallDisk])];
  const found: string[] = [];
  for (const place of places) {
    for (const path of await readdir(place, { recursive: true })) {
      if (/^\.digester-|^\.publish|\.partial$/.test(basename(path))) found.push(join(place, path));
    }
  }
  return found;
}
