// A BullMQ worker in a process of its own: node bullmq-worker.mjs QUEUE PORT CONCURRENCY. Its jobs do nothing.
import { Worker } from "bullmq";

const [queue, port, concurrency] = process.argv.slice(2);
const worker = new Worker(queue, async () => "done", {
  connection: { host: "127.0.0.1", port: Number(port), maxRetriesPerRequest: null },
  concurrency: Number(concurrency),
});
await worker.waitUntilReady();
process.stdout.write("ready\n");
process.on("SIGTERM", () => void worker.close(true).then(() => process.exit(0)));
