import { mkdir, mkdtemp, realpath, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { DigesterList } from "../../services/contract/api.ts";
import type { Event } from "../../services/contract/event.ts";
import {
  startPrivatePostgres,
  type PrivatePostgres,
} from "../../services/web/testing/private-postgres.ts";
import { Announcement, freePort, type FaultCluster } from "./cluster.ts";
import { follow, type Follower } from "./follower.ts";
import { startLoad } from "./load.ts";
import { seeded, type Seeded } from "./seeded.ts";
import { supervise, type Supervised } from "./supervised.ts";
import { judge, type Kill, type Verdict } from "./verdict.ts";
import { layOutWorkload } from "./workload.ts";

export interface SharedRecordOptions {
  readonly kills: number;
  readonly seed: number;
  readonly webs: number;
  readonly digesters: number;
  readonly say: (line: string) => void;
}

export interface SharedRecordRun {
  readonly verdict: Verdict;
  readonly kills: readonly Kill[];
  readonly accepted: number;
  readonly unanswered: number;
  /** What else is not as it has to be: events that web services told in different ways, processes that ended by themselves. */
  readonly complaints: readonly string[];
  readonly seconds: number;
  /** Of the logs. */
  readonly dir: string;
}

interface Services extends FaultCluster {
  readonly webs: readonly Supervised[];
  readonly urls: readonly string[];
}

const leaseSeconds = 6;
const patienceMs = 120_000;
const database = "database";

/**
 * Several web services on one database, digesters attached to each of them, and instructions that are posted to any of them,
 * while any of all that is killed. Judges by record and disk what came of it.
 */
export async function runSharedRecord(options: SharedRecordOptions): Promise<SharedRecordRun> {
  const { say, seed } = options;
  const begun = performance.now();
  const dir = await realpath(await mkdtemp(join(tmpdir(), "digester-shared-")));
  const server = await startPrivatePostgres();
  let services: Services | null = null;
  try {
    const cluster = await startServices(dir, server, options, seeded(seed, 1));
    services = cluster;
    const kinds = await layOutWorkload(join(cluster.dataDir, "files"), {
      matrices: [6000],
      panel: 500,
    });
    const followers = cluster.urls.map((url) => follow(url, cluster.headers));
    const [follower] = followers;
    if (follower === undefined) throw new Error("there is no web service");
    const load = startLoad({
      cluster,
      follower,
      kinds,
      random: seeded(seed, 2),
      atOnce: options.digesters * 3,
      submitters: ["ana", "bo"],
    });
    const kills = await rage(cluster, server, options, seeded(seed, 3), (kill, done) => {
      say(`${done} of ${options.kills}: ${kill.signal} ${kill.target}; ${load.accepted()} jobs`);
    });
    say("No more kills; waiting for what is under way.");
    await load.finish(patienceMs);
    const { outcomes, told } = await load.outcomes();
    const complaints = [
      ...(await compared(followers)),
      ...[...cluster.webs, ...cluster.digesters].flatMap((one) => one.complaints),
    ];
    await Promise.all(followers.map((one) => one.close()));
    return {
      verdict: judge(outcomes, kills, told),
      kills,
      accepted: load.accepted(),
      unanswered: load.unanswered(),
      complaints,
      seconds: (performance.now() - begun) / 1000,
      dir,
    };
  } finally {
    await services?.close();
    await server.dispose();
  }
}

/** Removes everything that it wrote. */
export async function removeSharedRecord({ dir }: SharedRecordRun): Promise<void> {
  await rm(dir, { recursive: true, force: true });
}

async function startServices(
  dir: string,
  server: PrivatePostgres,
  options: SharedRecordOptions,
  random: Seeded,
): Promise<Services> {
  const dataDir = join(dir, "data");
  await mkdir(join(dir, "logs"));
  await mkdir(dataDir);
  const log = (name: string): string => join(dir, "logs", `${name}.log`);
  const file = join(dir, "web.json");
  const configuration = {
    data: dataDir,
    store: server.url,
    crops: [{ name: "dev", dataRoots: [dataDir] }],
    // A job that is killed again and again must not be given up for that: here the killing is no fault of its own.
    retries: { losses: 10_000, tries: 100, firstSeconds: 1, longestSeconds: 3 },
    lease: { seconds: leaseSeconds },
  };
  await writeFile(file, JSON.stringify(configuration));
  const webs: Supervised[] = [];
  for (let n = 1; n <= options.webs; n++) {
    const port = String(await freePort(random));
    webs.push(supervise(`web-${n}`, ["web", "--config", file, "--port", port], log(`web-${n}`)));
  }
  const announced = await Promise.all(
    webs.map(async (one) => Announcement.parse(JSON.parse(await one.firstLine()))),
  );
  const [web, { token } = { token: "" }] = [webs[0], announced[0]];
  if (web === undefined) throw new Error("there is no web service");
  const urls = announced.map(({ url }) => url);
  const digesters: Supervised[] = [];
  for (let n = 1; n <= options.digesters; n++) {
    const name = `node-${n}`;
    const place = [
      "--id",
      name,
      "--state",
      join(dir, name),
      "--port",
      String(await freePort(random)),
    ];
    // Each begins with another one, and goes on with the next.
    const begin = n % urls.length;
    const inTurn = [...urls.slice(begin), ...urls.slice(0, begin)];
    const work = ["--web", ...inTurn, "--token", token, "--workers", "1"];
    digesters.push(supervise(name, ["digester", ...place, ...work], log(name)));
  }
  await Promise.all(digesters.map((one) => one.firstLine()));
  const headers = { authorization: `Bearer ${token}` };
  const anyUrl = (): string => random.pick(urls);
  const services: Services = {
    dir,
    dataDir,
    smallDisk: null,
    webs,
    web,
    digesters,
    networks: [],
    urls,
    // Whoever posts asks another one each time, as behind a load balancer.
    get url() {
      return anyUrl();
    },
    headers,
    async get(path, schema) {
      const signal = AbortSignal.timeout(10_000);
      const response = await fetch(`${anyUrl()}/api/v1${path}`, { headers, signal });
      if (!response.ok) throw new Error(`${path} was answered ${response.status}`);
      return schema.parse(await response.json());
    },
    async close() {
      await Promise.all([...digesters, ...webs].map((one) => one.close()));
    },
  };
  await allKnown(services, options.digesters);
  return services;
}

/** Every web service has heard from every digester, whichever it is attached to. */
async function allKnown({ urls, headers }: Services, count: number): Promise<void> {
  for (const url of urls) {
    for (let tries = 0; ; tries++) {
      const response = await fetch(`${url}/api/v1/digesters`, { headers });
      const { digesters } = DigesterList.parse(await response.json());
      if (digesters.filter(({ reachable }) => reachable).length === count) break;
      if (tries > 150) throw new Error(`${url} does not reach every digester`);
      await sleep(100);
    }
  }
}

/** Kills one after the other, at seeded times; resolves when everything is back. */
async function rage(
  { webs, digesters }: Services,
  server: PrivatePostgres,
  { kills: count }: SharedRecordOptions,
  random: Seeded,
  onKill: (kill: Kill, done: number) => void,
): Promise<Kill[]> {
  const kills: Kill[] = [];
  const underWay = new Set<Promise<void>>();
  let databaseUp = true;

  const endDatabase = async (signal: Kill["signal"], ms: number): Promise<void> => {
    databaseUp = false;
    await (signal === "SIGKILL" ? server.kill() : server.stop());
    await sleep(ms);
    await server.start();
    databaseUp = true;
  };

  while (kills.length < count) {
    await sleep(random.between(200, 2200));
    const target = random.weighted([
      [4, random.pick(webs)],
      [5, random.pick(digesters)],
      [3, null],
    ] as const);
    const signal = random.weighted([
      [3, "SIGKILL"],
      [1, "SIGTERM"],
    ] as const);
    // A web service may stay away until the other one has taken over its work.
    const ms = random.chance(20) ? random.between(5000, 12_000) : random.between(30, 2000);
    if (target === null ? !databaseUp : !target.isUp()) continue;
    const kill: Kill = {
      at: Date.now(),
      signal,
      target: target?.name ?? database,
      moment: "",
      backAt: null,
    };
    const done =
      target === null ? endDatabase(signal, Math.min(ms, 4000)) : target.end(signal, true, ms);
    const noted = (async () => {
      await done;
      kill.backAt = Date.now();
    })();
    underWay.add(noted);
    kills.push(kill);
    onKill(kill, kills.length);
  }
  await Promise.all(underWay);
  return kills;
}

/** Whether those who watched different web services were told the same, once each and without a gap. */
async function compared(followers: readonly Follower[]): Promise<string[]> {
  const longest = (): number => Math.max(...followers.map(({ told }) => told.length));
  for (
    let tries = 0;
    tries < 100 && followers.some(({ told }) => told.length < longest());
    tries++
  ) {
    await sleep(100);
  }
  const complaints: string[] = [];
  for (const [n, { told, resets }] of followers.entries()) {
    if (resets() > 0) complaints.push(`web-${n + 1} could not replay ${resets()} times`);
    const wrong = told.find(({ seq }, i) => seq !== i + 1);
    if (wrong !== undefined)
      complaints.push(`web-${n + 1} told of event ${wrong.seq} out of order`);
  }
  const texts = followers.map(({ told }) =>
    told.map((event: Event) => JSON.stringify(event)).join("\n"),
  );
  if (new Set(texts).size > 1) complaints.push("the web services told of different events");
  return complaints;
}
