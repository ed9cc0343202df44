import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { createServer, type AddressInfo } from "node:net";
import { fileURLToPath } from "node:url";
import { Queue, QueueEvents } from "bullmq";
import { cpuSeconds } from "./cpu.ts";
import { WARM_UP, type Measured } from "./report.ts";
import { timeJobs, type JobQueue } from "./timed-jobs.ts";

const workerScript = fileURLToPath(new URL("bullmq-worker.mjs", import.meta.url));
const queueName = "bench";

/**
 * The same of BullMQ, on a Redis of its own that brings each write to disk before it answers, as durable as ours: from
 * `add` to the event that tells of the end, with a worker process whose jobs do nothing.
 *
 * @param dir where Redis may write.
 * @returns null where there is no Redis.
 */
export async function measureBullmq(
  dir: string,
  jobs: number,
  senders: number,
  workers: number,
): Promise<Measured | null> {
  const redis = await startRedis(dir);
  if (redis === null) return null;
  const connection = { host: "127.0.0.1", port: redis.port, maxRetriesPerRequest: null };
  const queue = new Queue(queueName, { connection });
  const events = new QueueEvents(queueName, { connection });
  let worker: ChildProcess | null = null;
  try {
    await Promise.all([queue.waitUntilReady(), events.waitUntilReady()]);
    const args = [workerScript, queueName, String(redis.port), String(workers)];
    worker = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "inherit"] });
    await once(worker.stdout ?? worker, "data");
    const timed = jobQueueOf(queue, events);
    await timeJobs(timed, "warm-up", WARM_UP, senders);
    const pids = [redis.process.pid ?? 0, worker.pid ?? 0];
    const before = await cpuSeconds(pids);
    const timings = await timeJobs(timed, "job", jobs, senders);
    return { timings, cpuSeconds: (await cpuSeconds(pids)) - before };
  } finally {
    worker?.kill("SIGTERM");
    await events.close();
    await queue.close();
    redis.process.kill("SIGKILL");
  }
}

function jobQueueOf(queue: Queue, events: QueueEvents): JobQueue {
  return {
    async send(key) {
      await queue.add("trivial", { key }, { jobId: key });
    },
    async follow({ claimed, completed, failed }) {
      events.on("active", ({ jobId }) => claimed(jobId));
      events.on("completed", ({ jobId }) => completed(jobId));
      events.on("failed", ({ jobId, failedReason }) =>
        failed(new Error(`${jobId}: ${failedReason}`)),
      );
      return () => {
        for (const name of ["active", "completed", "failed"] as const) {
          events.removeAllListeners(name);
        }
      };
    },
  };
}

async function startRedis(dir: string): Promise<{ port: number; process: ChildProcess } | null> {
  const port = await freePort();
  const durable = ["--appendonly", "yes", "--appendfsync", "always", "--save", ""];
  const place = ["--port", String(port), "--bind", "127.0.0.1", "--dir", dir];
  const child = spawn("redis-server", [...place, ...durable], {
    stdio: ["ignore", "pipe", "pipe"],
  });
  const missing = once(child, "error").then(() => "missing" as const);
  const ready = new Promise<"ready">((resolve) => {
    child.stdout.setEncoding("utf8").on("data", (text: string) => {
      if (text.includes("Ready to accept connections")) resolve("ready");
    });
  });
  const ended = once(child, "exit").then(() => "ended" as const);
  const how = await Promise.race([ready, missing, ended]);
  if (how === "ended") throw new Error("redis-server ended before it was ready.");
  return how === "ready" ? { port, process: child } : null;
}

async function freePort(): Promise<number> {
  const server = createServer();
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  server.close();
  return port;
}
