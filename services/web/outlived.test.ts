import { mkdir, readFile, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import pino from "pino";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Event } from "../contract/event.ts";
import { createGate } from "../digester/testing/fakes.ts";
import { fakePool, start, statusOf } from "../digester/testing/running-digester.ts";
import type { Publisher } from "../gate/staging.ts";
import { openPostgresStore } from "./store/postgres/postgres-store.ts";
import {
  missingForPostgres,
  skipNote,
  startPrivatePostgres,
  type PrivatePostgres,
} from "./testing/private-postgres.ts";
import {
  markerInstruction,
  runningWeb,
  temporaryDir,
  type TestWeb,
} from "./testing/running-web.ts";
import { startTcpProxy, type TcpProxy } from "./testing/tcp-proxy.ts";

const missing = missingForPostgres();
const patient = { timeout: 15_000 };

/** One that is reached through a proxy only, so that it can go from one moment to the next. */
async function mortalWeb(
  options: Parameters<typeof runningWeb>[0],
): Promise<{ web: TestWeb; url: string; proxy: TcpProxy; kill: () => Promise<void> }> {
  const web = await runningWeb({ ...options, allowedHosts: ["127.0.0.1"] });
  const proxy = await startTcpProxy(Number(new URL(web.url).port));
  const kill = async (): Promise<void> => {
    await proxy.close();
    await web.close();
  };
  return { web, url: `http://127.0.0.1:${proxy.port}`, proxy, kill };
}

async function submit(web: TestWeb, key: string, dataDir: string): Promise<void> {
  await mkdir(join(dataDir, "files"), { recursive: true });
  await writeFile(join(dataDir, "files", key), "name\nm1\n");
  const instructions = markerInstruction(dataDir, key);
  const { status } = await web.ask("POST", "/api/v1/instructions", { key, instructions });
  expect(status).toBe(201);
}

const jobAt = async (web: TestWeb, key: string) =>
  (await web.ask("GET", `/api/v1/jobs/${key}`)).body;
const eventsAt = async (web: TestWeb, key: string): Promise<Event[]> =>
  (await web.ask("GET", `/api/v1/jobs/${key}/events`)).body.events;

describe.skipIf(missing !== null)(
  `a digester whose web service dies for good ${skipNote(missing)}`,
  { timeout: 60_000 },
  () => {
    let server: PrivatePostgres;
    beforeAll(async () => {
      server = await startPrivatePostgres();
    }, 60_000);
    afterAll(() => server.dispose());

    const two = async () => {
      const url = server.freshUrl();
      const dataDir = await temporaryDir();
      const openStore = async () => openPostgresStore(url, { onWarning: () => {} });
      const options = { dataDir, openStore, leaseMs: 60_000 };
      const mortal = await mortalWeb(options);
      return { dataDir, mortal, other: await runningWeb(options) };
    };

    it.each([
      ["is pushed to", {}],
      ["asks for its work", { pull: true }],
      ["fetches its sources", { pull: true, fetchBytes: 1_000_000 }],
    ])("and that %s ends its job by way of another, in the same attempt", async (_how, options) => {
      const { dataDir, mortal, other } = await two();
      const gate = createGate();
      const web = { url: mortal.url, others: [other.url], token: mortal.web.token };
      const digester = await start({ ...options, web, pool: fakePool(gate.opened), id: "node-1" });
      await digester.attached;
      await submit(mortal.web, "k1", dataDir);
      await expect
        .poll(() => jobAt(other, "k1"), patient)
        .toMatchObject({ status: "in_progress", step: "validating" });
      await mortal.kill();
      gate.open();
      await expect
        .poll(() => jobAt(other, "k1"), patient)
        .toMatchObject({
          status: "completed",
          attempt: 1,
          digester: "node-1",
        });
      expect(await readFile(join(dataDir, "digest", "k1", "digest.marker"), "utf8")).toBe("name\n");
      const events = await eventsAt(other, "k1");
      expect(events.filter(({ type }) => type === "placed")).toHaveLength(1);
      // And goes on to work for that one.
      await submit(other, "k2", dataDir);
      await expect
        .poll(() => jobAt(other, "k2"), patient)
        .toMatchObject({ status: "completed", digester: "node-1" });
      await expect.poll(async () => (await statusOf(digester)).outbox, patient).toBe(0);
    });

    it("repeats at another what was applied without an answer, which changes nothing there", async () => {
      const { dataDir, mortal, other } = await two();
      const web = { url: mortal.url, others: [other.url], token: mortal.web.token };
      const digester = await start({ web, id: "node-1" });
      await digester.attached;
      mortal.proxy.cutAt('"status":"completed"', "after");
      await submit(mortal.web, "k1", dataDir);
      await expect
        .poll(() => jobAt(other, "k1"), patient)
        .toMatchObject({ status: "completed", attempt: 1 });
      await expect.poll(async () => (await statusOf(digester)).outbox, patient).toBe(0);
      const events = await eventsAt(other, "k1");
      expect(events.filter(({ status }) => status === "completed")).toHaveLength(1);
      await mortal.kill();
    });

    it("tells another of an outcome of its earlier life, before that learns of the new one", async () => {
      const { dataDir, mortal, other } = await two();
      const web = { url: mortal.url, token: mortal.web.token };
      const about = { id: "node-1", stateDir: await temporaryDir() };
      // Between the permission to publish and the word that it is done.
      const publisher: Publisher = {
        publish: async (staging, destination) => {
          await mortal.kill();
          await rename(staging, destination);
          return true;
        },
        finishPublish: async () => undefined,
      };
      const digester = await start({ ...about, web, replace: { pool: fakePool(), publisher } });
      await digester.attached;
      await submit(mortal.web, "k1", dataDir);
      const kept = () => readFile(join(about.stateDir, "outbox.ndjson"), "utf8");
      await expect.poll(kept, patient).toContain('"status":"completed"');
      await digester.close({ handBack: false });
      expect(await jobAt(other, "k1")).toMatchObject({ status: "in_progress" });
      const next = await start({ ...about, web: { ...web, others: [other.url] } });
      await next.attached;
      expect(await jobAt(other, "k1")).toMatchObject({ status: "completed", attempt: 1 });
    });
  },
);

it("a digester tells nothing to a web service that keeps another record", async () => {
  const mortal = await mortalWeb({});
  const stranger = await runningWeb();
  const gate = createGate();
  const web = { url: mortal.url, others: [stranger.url], token: mortal.web.token };
  let said = "";
  const log = pino({ level: "error" }, { write: (line: string) => void (said += line) });
  const digester = await start({ web, log, pool: fakePool(gate.opened), id: "node-1" });
  await digester.attached;
  // Both have a job of the same number.
  await submit(stranger, "theirs", stranger.dataDir);
  await submit(mortal.web, "k1", mortal.web.dataDir);
  await expect
    .poll(() => jobAt(mortal.web, "k1"), patient)
    .toMatchObject({ id: 1, status: "in_progress", step: "validating" });
  await mortal.proxy.close();
  gate.open();
  await expect.poll(() => said, patient).toContain(`${stranger.url} does not know this digester`);
  expect((await statusOf(digester)).outbox).toBeGreaterThan(0);
  expect(await jobAt(stranger, "theirs")).toMatchObject({ id: 1, status: "submitted", attempt: 0 });
  expect((await stranger.ask("GET", "/api/v1/digesters")).body.digesters).toEqual([]);
});
