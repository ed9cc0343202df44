import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { createServer, type AddressInfo } from "node:net";
import { fileURLToPath } from "node:url";
import { Queue, QueueEvents } from "bullmq";
import { cpuSeconds } from "./cpu.ts";
import { WARM_UP, type Measured, type Timing } from "./report.ts";

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
    await run(queue, events, "warm-up", WARM_UP, senders);
    const pids = [redis.process.pid ?? 0, worker.pid ?? 0];
    const before = await cpuSeconds(pids);
    const timings = await run(queue, events, "job", jobs, senders);
    return { timings, cpuSeconds: (await cpuSeconds(pids)) - before };
  } finally {
    worker?.kill("SIGTERM");
    await events.close();
    await queue.close();
    redis.process.kill("SIGKILL");
  }
}

async function run(
  queue: Queue,
  events: QueueEvents,
  prefix: string,
  count: number,
  senders: number,
): Promise<Timing[]> {
  const timings = new Map<string, Timing>();
  const finished = new Promise<void>((resolve) => {
    let left = count;
    events.on("active", ({ jobId }) => {
      const timing = timings.get(jobId);
      if (timing !== undefined) timing.claimed = performance.now();
    });
    events.on("completed", ({ jobId }) => {
      const timing = timings.get(jobId);
      if (timing === undefined) return;
      timing.ended = performance.now();
      left -= 1;
      if (left === 0) resolve();
    });
  });
  const keys = Array.from({ length: count }, (_, i) => `${prefix}-${i}`);
  const send = async (): Promise<void> => {
    for (let key = keys.shift(); key !== undefined; key = keys.shift()) {
      const timing = { posted: performance.now(), answered: 0, claimed: 0, ended: 0 };
      timings.set(key, timing);
      await queue.add("trivial", { key }, { jobId: key });
      timing.answered = performance.now();
    }
  };
  await Promise.all([finished, ...Array.from({ length: senders }, send)]);
  events.removeAllListeners("active");
  events.removeAllListeners("completed");
  return [...timings.values()];
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
