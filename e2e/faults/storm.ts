import { open, rm } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { FaultCluster } from "./cluster.ts";
import type { MomentKind, Moments } from "./moments.ts";
import type { Seeded } from "./seeded.ts";
import type { Supervised } from "./supervised.ts";
import type { Kill } from "./verdict.ts";

export interface StormOptions {
  readonly cluster: FaultCluster;
  readonly moments: Moments;
  readonly random: Seeded;
  readonly kills: number;
  /** Between two kills, on average and as far as their moments come in time. */
  readonly everyMs: number;
  /** Of a running job; what is to be lost by it stays away longer. */
  readonly leaseMs: number;
  readonly onKill: (kill: Kill, done: number) => void;
}

export interface Storm {
  readonly kills: readonly Kill[];
  /** Faults that kill nothing, by kind. */
  readonly others: ReadonlyMap<string, number>;
}

/** Kills processes, and spoils their network and disk meanwhile; resolves when all that is over and everybody is back. */
export async function rage(options: StormOptions): Promise<Storm> {
  const { cluster, moments, random, leaseMs } = options;
  const kills: Kill[] = [];
  const others = new Map<string, number>();
  const underWay = new Set<Promise<void>>();
  let awayLong = 0;

  const behind = (work: Promise<void>): void => {
    underWay.add(work);
    void work.finally(() => underWay.delete(work));
  };
  const count = (kind: string): void => {
    others.set(kind, (others.get(kind) ?? 0) + 1);
  };

  const away = async (ms: number): Promise<void> => {
    awayLong += 1;
    await sleep(ms);
    awayLong -= 1;
  };

  const act = (victim: Supervised, moment: MomentKind): void => {
    const isWeb = victim === cluster.web;
    const signal = random.weighted([
      [72, "SIGKILL"],
      [14, "SIGTERM"],
      [14, "SIGSTOP"],
    ] as const);
    const all = random.chance(50);
    // Most come back at once, as under a service manager; some stay away until their jobs are lost by the lease. At least
    // two digesters are always about, and the one web service never stays away for long.
    const isLong =
      !isWeb &&
      awayLong < cluster.digesters.length - 2 &&
      random.chance(signal === "SIGSTOP" ? 50 : 15);
    const ms = isLong
      ? random.between(leaseMs * 1.2, leaseMs * 1.7)
      : random.between(30, isWeb ? 1000 : 2000);
    const kill: Kill = { at: Date.now(), signal, target: victim.name, moment, backAt: null };
    const done = signal === "SIGSTOP" ? victim.freeze(all, ms) : victim.end(signal, all, ms);
    if (isLong) behind(away(ms));
    behind(noteReturn(kill, victim, done));
    kills.push(kill);
    options.onKill(kill, kills.length);
  };

  const spoil = async (): Promise<void> => {
    const kind = random.weighted([
      [3, "connections cut"],
      [3, "connections delayed"],
      [2, "black hole"],
      [cluster.smallDisk === null ? 0 : 2, "disk full"],
    ] as const);
    count(kind);
    const network = random.pick(random.pick(cluster.networks));
    switch (kind) {
      case "connections cut":
        network.cut();
        return;
      case "connections delayed":
        network.setWeather({ delayMs: random.between(20, 800) });
        await sleep(random.between(1000, 8000));
        break;
      case "black hole":
        network.setWeather("black hole");
        await sleep(random.between(1000, leaseMs * 1.4));
        // What was held back comes late, or never.
        if (random.chance(50)) network.cut();
        break;
      case "disk full":
        await fillDisk(cluster.smallDisk ?? "", random.between(1000, 8000));
        return;
    }
    network.setWeather("clear");
  };

  const strike = async (isWeb: boolean, kind: MomentKind, delayMs: number): Promise<void> => {
    const moment = await moments.next(kind);
    await sleep(delayMs);
    for (;;) {
      const up = cluster.digesters.filter((one) => one.isUp());
      const named = up.find(({ name }) => name === moment.digester);
      const victim = isWeb ? cluster.web : (named ?? (up.length > 0 ? random.pick(up) : null));
      if (victim?.isUp() === true) return act(victim, moment.kind);
      await sleep(50);
    }
  };

  let due = Date.now();
  for (let n = 0; n < options.kills; n += 1) {
    due += random.between(0, options.everyMs * 2);
    await sleep(due - Date.now());
    const isWeb = random.chance(6);
    // Some a little later than the sign of their moment.
    const delayMs = random.chance(50) ? 0 : random.between(0, 20);
    // Kills whose moments are yet to come overlap.
    behind(strike(isWeb, random.weighted(isWeb ? webMoments : digesterMoments), delayMs));
    if (random.chance(20)) behind(spoil());
  }
  while (underWay.size > 0) await Promise.all(underWay);
  return { kills, others };
}

const digesterMoments: ReadonlyArray<readonly [number, MomentKind]> = [
  [15, "at any time"],
  [8, "at a claim"],
  [30, "in the middle"],
  [17, "at a write"],
  [12, "at the permission"],
  [13, "at a rename"],
  [5, "at an end"],
];

const webMoments: ReadonlyArray<readonly [number, MomentKind]> = [
  [10, "at any time"],
  [10, "at a claim"],
  [20, "at the permission"],
  [20, "at an end"],
  [40, "at the store"],
];

async function noteReturn(kill: Kill, victim: Supervised, done: Promise<void>): Promise<void> {
  await done;
  try {
    // A digester is back when it runs: it may claim before it says that it is ready.
    if (kill.target === "web" && kill.signal !== "SIGSTOP") await victim.firstLine();
    kill.backAt = Date.now();
  } catch {
    // It was killed again before it was back.
  }
}

/** Takes all room on the small disk but some kilobytes, and gives it back. */
async function fillDisk(disk: string, ms: number): Promise<void> {
  const path = join(disk, "filling");
  const file = await open(path, "w");
  const block = Buffer.alloc(16_384, "x");
  try {
    for (;;) await file.write(block);
  } catch {
    // No space is left: that is what was wanted.
  }
  await file.close();
  await sleep(ms);
  await rm(path, { force: true });
}
