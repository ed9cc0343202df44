import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { availableParallelism, tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { EventSourceParserStream } from "eventsource-parser/stream";
import { startServices, type DigesterAnnouncement } from "../e2e/services-process.ts";
import { StreamMessage } from "../services/contract/event.ts";
import { createHttpSend, type HttpSend } from "../services/gate/http-client.ts";
import {
  startPrivatePostgres,
  type PrivatePostgres,
} from "../services/web/testing/private-postgres.ts";
import { measureBullmq } from "./bench-dispatch/bullmq.ts";
import { cpuSeconds } from "./bench-dispatch/cpu.ts";
import { measurePgBoss } from "./bench-dispatch/pg-boss.ts";
import { rateOf, report, WARM_UP, type Measured } from "./bench-dispatch/report.ts";
import { timeJobs, type JobListener, type JobQueue } from "./bench-dispatch/timed-jobs.ts";

/*
 * How many jobs a second come through, from the POST that keeps them durably to the event that tells of their end: all
 * HTTP hops, claim, callbacks, publishing and fsyncs, with a web service and a digester in processes of their own. The
 * instruction is trivial, so that what is measured is everything but digesting. Then, in the same run, a queue that others
 * rely on, BullMQ, on a Redis that is as durable.
 *
 * With --store postgres, also with the record in a PostgreSQL of its own, as durable, and pg-boss on the same server.
 *
 * npm run build && npm run bench:dispatch -- [--jobs 2000] [--senders 16] [--workers 2] [--store postgres]
 */

/** Jobs a second that two workers on two cores should get through. */
const GOAL = 400;

export async function main(args: readonly string[]): Promise<void> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      jobs: { type: "string", default: "2000" },
      senders: { type: "string", default: "16" },
      workers: { type: "string", default: "2" },
      store: { type: "string", default: "lowdb" },
    },
  });
  const [jobs = 0, senders = 0, workers = 0] = [values.jobs, values.senders, values.workers].map(
    Number,
  );
  say(`${jobs} jobs, ${workers} workers, ${senders} senders, ${availableParallelism()} cores\n`);
  const dir = await mkdtemp(join(tmpdir(), "digester-bench-"));
  try {
    const ours = await measureOurs(join(dir, "lowdb"), jobs, senders, workers, null);
    say(report("Digester", ours));
    if (values.store === "postgres") {
      const server = await startPrivatePostgres(true);
      try {
        const shared = await measureOurs(join(dir, "postgres"), jobs, senders, workers, server);
        say(report("Digester on PostgreSQL", shared));
        const there = await measurePgBoss(server, jobs, senders, workers);
        say(report("pg-boss, same PostgreSQL", there));
      } finally {
        await server.dispose();
      }
    }
    const peer = await measureBullmq(dir, jobs, senders, workers);
    if (peer === null) {
      say(
        "BullMQ was not measured: there is no redis-server. Debian: apt-get install redis-server",
      );
    } else {
      say(report("BullMQ, Redis, fsync always", peer));
    }
    const rate = rateOf(ours.timings);
    say(`Goal of ${GOAL} jobs/s: ${rate >= GOAL ? "met" : "not met"} (${rate.toFixed(0)})`);
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
}

function say(text: string): void {
  process.stdout.write(`${text}\n`);
}

async function measureOurs(
  dir: string,
  jobs: number,
  senders: number,
  workers: number,
  database: PrivatePostgres | null,
): Promise<Measured> {
  const data = join(dir, "data");
  await mkdir(data, { recursive: true });
  const store = database === null ? [] : ["--store", database.url];
  const web = await startServices(["web", "--port", "0", "--data", data, ...store]);
  const { url, token } = web.announcement;
  const place = ["--web", url, "--token", token, "--port", "0", "--state", join(dir, "state")];
  const size = ["--workers", String(workers)];
  const digester = await startServices<DigesterAnnouncement>(["digester", ...place, ...size]);
  try {
    const source = join(data, "markers.txt");
    await writeFile(source, "name\nm1\n");
    const queue = jobQueueOf({ url, token, source, data, send: createHttpSend() });
    await timeJobs(queue, "warm-up", WARM_UP, senders);
    const pids = [web.pid, digester.pid, ...(database === null ? [] : [database.pid()])];
    const before = await cpuSeconds(pids);
    const timings = await timeJobs(queue, "job", jobs, senders);
    return { timings, cpuSeconds: (await cpuSeconds(pids)) - before };
  } finally {
    await digester.stop();
    await web.stop();
  }
}

interface Target {
  readonly url: string;
  readonly token: string;
  readonly source: string;
  readonly data: string;
  /** Cheaper than `fetch`: what measures takes its part of the two cores as well. */
  readonly send: HttpSend;
}

function jobQueueOf(target: Target): JobQueue {
  return {
    send: (key) => post(target, key),
    async follow(listener) {
      const leaving = new AbortController();
      const messages = await openEvents(target, leaving.signal);
      watch(messages, listener).catch((error: unknown) => {
        if (!leaving.signal.aborted) listener.failed(error);
      });
      return () => leaving.abort();
    },
  };
}

async function post({ url, token, source, data, send }: Target, key: string): Promise<void> {
  const file = { source, destination: join(data, "out", key), delimiter: "\\t" };
  const columns = [
    { gobiiColumnType: "CSV_COLUMN", name: "name", rCoord: 1, cCoord: 0 },
    { gobiiColumnType: "CONSTANT", name: "platform_id", constantValue: "1" },
  ];
  const table = { table: "marker", gobiiFile: { ...file, gobiiFileType: "GENERIC" } };
  const { status, text } = await send({
    method: "POST",
    url: `${url}/api/v1/instructions`,
    headers: { authorization: `Bearer ${token}` },
    body: JSON.stringify({ key, instructions: [{ ...table, gobiiFileColumns: columns }] }),
    timeoutMs: 60_000,
  });
  if (status !== 201) throw new Error(`${key}: ${status} ${text}`);
}

async function openEvents({ url, token }: Target, signal: AbortSignal) {
  const headers = { authorization: `Bearer ${token}` };
  const { body } = await fetch(`${url}/api/v1/events`, { headers, signal });
  if (body === null) throw new Error("There is no event stream.");
  return body.pipeThrough(new TextDecoderStream()).pipeThrough(new EventSourceParserStream());
}

async function watch(
  messages: Awaited<ReturnType<typeof openEvents>>,
  { claimed, completed, failed }: JobListener,
): Promise<void> {
  for await (const { event: kind, data } of messages) {
    // Many of the others tell of places in line; there is nothing to measure in them.
    if (kind !== "event") continue;
    const message = StreamMessage.parse(JSON.parse(data));
    if (message.kind !== "event") continue;
    const { type, key, status } = message.event;
    if (key === null) continue;
    if (type === "claimed") claimed(key);
    if (type !== "settled") continue;
    if (status === "completed") completed(key);
    else failed(new Error(`${key} ${status}: ${message.job?.reason}`));
  }
  failed(new Error("The event stream ended."));
}
