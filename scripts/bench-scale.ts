import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { setTimeout as sleep } from "node:timers/promises";
import { simulateSite, type Site } from "../e2e/faults/simulation/scale.ts";
import { startServices, type Announcement } from "../e2e/services-process.ts";
import { createHttpSend } from "../services/gate/http-client.ts";
import { pauseFor } from "../services/web/jobs/digester-follower.ts";
import { cpuSeconds } from "./bench-dispatch/cpu.ts";
import { startCrowd } from "./bench-scale/crowd.ts";

/*
 * What a site would ask of its web service, and whether it has the time. What a status and a renewal cost is measured at the
 * built service, the one with so many stand-ins of digesters attached; how many of them there are a second comes of a
 * simulation of the site; what a job costs is what `npm run bench:dispatch` printed for the web service.
 *
 * npm run build && npm run bench:scale -- [--digesters 1000] [--jobs-per-day 1000000] [--job-ms 3.5]
 */
export async function main(args: readonly string[]): Promise<void> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      digesters: { type: "string", default: "1000" },
      workers: { type: "string", default: "4" },
      "jobs-per-day": { type: "string", default: "1000000" },
      "run-seconds": { type: "string", default: "120" },
      "job-ms": { type: "string", default: "3.5" },
    },
  });
  const site: Site = {
    digesters: Number(values.digesters),
    workers: Number(values.workers),
    jobsPerDay: Number(values["jobs-per-day"]),
    runMs: 1000 * Number(values["run-seconds"]),
  };
  const dir = await mkdtemp(join(tmpdir(), "digester-scale-"));
  const web = await startServices(["web", "--port", "0", "--data", join(dir, "data")]);
  try {
    const renewal = await measureRenewals(web, join(dir, "data"), site.workers);
    say(`A renewal of ${site.workers} jobs costs the web service ${renewal.toFixed(2)} ms.`);
    const status = await measureStatuses(web, site);
    say(
      `${site.digesters} digesters with news are asked ${status.rate.toFixed(0)} times a second, a pause of ` +
        `${pauseFor(site.digesters)} ms each; one costs ${status.ms.toFixed(2)} ms. ${status.memory.toFixed(0)} MB are in use.`,
    );
    project(site, Number(values["job-ms"]), renewal, status);
  } finally {
    await web.stop();
    await rm(dir, { recursive: true, force: true });
  }
}

interface Web {
  readonly announcement: Announcement;
  readonly pid: number;
}

function project(
  site: Site,
  jobMs: number,
  renewalMs: number,
  status: { rate: number; ms: number },
): void {
  const load = simulateSite(site);
  say(
    `Simulated: ${load.jobsEnded.toFixed(1)} jobs end a second, with ` +
      `${load.decisions.toFixed(0)} decisions and ${load.renewals.toFixed(0)} renewals a second; the longest wait is ` +
      `${(load.longestWaitMs / 1000).toFixed(1)} s.\n`,
  );
  const jobs = site.jobsPerDay / 86_400;
  // Of a digester that runs several jobs the renewals go in one request.
  const requests = Math.min(load.renewals, site.digesters / 5);
  const parts = [
    { name: "status of digesters", perSecond: status.rate, ms: status.ms },
    { name: "renewals of leases", perSecond: requests, ms: renewalMs },
    { name: "jobs, from create to their end", perSecond: jobs, ms: jobMs },
  ];
  let sum = 0;
  for (const { name, perSecond, ms } of parts) {
    const share = (perSecond * ms) / 10;
    sum += share;
    say(
      `${name.padEnd(32)} ${perSecond.toFixed(1).padStart(8)} a second × ${ms.toFixed(2)} ms = ${share.toFixed(1).padStart(5)} % of a core`,
    );
  }
  say(`${"together".padEnd(32)} ${sum.toFixed(1).padStart(33)} %`);
  const [first] = parts.toSorted((a, b) => b.perSecond * b.ms - a.perSecond * a.ms);
  say(`The first bottleneck: ${first?.name}, of the one thread of the web service.`);
}

/** Milliseconds of processor for a request that renews the leases of so many jobs. */
async function measureRenewals(web: Web, data: string, jobs: number): Promise<number> {
  const call = caller(web);
  await mkdir(data, { recursive: true });
  await writeFile(join(data, "markers.txt"), "name\nm1\n");
  const speaker = { digester: "bench", attempt: 1 };
  const ids = await Promise.all(
    Array.from({ length: jobs }, async (_, n) => {
      const { job } = await call<{ job: { id: number } }>(
        "POST",
        "/api/v1/instructions",
        instruction(data, n),
      );
      const claim = { ...speaker, callback: 1, status: "in_progress" };
      await call("PATCH", `/api/callback/job/${job.id}`, claim);
      return job.id;
    }),
  );
  const renew = async (times: number): Promise<void> => {
    for (let n = 0; n < times; n++) {
      const patch = { ...speaker, progress: (n % 100) / 100 };
      await call("POST", "/api/callback/batch", { patches: ids.map((job) => ({ job, patch })) });
    }
  };
  await renew(300);
  const before = await cpuSeconds([web.pid]);
  await renew(2000);
  return ((await cpuSeconds([web.pid])) - before) / 2;
}

/** What it costs to ask all digesters of a crowd again and again. */
async function measureStatuses(web: Web, { digesters, workers }: Site) {
  const call = caller(web);
  const crowd = await startCrowd(digesters, workers);
  try {
    for (const member of crowd.members) await call("POST", "/api/v1/digesters", member);
    await sleep(10_000);
    const [asked, cpu, begun] = [crowd.asked(), await cpuSeconds([web.pid]), performance.now()];
    await sleep(20_000);
    const seconds = (performance.now() - begun) / 1000;
    const answers = crowd.asked() - asked;
    const status = await readFile(`/proc/${web.pid}/status`, "utf8").catch(() => "");
    return {
      rate: answers / seconds,
      ms: (1000 * ((await cpuSeconds([web.pid])) - cpu)) / answers,
      memory: Number(/^VmRSS:\s*(\d+) kB/m.exec(status)?.[1] ?? NaN) / 1000,
    };
  } finally {
    for (const { id } of crowd.members) await call("DELETE", `/api/v1/digesters/${id}`, undefined);
    crowd.close();
  }
}

function caller({ announcement: { url, token } }: Web) {
  const send = createHttpSend();
  return async <T>(method: string, path: string, body: unknown): Promise<T> => {
    const answer = await send({
      method,
      url: url + path,
      headers: { authorization: `Bearer ${token}` },
      body: body === undefined ? undefined : JSON.stringify(body),
      timeoutMs: 30_000,
    });
    if (answer.status >= 300) throw new Error(`${method} ${path}: ${answer.status} ${answer.text}`);
    return (answer.text.startsWith("{") ? JSON.parse(answer.text) : answer.text) as T;
  };
}

function instruction(data: string, n: number) {
  const gobiiFile = {
    source: join(data, "markers.txt"),
    destination: join(data, "out", String(n)),
    delimiter: "\\t",
    gobiiFileType: "GENERIC",
  };
  const gobiiFileColumns = [{ gobiiColumnType: "CSV_COLUMN", name: "name", rCoord: 1, cCoord: 0 }];
  return { key: `scale-${n}`, instructions: [{ table: "marker", gobiiFile, gobiiFileColumns }] };
}

function say(text: string): void {
  process.stdout.write(`${text}\n`);
}
