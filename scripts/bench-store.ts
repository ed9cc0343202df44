import { execFile } from "node:child_process";
import { mkdtemp, open, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { monitorEventLoopDelay } from "node:perf_hooks";
import { setTimeout as sleep } from "node:timers/promises";
import { parseArgs, promisify } from "node:util";
import { startServices } from "../e2e/services-process.ts";
import { parseSearch } from "../services/contract/job-search.ts";
import { openLowdbStore } from "../services/web/store/lowdb-store.ts";
import type { JobListQuery, Store } from "../services/web/store/store.ts";
import { cpuSeconds } from "./bench-dispatch/cpu.ts";
import { fillLowdb, fillStore, statusChange } from "./bench-store/fill.ts";
import { watchBlocks } from "./bench-store/processor.ts";
import { measurePlainLowdb } from "./bench-store/plain-lowdb.ts";
import { goal, percentile, printTable, type Row } from "./bench-store/table.ts";

/*
 * What the default store does with many jobs in it, beside lowdb as it comes: one file of JSON that is written anew at each
 * change. Start-up and memory are those of the built web service in a process of its own. What is said of the processor holds
 * on a busy machine as well; times there say how long others had it.
 *
 * npm run build && npm run bench:store -- [--jobs 50000] [--changes 4000] [--keep DIR]
 */
export async function main(args: readonly string[]): Promise<void> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      jobs: { type: "string", default: "50000" },
      changes: { type: "string", default: "4000" },
      /** Fills this folder once and uses it again. */
      keep: { type: "string" },
      /** Fills this folder and measures nothing. */
      fill: { type: "string" },
    },
  });
  const [jobs = 0, changes = 0] = [values.jobs, values.changes].map(Number);
  if (values.fill !== undefined) return fillStore(values.fill, jobs);
  const dir = values.keep ?? (await mkdtemp(join(tmpdir(), "digester-bench-store-")));
  try {
    const folder = join(dir, ".digester-web");
    // In a process of its own: what it leaves in memory would be collected while changes are measured.
    const fill = [
      "scripts/run.mjs",
      "scripts/bench-store.ts",
      "--fill",
      folder,
      "--jobs",
      `${jobs}`,
    ];
    await promisify(execFile)(process.execPath, fill);
    const rows = [
      ...(await measureStart(dir)),
      ...(await measureWork(folder, changes)),
      ...(await measureService(dir)),
    ];
    const plain = await measurePlainLowdb(await fillLowdb(join(dir, "plain.json"), jobs));
    printTable(`${jobs} stored jobs`, rows, plain);
  } finally {
    if (values.keep === undefined) await rm(dir, { recursive: true, force: true });
  }
}

const query = (more: Partial<JobListQuery> = {}): JobListQuery => ({
  statuses: null,
  search: [],
  crop: null,
  sort: "-id",
  limit: 100,
  cursor: null,
  offset: 0,
  ...more,
});

/** The store opened in this process: how long, and how much processor, the first time and once all is compiled. */
async function measureStart(dir: string): Promise<Row[]> {
  const cpu = process.cpuUsage();
  const begun = performance.now();
  const store = await openStore(join(dir, ".digester-web"));
  const ms = performance.now() - begun;
  const used = processorMs(cpu);
  await store.close();
  return [
    { what: "opening the store", unit: "ms", value: ms, goal: null },
    { what: "opening the store, processor", unit: "ms", value: used, goal: null },
  ];
}

async function openStore(folder: string): Promise<Store> {
  return openLowdbStore(folder, { onWarning: (text) => process.stderr.write(`${text}\n`) });
}

