import { Low } from "lowdb";
import { JSONFile } from "lowdb/node";
import { monitorEventLoopDelay } from "node:perf_hooks";
import type { JobRecord } from "../../services/web/jobs/job-record.ts";
import { statusChange, type PlainData } from "./fill.ts";
import { percentile } from "./table.ts";

/** A change takes it seconds, so few must do. */
const CHANGES = 8;

/**
 * lowdb as its documentation shows it: all jobs in one object, `write()` after each change. It is not durable: nothing is
 * brought to disk. By the names of the rows that it is compared in.
 */
export async function measurePlainLowdb(file: string): Promise<Map<string, number>> {
  const low = new Low<PlainData>(new JSONFile(file), { jobs: [] });
  const opened = await timed(() => low.read());
  const jobs: JobRecord[] = low.data.jobs;
  const delay = monitorEventLoopDelay({ resolution: 1 });
  delay.enable();
  const changes: number[] = [];
  for (let i = 0; i < CHANGES; i += 1) {
    const at = (i * 7919) % jobs.length;
    changes.push(
      await timed(async () => {
        const job = jobs[at];
        if (job !== undefined) jobs[at] = statusChange(job, Date.now()).job;
        await low.write();
      }),
    );
  }
  delay.disable();
  const list = await timed(async () => jobs.toSorted((a, b) => b.id - a.id).slice(0, 100));
  const search = await timed(async () => jobs.filter(({ submittedBy }) => submittedBy === "ada"));
  return new Map([
    ["opening the store", opened],
    ["status change, alone, p50", percentile(changes, 0.5)],
    ["status change, alone, p99", percentile(changes, 0.99)],
    ["longest block of the event loop", delay.max / 1e6],
    ["list, first page", list],
    ["search by submitter", search],
  ]);
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const begun = performance.now();
  await work();
  return performance.now() - begun;
}
