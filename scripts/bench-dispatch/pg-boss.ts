import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import type { Readable } from "node:stream";
import { fileURLToPath } from "node:url";
import PgBoss from "pg-boss";
import type { PrivatePostgres } from "../../services/web/testing/private-postgres.ts";
import { cpuSeconds } from "./cpu.ts";
import { WARM_UP, type Measured } from "./report.ts";
import { timeJobs, type JobListener, type JobQueue } from "./timed-jobs.ts";

const workerScript = fileURLToPath(new URL("pg-boss-worker.mjs", import.meta.url));
const queueName = "bench";

/**
 * The same of pg-boss, on a PostgreSQL that brings each commit to disk: from `send` to the completion, with a worker
 * process whose jobs do nothing. It fetches without a pause, faster than pg-boss would by itself, and says on its stdout
 * what it has done.
 */
export async function measurePgBoss(
  server: PrivatePostgres,
  jobs: number,
  senders: number,
  workers: number,
): Promise<Measured> {
  const boss = new PgBoss({ connectionString: server.url, max: senders, supervise: false });
  boss.on("error", () => undefined);
  await boss.start();
  let worker: ChildProcess | null = null;
  try {
    await boss.createQueue(queueName);
    const args = [workerScript, queueName, server.url, String(workers)];
    const child = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "inherit"] });
    worker = child;
    await once(child.stdout, "data");
    const queue = jobQueueOf(boss, child.stdout);
    await timeJobs(queue, "warm-up", WARM_UP, senders);
    const pids = [server.pid(), child.pid ?? 0];
    const before = await cpuSeconds(pids);
    const timings = await timeJobs(queue, "job", jobs, senders);
    return { timings, cpuSeconds: (await cpuSeconds(pids)) - before };
  } finally {
    worker?.kill("SIGKILL");
    await boss.stop({ graceful: false });
  }
}

function jobQueueOf(boss: PgBoss, said: Readable): JobQueue {
  let listener: JobListener | null = null;
  createInterface({ input: said }).on("line", (line) => {
    const [what, key = ""] = line.split(" ");
    if (what === "claimed") listener?.claimed(key);
    if (what === "completed") listener?.completed(key);
  });
  return {
    async send(key) {
      await boss.send(queueName, { key });
    },
    async follow(given) {
      listener = given;
      return () => (listener = null);
    },
  };
}
