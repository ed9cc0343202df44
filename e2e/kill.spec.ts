import { appendFile, readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import type { Event } from "../services/contract/event.ts";
import { expect, test } from "./cluster.ts";
import { datasetInstruction, writeLargeMatrix } from "./large-matrix.ts";
import {
  expectCompletedOnce,
  largeMatrix,
  expectWholeDigest,
  submitLargeMatrix,
} from "./large-job.ts";

/**
 * Processes killed with -9 in the middle of their work. Nothing may be lost, nothing may be done twice, and nothing may be
 * left half done.
 */

test.setTimeout(120_000);

test("a digester killed in the middle runs its job again when it is back", async ({ cluster }) => {
  await cluster.startWeb();
  const digester = await cluster.startDigester("node-1");
  const destination = await submitLargeMatrix(cluster);
  await cluster.inTheMiddle("large");
  await digester.kill();
  await cluster.startDigester("node-1");

  const job = await cluster.settled("large", 60_000);
  expect(job).toMatchObject({ status: "completed", attempt: 2, digester: "node-1" });
  expectCompletedOnce(await cluster.events("large"), 2);
  await expectWholeDigest(cluster, destination);
});

test("a digester that never comes back loses its job to another one, by the lease", async ({
  cluster,
}) => {
  await cluster.startWeb();
  const lost = await cluster.startDigester("node-1");
  const destination = await submitLargeMatrix(cluster);
  await cluster.inTheMiddle("large");
  await lost.kill();
  await cluster.startDigester("node-2");

  const job = await cluster.settled("large", 60_000);
  expect(job).toMatchObject({ status: "completed", attempt: 2, digester: "node-2" });
  const events = await cluster.events("large");
  expectCompletedOnce(events, 2);
  expect(events.find(({ type }) => type === "lease_expired")?.message).toContain("node-1");
  await expectWholeDigest(cluster, destination);
});

test("a digester that was stopped and wakes up too late changes nothing", async ({ cluster }) => {
  await cluster.startWeb();
  const sleeper = await cluster.startDigester("node-1");
  const destination = await submitLargeMatrix(cluster);
  await cluster.inTheMiddle("large");
  sleeper.signal("SIGSTOP");
  await cluster.startDigester("node-2");
  const job = await cluster.settled("large", 60_000);
  expect(job).toMatchObject({ status: "completed", attempt: 2, digester: "node-2" });

  sleeper.signal("SIGCONT");
  const refused = async (): Promise<Event[]> =>
    (await cluster.events("large")).filter(({ type }) => type === "refused");
  await expect.poll(async () => (await refused()).length, { timeout: 30_000 }).toBeGreaterThan(0);
  expect((await refused())[0]).toMatchObject({ attempt: 1, refused: { digester: "node-1" } });
  expectCompletedOnce(await cluster.events("large"), 2);
  const alone = async (): Promise<string[]> => readdir(join(destination, ".."));
  await expect.poll(alone, { timeout: 30_000 }).toEqual(["large"]);
  await expectWholeDigest(cluster, destination);
});

test("a web service killed right after its 201 has the instruction when it is back", async ({
  cluster,
}) => {
  const web = await cluster.startWeb();
  const instruction = datasetInstruction(
    join(cluster.dataDir, "files", "none"),
    join(cluster.dataDir, "loader", "digest", "none"),
  );
  await cluster.submit("kept", instruction);
  await web.kill();
  const again = await cluster.startWeb();

  expect(again.announcement).toEqual(web.announcement);
  const job = await cluster.job("kept");
  expect(job).toMatchObject({ id: 1, status: "submitted", attempt: 0 });
  expect(job.reason).toContain("No digester is attached");
  const { url, token } = again.announcement;
  const stored = await fetch(`${url}/api/v1/instructions/kept`, {
    headers: { authorization: `Bearer ${token}` },
  });
  expect(await stored.json()).toMatchObject({
    key: "kept",
    instructions: [{ table: "dataset_marker" }, { table: "dataset_dnarun" }, { table: "matrix" }],
  });
});

test("a web service killed while a digester works repeats nothing", async ({ cluster }) => {
  const web = await cluster.startWeb();
  await cluster.startDigester("node-1");
  const destination = await submitLargeMatrix(cluster);
  await cluster.inTheMiddle("large");
  await web.kill();
  await cluster.startWeb();

  const job = await cluster.settled("large", 60_000);
  expect(job).toMatchObject({ status: "completed", attempt: 1, digester: "node-1" });
  expectCompletedOnce(await cluster.events("large"), 1);
  await expectWholeDigest(cluster, destination);
});

test("a digester that is back before the web service, with an outcome to tell, waits for it", async ({
  cluster,
}) => {
  const web = await cluster.startWeb();
  const digester = await cluster.startDigester("node-1");
  const source = join(cluster.dataDir, "files", "large");
  await writeLargeMatrix(source, largeMatrix);
  await appendFile(join(source, "large.txt"), "too\tshort\n");
  const destination = join(cluster.dataDir, "loader", "digest", "large");
  await cluster.submit("large", datasetInstruction(source, destination));
  await cluster.inTheMiddle("large");
  await web.kill();
  const outbox = (): Promise<string> =>
    readFile(join(cluster.stateDir("node-1"), "outbox.ndjson"), "utf8");
  await expect.poll(outbox, { timeout: 30_000 }).toContain('"failed"');
  await digester.kill();
  const back = cluster.startDigester("node-1");
  await Promise.race([back, new Promise((resolve) => setTimeout(resolve, 5000))]);
  await cluster.startWeb();
  await back;

  const job = await cluster.settled("large", 30_000);
  expect(job).toMatchObject({ status: "failed", attempt: 1 });
  expect(job.reason).toContain(`large.txt`);
});

test("a digester that is asked to end hands its job back at once", async ({ cluster }) => {
  await cluster.startWeb();
  const leaving = await cluster.startDigester("node-1");
  const destination = await submitLargeMatrix(cluster);
  await cluster.inTheMiddle("large");
  expect(await leaving.stop()).toBe(0);
  expect(await cluster.job("large")).toMatchObject({ status: "submitted", digester: null });
  await cluster.startDigester("node-2");

  const job = await cluster.settled("large", 60_000);
  expect(job).toMatchObject({ status: "completed", digester: "node-2" });
  expect((await cluster.events("large")).map(({ type }) => type)).toContain("handed_back");
  await expectWholeDigest(cluster, destination);
});
