import { mkdir, readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import * as fc from "fast-check";
import { expect, it } from "vitest";
import type { Event } from "../contract/event.ts";
import { isSettled, type Job } from "../contract/job.ts";
import { fakePool, start } from "../digester/testing/running-digester.ts";
import { publish, finishPublish } from "../gate/publish.ts";
import type { Publisher } from "../gate/staging.ts";
import {
  markerInstruction,
  runningWeb,
  temporaryDir,
  type TestWeb,
} from "./testing/running-web.ts";

const jobs = ["a", "b", "c", "d"];
const patient = { timeout: 30_000, interval: 50 };

/** What people do, and so long after what they did before, in milliseconds. */
const act = fc.record({
  after: fc.nat({ max: 60 }),
  job: fc.constantFrom(...jobs),
  what: fc.oneof(
    fc.constantFrom("cancel", "cancel", "hold", "release", "requeue", "requeue", "priority"),
    fc.constantFrom("drain", "undrain", "detach", "swap"),
  ),
});
type Act = typeof act extends fc.Arbitrary<infer A> ? A : never;

/** Long enough that somebody does something in its middle. */
const slowPublisher: Publisher = {
  publish: async (staging, destination) => {
    await sleep(20);
    const isMoved = await publish(staging, destination, true);
    await sleep(20);
    return isMoved;
  },
  finishPublish,
};

async function site() {
  const dataDir = await temporaryDir();
  await mkdir(join(dataDir, "digest"), { recursive: true });
  const web = await runningWeb({ dataDir, retries: { losses: 1000 } });
  const slowPool = { ...fakePool(), workers: 1 };
  const pool: typeof slowPool = {
    ...slowPool,
    run: async (request, listeners, signal) => {
      await sleep(20);
      return slowPool.run(request, listeners, signal);
    },
  };
  const handOver = {
    table: { command: [process.execPath, "-e", "setTimeout(() => 0, 20)"], minutes: 1 },
  };
  const given = {
    web: { url: web.url, token: web.token },
    replace: { pool, publisher: slowPublisher },
  };
  const near = await start({ ...given, id: "near", handOverOf: () => handOver });
  const far = await start({ ...given, id: "far", pull: true, fetchBytes: 1_000_000 });
  await Promise.all([near.attached, far.attached]);
  for (const key of jobs) {
    await mkdir(join(dataDir, "files", key), { recursive: true });
    await writeFile(join(dataDir, "files", key, "a.txt"), "name\nm1\n");
    const instructions = markerInstruction(dataDir, key);
    expect((await web.ask("POST", "/api/v1/instructions", { key, instructions })).status).toBe(201);
  }
  return { dataDir, web, near, far };
}

async function does(
  { web, near }: Awaited<ReturnType<typeof site>>,
  { what, job }: Act,
): Promise<void> {
  const digesters = "/api/v1/digesters";
  switch (what) {
    case "drain":
    case "undrain":
      await web.ask("POST", `${digesters}/near/drain`, { draining: what === "drain" });
      return;
    case "detach":
      await web.ask("DELETE", `${digesters}/near`);
      await web.ask("POST", digesters, { url: near.url, token: near.token });
      return;
    case "swap":
      await web.ask("PUT", `${digesters}/near/regulator`, { name: "shortest-first", options: {} });
      return;
    case "priority":
      await web.ask("POST", `/api/v1/jobs/${job}/priority`, { priority: 5 });
      return;
    default:
      await web.ask("POST", `/api/v1/jobs/${job}/${what}`, {});
  }
}

const jobAt = async (web: TestWeb, key: string): Promise<Job> =>
  (await web.ask("GET", `/api/v1/jobs/${key}`)).body;

it("whatever people do at whichever moment, every job ends, once for each attempt, with its files or none", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(act, { minLength: 4, maxLength: 30 }), async (acts) => {
      const here = await site();
      const { web, dataDir, near, far } = here;
      for (const one of acts) {
        await sleep(one.after);
        await does(here, one);
      }
      await does(here, { what: "undrain", job: "a", after: 0 });
      for (const key of jobs) await does(here, { what: "release", job: key, after: 0 });
      for (const key of jobs) {
        await expect
          .poll(async () => isSettled((await jobAt(web, key)).status), { ...patient, message: key })
          .toBe(true);
        const { events }: { events: Event[] } = (await web.ask("GET", `/api/v1/jobs/${key}/events`))
          .body;
        const ends = events.filter(({ type }) => type === "settled");
        const ran = ends.filter(({ status }) => status !== "aborted");
        expect(new Set(ran.map(({ attempt }) => attempt)).size).toBe(ran.length);
        const others = ran.filter(({ status }) => status !== "completed");
        expect(others.map(({ message }) => message)).toEqual([]);
        const claims = events.flatMap(({ type, attempt }) => (type === "claimed" ? [attempt] : []));
        expect(claims).toEqual(claims.map((_, at) => at + 1));
      }
      // What is being cleared up by an attempt that was stopped may take a moment more.
      for (const key of jobs) {
        const files = await readdir(join(dataDir, "digest", key)).catch(() => []);
        const { status } = await jobAt(web, key);
        const possible = status === "completed" ? [["digest.marker"]] : [[], ["digest.marker"]];
        expect(possible).toContainEqual(files);
      }
      const beside = async () =>
        (await readdir(join(dataDir, "digest"))).filter((name) => !jobs.includes(name));
      await expect.poll(beside, patient).toEqual([]);
      const fetched = () => readdir(join(far.state, "fetched")).catch(() => []);
      await expect.poll(fetched, patient).toEqual([]);
      await Promise.all([near.close(), far.close()]);
      await web.close();
    }),
    { numRuns: 5, endOnFailure: true },
  );
}, 180_000);
