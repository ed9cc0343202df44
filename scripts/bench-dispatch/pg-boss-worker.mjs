// A pg-boss worker in a process of its own: node pg-boss-worker.mjs QUEUE URL CONCURRENCY. Its jobs do nothing.
import PgBoss from "pg-boss";
import { setTimeout as sleep } from "node:timers/promises";

const [queue, url, concurrency] = process.argv.slice(2);
const boss = new PgBoss({ connectionString: url, supervise: false, schedule: false });
boss.on("error", () => undefined);
await boss.start();
process.stdout.write("ready\n");
const work = async () => {
  for (;;) {
    const jobs = await boss.fetch(queue);
    if (jobs.length === 0) await sleep(2);
    for (const { id, data } of jobs) {
      process.stdout.write(`claimed ${data.key}\n`);
      await boss.complete(queue, id);
      process.stdout.write(`completed ${data.key}\n`);
    }
  }
};
await Promise.all(Array.from({ length: Number(concurrency) }, work));
