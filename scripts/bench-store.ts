import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { monitorEventLoopDelay } from "node:perf_hooks";
import { setTimeout as sleep } from "node:timers/promises";
import { parseArgs } from "node:util";
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
    },
  });
  const [jobs = 0, changes = 0] = [values.jobs, values.changes].map(Number);
  const dir = values.keep ?? (await mkdtemp(join(tmpdir(), "digester-bench-store-")));
  try {
    const folder = join(dir, ".digester-web");
    await fillStore(folder, jobs);
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
  const store = await open(join(dir, ".digester-web"));
  const ms = performance.now() - begun;
  const used = processorMs(cpu);
  await store.close();
  return [
    { what: "opening the store", unit: "ms", value: ms, goal: null },
    { what: "opening the store, processor", unit: "ms", value: used, goal: null },
  ];
}

async function open(folder: string): Promise<Store> {
  return openLowdbStore(folder, { onWarning: (text) => process.stderr.write(`${text}\n`) });
}

async function measureWork(folder: string, changes: number): Promise<Row[]> {
  const store = await open(folder);
  try {
    const { total } = await store.list(query({ limit: 1 }));
    const alone = await timesOf(Math.min(changes, 1000), (i) => changeOne(store, total, i));
    await sleep(200);
    const delay = monitorEventLoopDelay({ resolution: 1 });
    delay.enable();
    const blocks = watchBlocks();
    const cpu = process.cpuUsage();
    // Enough for a compaction in the middle of it.
    const together: number[] = [];
    await Promise.all(
      Array.from({ length: 16 }, async (_, lane) => {
        for (let i = lane; i < changes; i += 16) {
          together.push(...(await timesOf(1, () => changeOne(store, total, i))));
        }
      }),
    );
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
      goal("status change, alone, p50", "ms", percentile(alone, 0.5), null),
      goal("status change, alone, p99", "ms", percentile(alone, 0.99), 5),
      goal("status change, 16 at a time, p50", "ms", percentile(together, 0.5), null),
      goal("status change, 16 at a time, p99", "ms", percentile(together, 0.99), 5),
      goal("status change, 16 at a time, processor", "ms", used / changes, null),
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

const changeOne = (store: Store, total: number, i: number): Promise<unknown> =>
  store.update(1 + ((i * 7919) % total), (job) => statusChange(job, Date.now()));

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