async function measureWork(folder: string, changes: number): Promise<Row[]> {
  const store = await openStore(folder);
  try {
    const { total } = await store.list(query({ limit: 1 }));
    const underWay = (await store.unsettled()).map(({ id }) => id);
    const archived = (i: number): number => 1 + ((i * 7919) % total);
    const current = (i: number): number => underWay[i % underWay.length] ?? archived(i);
    // What opening left behind is collected first; a service that was just started has no changes to make.
    await sleep(1000);
    const alone = Math.min(changes, 1000);
    const bare = await bareWrites(join(folder, "bare"), alone);
    const ofCurrent = await timesOf(alone, (i) => changeOne(store, current(i)));
    const ofArchived = await timesOf(alone, (i) => changeOne(store, archived(i)));
    await sleep(200);
    const delay = monitorEventLoopDelay({ resolution: 1 });
    delay.enable();
    const blocks = watchBlocks();
    const cpu = process.cpuUsage();
    // Enough for a compaction in the middle of it.
    const atARate = await burstsOf(lanes, changes, (i) => changeOne(store, current(i)));
    const begun = performance.now();
    const flatOut = await lanesOf(lanes, changes, (i) => changeOne(store, archived(i)));
    const perSecond = (1000 * changes) / (performance.now() - begun);
    const used = processorMs(cpu);
    const block = blocks.stop();
    delay.disable();
    const list = async (what: string, more: Partial<JobListQuery>): Promise<Row[]> => {
      const before = process.cpuUsage();
      const times = await timesOf(20, () => store.list(query(more)));
      return [
        goal(what, "ms", percentile(times, 0.99), 100),
        goal(`${what}, processor`, "ms", processorMs(before) / times.length, null),
      ];
    };
    const search = parseSearch("submitter:ada").terms;
    const text = parseSearch("wheat-40").terms;
    // The first text makes the store look into all instructions, in the background.
    while ((await store.list(query({ search: text }))).unsearched > 0) await sleep(50);
    return [
      goal("a bare write and its sync, p99", "ms", percentile(bare, 0.99), null),
      goal("status change, p50", "ms", percentile(ofCurrent, 0.5), null),
      goal("status change, p99", "ms", percentile(ofCurrent, 0.99), 5),
      goal("16 at once, 1000 a second, p50", "ms", percentile(atARate, 0.5), null),
      goal("16 at once, 1000 a second, p99", "ms", percentile(atARate, 0.99), null),
      goal("change of an archived job, p99", "ms", percentile(ofArchived, 0.99), 5),
      goal("16 lanes of these flat out, p99", "ms", percentile(flatOut, 0.99), null),
      goal("16 lanes of these flat out", "/s", perSecond, null),
      goal("status change, processor", "ms", used / (2 * changes), null),
      goal("longest block of the event loop", "ms", delay.max / 1e6, 20),
      goal("longest block, processor", "ms", block, 20),
      ...(await list("list, first page", {})),
      ...(await list("list, last page, by key", { sort: "key", offset: total - 100 })),
      ...(await list("search by submitter", { search })),
      ...(await list("search for a text", { search: text })),
    ];
  } finally {
    await store.close();
  }
}

function processorMs(since: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(since);
  return (user + system) / 1000;
}

/** What the disk takes for as many bytes as a change has, without a store. */
async function bareWrites(path: string, count: number): Promise<number[]> {
  const bytes = Buffer.alloc(3000, "x");
  const file = await open(path, "w");
  try {
    return await timesOf(count, async () => {
      await file.write(bytes);
      await file.datasync();
    });
  } finally {
    await file.close();
    await rm(path);
  }
}

const changeOne = (store: Store, id: number): Promise<unknown> =>
  store.update(id, (job) => statusChange(job, Date.now()));

/** Changes made together, as callbacks of many digesters arrive. */
const lanes = 16;

/** Times of work that comes in bursts, 1,000 pieces a second, however long each takes. */
async function burstsOf(
  size: number,
  count: number,
  work: (i: number) => Promise<unknown>,
): Promise<number[]> {
  const times: Promise<number[]>[] = [];
  const begun = performance.now();
  for (let first = 0; first < count; first += size) {
    await sleep(Math.max(0, begun + first - performance.now()));
    for (let i = first; i < first + size; i += 1) times.push(timesOf(1, () => work(i)));
  }
  return (await Promise.all(times)).flat();
}

/** Times of work of which as many pieces are under way, one after the other, as there are lanes. */
async function lanesOf(
  size: number,
  count: number,
  work: (i: number) => Promise<unknown>,
): Promise<number[]> {
  const times = await Promise.all(
    Array.from({ length: size }, (_, lane) =>
      timesOf(Math.ceil(count / size), (i) => work(lane + i * size)),
    ),
  );
  return times.flat();
}

async function timesOf(count: number, work: (i: number) => Promise<unknown>): Promise<number[]> {
  const times: number[] = [];
  for (let i = 0; i < count; i += 1) {
    const begun = performance.now();
    await work(i);
    times.push(performance.now() - begun);
  }
  return times;
}

/** The built web service on the same folder. */
async function measureService(dir: string): Promise<Row[]> {
  const begun = performance.now();
  const web = await startServices(["web", "--port", "0", "--data", dir]);
  const started = performance.now() - begun;
  const used = 1000 * (await cpuSeconds([web.pid]));
  try {
    const { url, token } = web.announcement;
    const headers = { authorization: `Bearer ${token}` };
    const lists = await timesOf(20, async () => {
      await (await fetch(`${url}/api/v1/jobs?limit=100&sort=-updatedAt`, { headers })).text();
    });
    const status = await readFile(`/proc/${web.pid}/status`, "utf8").catch(() => "");
    const megabytes = Number(/VmHWM:\s+(\d+)/.exec(status)?.[1] ?? NaN) / 1024;
    return [
      goal("web service, start to listening", "ms", started, 3000),
      goal("web service, start, processor", "ms", used, null),
      goal("web service, memory at its highest", "MB", megabytes, 400),
      goal("web service, a page of jobs, p99", "ms", percentile(lists, 0.99), 100),
    ];
  } finally {
    await web.stop();
  }
}
