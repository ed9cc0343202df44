import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { availableParallelism, tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { EventSourceParserStream } from "eventsource-parser/stream";
import { startServices, type DigesterAnnouncement } from "../e2e/services-process.ts";
import { StreamMessage } from "../services/contract/event.ts";

/*
 * How many jobs a second come through, from the POST that keeps them durably to the event that tells of their end: all
 * HTTP hops, claim, callbacks, publishing and fsyncs, with a web service and a digester in processes of their own. The
 * instruction is trivial, so that what is measured is everything but digesting.
 *
 * npm run bench:dispatch -- [--jobs 500] [--senders 16] [--workers 2]
 */

interface Timing {
  readonly posted: number;
  answered: number;
  claimed: number;
  ended: number;
}

export async function main(args: readonly string[]): Promise<void> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      jobs: { type: "string", default: "500" },
      senders: { type: "string", default: "16" },
      workers: { type: "string", default: "2" },
    },
  });
  const [jobs, senders, workers] = [values.jobs, values.senders, values.workers].map(Number);
  const dir = await mkdtemp(join(tmpdir(), "digester-bench-"));
  const data = join(dir, "data");
  await mkdir(data);
  const web = await startServices(["web", "--port", "0", "--data", data]);
  const { url, token } = web.announcement;
  const place = ["--web", url, "--token", token, "--port", "0", "--state", join(dir, "state")];
  const size = ["--workers", String(workers)];
  const digester = await startServices<DigesterAnnouncement>(["digester", ...place, ...size]);
  try {
    const source = join(data, "markers.txt");
    await writeFile(source, "name\nm1\n");
    const target = { url, token, source, data };
    await run(target, "warm-up", 50, senders ?? 16);
    const timings = await run(target, "job", jobs ?? 500, senders ?? 16);
    print(timings, `${workers} workers, ${senders} senders, ${availableParallelism()} cores`);
    await printStore(target);
  } finally {
    await digester.stop();
    await web.stop();
    await rm(dir, { recursive: true, force: true });
  }
}

interface Target {
  readonly url: string;
  readonly token: string;
  readonly source: string;
  readonly data: string;
}

/** Posts the jobs and resolves with the times of each once all have ended, in milliseconds. */
async function run(
  target: Target,
  prefix: string,
  count: number,
  senders: number,
): Promise<Timing[]> {
  const timings = new Map<string, Timing>();
  const leaving = new AbortController();
  const events = await openEvents(target, leaving.signal);
  const watching = watch(events, timings, count);
  const keys = Array.from({ length: count }, (_, i) => `${prefix}-${i}`);
  const send = async (): Promise<void> => {
    for (let key = keys.shift(); key !== undefined; key = keys.shift()) {
      const timing = { posted: performance.now(), answered: 0, claimed: 0, ended: 0 };
      timings.set(key, timing);
      await post(target, key);
      timing.answered = performance.now();
    }
  };
  await Promise.all([watching, ...Array.from({ length: senders }, send)]);
  leaving.abort();
  return [...timings.values()];
}

async function post({ url, token, source, data }: Target, key: string): Promise<void> {
  const file = { source, destination: join(data, "out", key), delimiter: "\\t" };
  const columns = [
    { gobiiColumnType: "CSV_COLUMN", name: "name", rCoord: 1, cCoord: 0 },
    { gobiiColumnType: "CONSTANT", name: "platform_id", constantValue: "1" },
  ];
  const table = { table: "marker", gobiiFile: { ...file, gobiiFileType: "GENERIC" } };
  const response = await fetch(`${url}/api/v1/instructions`, {
    method: "POST",
    headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
    body: JSON.stringify({ key, instructions: [{ ...table, gobiiFileColumns: columns }] }),
  });
  const text = await response.text();
  if (response.status !== 201) throw new Error(`${key}: ${response.status} ${text}`);
}

async function openEvents({ url, token }: Target, signal: AbortSignal) {
  const headers = { authorization: `Bearer ${token}` };
  const { body } = await fetch(`${url}/api/v1/events`, { headers, signal });
  if (body === null) throw new Error("There is no event stream.");
  return body.pipeThrough(new TextDecoderStream()).pipeThrough(new EventSourceParserStream());
}

/** Resolves when so many jobs have completed; rejects when one ends otherwise. */
async function watch(
  messages: Awaited<ReturnType<typeof openEvents>>,
  timings: ReadonlyMap<string, Timing>,
  count: number,
): Promise<void> {
  let ended = 0;
  for await (const { data } of messages) {
    const message = StreamMessage.parse(JSON.parse(data));
    if (message.kind !== "event") continue;
    const { type, key, status } = message.event;
    const timing = key === null ? undefined : timings.get(key);
    if (timing === undefined) continue;
    if (type === "claimed") timing.claimed = performance.now();
    if (type !== "settled") continue;
    if (status !== "completed") throw new Error(`${key} ${status}: ${message.job?.reason}`);
    timing.ended = performance.now();
    ended += 1;
    if (ended === count) return;
  }
}

function print(timings: readonly Timing[], terms: string): void {
  const from = Math.min(...timings.map(({ posted }) => posted));
  const to = Math.max(...timings.map(({ ended }) => ended));
  const rate = (timings.length * 1000) / (to - from);
  const rows: Array<[string, (timing: Timing) => number]> = [
    ["POST to 201 (kept durably)", ({ posted, answered }) => answered - posted],
    ["POST to claim", ({ posted, claimed }) => claimed - posted],
    ["claim to completed", ({ claimed, ended }) => ended - claimed],
    ["POST to completed", ({ posted, ended }) => ended - posted],
  ];
  const lines = rows.map(([what, of]) => {
    const sorted = timings.map(of).toSorted((a, b) => a - b);
    const at = (share: number): string =>
      (sorted[Math.floor(share * (sorted.length - 1))] ?? 0).toFixed(1).padStart(9);
    return `${what.padEnd(28)} p50 ${at(0.5)} ms   p99 ${at(0.99)} ms`;
  });
  const head = `${timings.length} jobs, ${terms}: ${rate.toFixed(0)} jobs/s durable, create to completed`;
  process.stdout.write(`${[head, ...lines].join("\n")}\n`);
}

/** What the store's writes took, by the web service's own metrics: each holds the changes of all that waited for it. */
async function printStore({ url, token }: Target): Promise<void> {
  const headers = { authorization: `Bearer ${token}` };
  const text = await (await fetch(`${url}/metrics`, { headers })).text();
  const valueOf = (name: string): number =>
    Number(new RegExp(`^digester_web_${name} (\\S+)$`, "m").exec(text)?.[1]);
  const [sum, count] = [valueOf("store_write_seconds_sum"), valueOf("store_write_seconds_count")];
  const mean = ((1000 * sum) / count).toFixed(1);
  process.stdout.write(`store: ${count} writes with fsync, ${mean} ms each on average\n`);
}
