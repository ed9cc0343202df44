import { mkdir, mkdtemp, realpath, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { z } from "zod";
import { DigesterList, JobEvents } from "../../services/contract/api.ts";
import { ClusterList, type Cluster, type Pilot } from "../../services/contract/cluster.ts";
import { isSettled, Job } from "../../services/contract/job.ts";
import { datasetInstruction, writeLargeMatrix } from "../large-matrix.ts";
import { startServices, type ServicesProcess } from "../services-process.ts";
import type { PrivateSlurm } from "./private-slurm.ts";
import { differenceOf, layOutWorkload, type LoadKind } from "./workload.ts";

/** What was found to hold, one sentence each, or not to. */
export interface PilotsRun {
  readonly passed: readonly string[];
  readonly failed: readonly string[];
  readonly seconds: number;
  /** Of the logs. */
  readonly dir: string;
}

const leaseSeconds = 5;
const jobs = 12;

/**
 * A web service that keeps pilots as jobs of a real Slurm: they digest, are cancelled, killed, frozen until Slurm ends them at
 * their walltime, and each time replaced; Slurm and the web service are killed under them.
 */
export async function runPilots(
  slurm: PrivateSlurm,
  say: (line: string) => void,
): Promise<PilotsRun> {
  const begun = performance.now();
  const dir = await realpath(await mkdtemp(join(tmpdir(), "digester-pilots-")));
  const passed: string[] = [];
  const failed: string[] = [];
  const check = (holds: boolean, sentence: string, found: unknown = ""): void => {
    (holds ? passed : failed).push(holds ? sentence : `${sentence}: ${JSON.stringify(found)}`);
    say(`${holds ? "ok" : "NOT OK"}: ${sentence}`);
  };
  const site = await startSite(dir, slurm);
  try {
    await story(site, slurm, check);
  } catch (thrown) {
    failed.push(thrown instanceof Error ? thrown.message : String(thrown));
  } finally {
    await site.close();
  }
  if (failed.length === 0) await rm(dir, { recursive: true, force: true });
  return { passed, failed, seconds: (performance.now() - begun) / 1000, dir };
}

async function story(
  site: Site,
  slurm: PrivateSlurm,
  check: (holds: boolean, sentence: string, found?: unknown) => void,
): Promise<void> {
  const [first] = await site.pilots("the first pilot runs", (running) => running.length === 1);
  check(first !== undefined, "the minimum is kept: one pilot runs as a job of Slurm");
  const queue = await slurm.run("squeue", "--noheader", "--format=%j %T");
  check(queue.includes(`${first?.id ?? "?"} RUNNING`), "Slurm knows it by its name", queue);
  // Less than the pilot itself believes that it has, or it would not be there any more when Slurm ends it.
  await slurm.run("scontrol", "update", `JobId=${first?.job ?? ""}`, "TimeLimit=1");

  // Frozen from here on, again and again since Slurm wakes it up for its notice: it must be killed when its time is over.
  const frozen = first?.id ?? "";
  await site.attached(frozen);
  freeze(await site.processOf(frozen));

  const posted = await site.submitMany(jobs);
  const more = await site.pilots("pilots are added", (running) => running.length === 3);
  check(more.length === 3, "as many are added as the work needs, up to the maximum");
  const ended = await site.settledAll(posted);
  check(
    ended.every(({ status }) => status === "completed"),
    `${jobs} loads are completed, though their first pilot is frozen`,
    ended.map(({ status, reason }) => [status, reason]),
  );
  check(
    ended.every(({ digester }) => digester !== null && digester !== frozen),
    "all of them by the other pilots",
  );
  check((await site.differing()).length === 0, "with the bytes that are expected");

  const long = await site.submitLong("cancelled");
  const cancelled = await site.inTheMiddle(long);
  const number = (await site.cluster()).pilots.find(({ id }) => id === cancelled)?.job ?? "";
  await slurm.run("scancel", number);
  const again = await site.settled(long);
  check(again.status === "completed", "a load whose pilot is cancelled in Slurm is completed");
  const told = await site.events(long);
  check(
    told.some(({ type }) => type === "handed_back"),
    "since the pilot hands it back",
    told.map(({ type, message }) => `${type}: ${message ?? ""}`),
  );

  const killedJob = await site.submitLong("killed");
  const killed = await site.inTheMiddle(killedJob);
  process.kill(await site.processOf(killed), "SIGKILL");
  const rerun = await site.settled(killedJob);
  check(
    rerun.status === "completed" && rerun.attempt >= 2,
    "a load whose pilot is killed without a notice runs again, at the cost of a lease",
    rerun,
  );

  const before = await site.pilots("they are replaced", (running) =>
    running.some(({ id }) => id !== frozen),
  );
  await slurm.killController();
  await site.eventually("the absence of Slurm is told", async () =>
    /squeue|sbatch/.test((await site.cluster()).problem ?? ""),
  );
  check(true, "a Slurm that is away is told of");
  await slurm.startController();
  await site.restart();
  await site.eventually(
    "all is well again",
    async () => (await site.cluster()).problem === null && (await site.running()).length > 0,
  );
  const found = await site.running();
  check(
    before.every(({ id }) => id === frozen || found.some((known) => known.id === id)),
    "a web service that was killed finds its pilots again",
    [before, found],
  );
  const afterwards = await site.submitMany(2);
  const late = await site.settledAll(afterwards);
  check(
    late.every(({ status }) => status === "completed"),
    "and goes on working with them",
    late,
  );

  await site.eventually(
    "the frozen pilot is ended by Slurm",
    async () => {
      const state = await slurm.run("squeue", "--noheader", "--states=all", "--format=%j %T");
      return new RegExp(`^${frozen} (TIMEOUT|CANCELLED|FAILED|COMPLETED)`, "m").test(state);
    },
    120_000,
  );
  const atEnd = await slurm.run("squeue", "--noheader", "--states=all", "--format=%j %T");
  check(atEnd.includes(`${frozen} TIMEOUT`), "a pilot ends at its walltime", atEnd);
  await site.eventually(
    "the frozen pilot leaves the record",
    async () => !(await site.digesters()).some((id) => id === frozen),
  );
  await site.pilots(
    "it is replaced",
    (running) => running.length >= 1 && running.every(({ id }) => id !== frozen),
  );
  check(true, "and is replaced by another one");

  await site.setLimits(0, 0);
  await site.eventually("no pilot is left in Slurm", async () => {
    const left = await slurm.run("squeue", "--noheader", "--format=%j");
    return left.trim() === "";
  });
  check(true, "with a maximum of 0 all pilots end");
  const history = await site.history();
  check(history.lost >= 1 && history.gained >= 4, "what came and went is told", history);
}

/** Until it is gone. */
function freeze(pid: number): void {
  const timer = setInterval(() => {
    try {
      process.kill(pid, "SIGSTOP");
    } catch {
      clearInterval(timer);
    }
  }, 10);
  timer.unref();
}

interface Site {
  cluster(): Promise<Cluster>;
  running(): Promise<Pilot[]>;
  /** Waits until the pilots that run are as wanted. */
  pilots(what: string, wanted: (running: readonly Pilot[]) => boolean): Promise<Pilot[]>;
  attached(id: string): Promise<void>;
  digesters(): Promise<string[]>;
  /** Its process on this machine. */
  processOf(digester: string): Promise<number>;
  submitMany(count: number): Promise<string[]>;
  submitLong(key: string): Promise<string>;
  /** The digester that runs it. */
  inTheMiddle(key: string): Promise<string>;
  settled(key: string): Promise<Job>;
  settledAll(keys: readonly string[]): Promise<Job[]>;
  /** Loads whose output is not as expected. */
  differing(): Promise<string[]>;
  events(key: string): Promise<z.infer<typeof JobEvents>["events"]>;
  setLimits(min: number, max: number): Promise<void>;
  history(): Promise<{ gained: number; lost: number }>;
  eventually(what: string, holds: () => Promise<boolean>, ms?: number): Promise<void>;
  /** Kills the web service and starts it again. */
  restart(): Promise<void>;
  close(): Promise<void>;
}

const patienceMs = 60_000;

async function startSite(dir: string, slurm: PrivateSlurm): Promise<Site> {
  const dataDir = join(dir, "data");
  await mkdir(join(dir, "logs"));
  await mkdir(dataDir);
  const kinds = await layOutWorkload(join(dataDir, "files"), { matrices: [3000], panel: 200 });
  await writeLargeMatrix(join(dataDir, "files", "long"), { markers: 20_000, samples: 1000 });
  const file = join(dir, "web.json");
  const configuration = {
    data: dataDir,
    lease: { seconds: leaseSeconds },
    retries: { losses: 100, tries: 20, firstSeconds: 1, longestSeconds: 2 },
    cluster: {
      name: "test",
      provider: "slurm",
      min: 1,
      max: 3,
      workers: 1,
      jobsPerWorker: 3,
      idleMinutes: 1,
      walltimeMinutes: 10,
      noticeSeconds: 5,
      stateDir: join(dir, "nodes"),
      slurm: { output: join(dir, "logs", "%x.log") },
    },
  };
  await writeFile(file, JSON.stringify(configuration));
  const expected = new Map<string, LoadKind>();
  let port = "0";
  const startWeb = (): Promise<ServicesProcess> =>
    startServices(["web", "--config", file, "--port", port], slurm.env);
  let web = await startWeb();
  port = new URL(web.announcement.url).port;
  let count = 0;

  const ask = async <T>(schema: z.ZodType<T>, method: string, path: string, body?: unknown) => {
    const { url, token } = web.announcement;
    const response = await fetch(`${url}/api/v1${path}`, {
      method,
      headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      signal: AbortSignal.timeout(20_000),
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`${path} was answered ${response.status}: ${text}`);
    return schema.parse(JSON.parse(text));
  };
  const site: Site = {
    async cluster() {
      const [cluster] = (await ask(ClusterList, "GET", "/clusters")).clusters;
      if (cluster === undefined) throw new Error("no cluster reports");
      return cluster;
    },
    async running() {
      const { clusters } = await ask(ClusterList, "GET", "/clusters");
      return clusters.flatMap(({ pilots }) => pilots.filter(({ state }) => state === "running"));
    },
    async pilots(what, wanted) {
      await site.eventually(what, async () => wanted(await site.running()));
      return site.running();
    },
    attached: (id) =>
      site.eventually(`${id} is attached`, async () => (await site.digesters()).includes(id)),
    async digesters() {
      const { digesters } = await ask(DigesterList, "GET", "/digesters");
      return digesters.filter(({ status }) => status !== null).map(({ id }) => id);
    },
    async processOf(digester) {
      const { digesters } = await ask(DigesterList, "GET", "/digesters");
      const pid = digesters.find(({ id }) => id === digester)?.status?.pid;
      if (pid === undefined) throw new Error(`${digester} has not told its process`);
      return pid;
    },
    async submitMany(wanted) {
      const keys: string[] = [];
      for (let n = 0; n < wanted; n++) {
        const key = `load-${++count}`;
        const kind = kinds[count % kinds.length];
        if (kind === undefined) throw new Error("no kinds");
        const destination = join(dataDir, "loader", "digest", key);
        await ask(z.unknown(), "POST", "/instructions", { key, ...kind.body(destination) });
        expected.set(destination, kind);
        keys.push(key);
      }
      return keys;
    },
    async submitLong(key) {
      const destination = join(dataDir, "loader", "digest", key);
      const instructions = datasetInstruction(join(dataDir, "files", "long"), destination);
      await ask(z.unknown(), "POST", "/instructions", { key, instructions });
      return key;
    },
    async inTheMiddle(key) {
      let digester = "";
      await site.eventually(`${key} is in the middle`, async () => {
        const job = await ask(Job, "GET", `/jobs/${key}`);
        if (isSettled(job.status)) throw new Error(`${key} was over before`);
        digester = job.digester ?? "";
        return job.status === "in_progress" && (job.progress ?? 0) > 0.02;
      });
      return digester;
    },
    async settled(key) {
      await site.eventually(`${key} is over`, async () =>
        isSettled((await ask(Job, "GET", `/jobs/${key}`)).status),
      );
      return ask(Job, "GET", `/jobs/${key}`);
    },
    async settledAll(keys) {
      const settled: Job[] = [];
      for (const key of keys) settled.push(await site.settled(key));
      return settled;
    },
    async differing() {
      const wrong: string[] = [];
      for (const [destination, kind] of expected) {
        if ((await differenceOf(kind, destination)) !== null) wrong.push(destination);
      }
      return wrong;
    },
    events: async (key) => (await ask(JobEvents, "GET", `/jobs/${key}/events`)).events,
    async setLimits(min, max) {
      await ask(z.unknown(), "PUT", "/clusters/test/limits", { limits: { min, max } });
    },
    async history() {
      const Counts = z.object({ gained: z.number(), lost: z.number() });
      const { buckets } = await ask(
        z.object({ buckets: z.array(Counts) }),
        "GET",
        "/nodes/history?span=hour",
      );
      return buckets.reduce((a, b) => ({ gained: a.gained + b.gained, lost: a.lost + b.lost }));
    },
    async eventually(what, holds, ms = patienceMs) {
      const deadline = Date.now() + ms;
      while (!(await holds())) {
        if (Date.now() > deadline) {
          const found = await site.cluster().catch(() => null);
          throw new Error(`Not in time: ${what}; ${JSON.stringify(found)}`);
        }
        await sleep(200);
      }
    },
    async restart() {
      await web.kill();
      web = await startWeb();
    },
    async close() {
      await writeFile(join(dir, "logs", "web.log"), web.log(), { flag: "a" });
      await web.stop();
    },
  };
  return site;
}
