import { join } from "node:path";
import { z } from "zod";
import { DigesterList } from "../services/contract/api.ts";
import type { AttachedDigester } from "../services/contract/digester.ts";
import { expect, test, type Cluster } from "./cluster.ts";
import { startTcpProxy } from "./faults/tcp-proxy.ts";
import { expectCompletedOnce, expectWholeDigest, submitLargeMatrix } from "./large-job.ts";
import { datasetInstruction, writeLargeMatrix } from "./large-matrix.ts";

/** Digesters that nobody can reach: they ask for their work. */

test.setTimeout(120_000);

async function digesters(cluster: Cluster): Promise<AttachedDigester[]> {
  return (await cluster.ask(DigesterList, "GET", "/digesters")).digesters;
}

async function submitSmall(cluster: Cluster, key: string, labels: string[] = []): Promise<void> {
  const source = join(cluster.dataDir, "files", key);
  await writeLargeMatrix(source, { markers: 20, samples: 5 });
  const destination = join(cluster.dataDir, "digest", key);
  const body = { key, labels, instructions: datasetInstruction(source, destination) };
  await cluster.ask(z.unknown(), "POST", "/instructions", body);
}

test("a digester that asks for its work is told to stop, swap, preview and drain like any other", async ({
  cluster,
}) => {
  await cluster.startWeb();
  const puller = await cluster.startDigester("puller", ["--pull", "--workers", "1"]);
  const destination = await submitLargeMatrix(cluster);
  await submitSmall(cluster, "next");
  const reason = async () => (await cluster.job("next")).reason;
  await expect.poll(reason, { intervals: [20] }).toContain("Next in line");
  await cluster.inTheMiddle("large");

  const swap = { name: "shortest-first", options: {}, by: "ada" };
  const path = "/digesters/puller/regulator";
  await cluster.ask(z.unknown(), "PUT", path, swap);
  await expect
    .poll(async () => (await digesters(cluster))[0])
    .toMatchObject({
      url: expect.stringMatching(/^asks:/),
      reachable: true,
      status: { regulator: { name: "shortest-first" } },
    });
  const preview = z.object({ waiting: z.array(z.object({ key: z.string() })) });
  const told = await cluster.ask(preview, "POST", `${path}/preview`, {
    name: "first-come",
    options: {},
  });
  expect(told.waiting.map(({ key }) => key)).toEqual(["next"]);
  await cluster.ask(z.unknown(), "POST", "/digesters/puller/drain", { draining: true });
  await expect.poll(reason).toContain("draining");

  await cluster.ask(z.unknown(), "POST", "/jobs/large/cancel", {});
  await expect
    .poll(async () => (await cluster.job("large")).status, { timeout: 2000, intervals: [50] })
    .toBe("aborted");
  await cluster.ask(z.unknown(), "POST", "/digesters/puller/drain", { draining: false });
  expect(await cluster.settled("next", 30_000)).toMatchObject({ status: "completed" });
  await cluster.ask(z.unknown(), "POST", "/jobs/large/requeue", {});
  expect(await cluster.settled("large", 60_000)).toMatchObject({ status: "completed", attempt: 2 });
  await expectWholeDigest(cluster, destination);

  expect(await puller.stop()).toBe(0);
  expect(await digesters(cluster)).toEqual([]);
});

test("a digester that asks for its work gets what asks for its labels, and ends when it is idle", async ({
  cluster,
}) => {
  await cluster.startWeb();
  const puller = await cluster.startDigester("puller", ["--pull", "--idle-exit", "3"]);
  await submitSmall(cluster, "gpu", ["gpu"]);
  await submitSmall(cluster, "any");
  expect(await cluster.settled("any", 30_000)).toMatchObject({ digester: "puller" });
  expect((await cluster.job("gpu")).reason).toContain("gpu");
  expect(await puller.ended).toBe(0);
  expect(await digesters(cluster)).toEqual([]);
  const labelled = ["--pull", "--label", "gpu", "--idle-exit", "30"];
  await cluster.startDigester("labelled", labelled);
  expect(await cluster.settled("gpu", 30_000)).toMatchObject({ status: "completed" });
});

test("killed in the middle of its work, it does the job again when it is back", async ({
  cluster,
}) => {
  await cluster.startWeb();
  const puller = await cluster.startDigester("puller", ["--pull"]);
  const destination = await submitLargeMatrix(cluster);
  await cluster.inTheMiddle("large");
  await puller.kill();
  await cluster.startDigester("puller", ["--pull"]);
  expect(await cluster.settled("large", 60_000)).toMatchObject({ status: "completed", attempt: 2 });
  expectCompletedOnce(await cluster.events("large"), 2);
  await expectWholeDigest(cluster, destination);
});

test("killed for good, it loses its job to another one, by the lease", async ({ cluster }) => {
  await cluster.startWeb();
  const puller = await cluster.startDigester("puller", ["--pull"]);
  const destination = await submitLargeMatrix(cluster);
  await cluster.inTheMiddle("large");
  await submitSmall(cluster, "next");
  await puller.kill();
  await cluster.startDigester("other", ["--pull"]);
  const here = { status: "completed", digester: "other" };
  expect(await cluster.settled("large", 60_000)).toMatchObject({ ...here, attempt: 2 });
  expect(await cluster.settled("next", 60_000)).toMatchObject({ ...here, attempt: 1 });
  await expectWholeDigest(cluster, destination);
  const lost = (await digesters(cluster)).find(({ id }) => id === "puller");
  expect(lost).toMatchObject({ reachable: false, problem: expect.stringContaining("not asked") });
});

test("a web service killed while it works repeats nothing, and has it back", async ({
  cluster,
}) => {
  const web = await cluster.startWeb();
  await cluster.startDigester("puller", ["--pull"]);
  const destination = await submitLargeMatrix(cluster);
  await cluster.inTheMiddle("large");
  await web.kill();
  await cluster.startWeb();
  await submitSmall(cluster, "next");
  expect(await cluster.settled("large", 60_000)).toMatchObject({ status: "completed", attempt: 1 });
  expect(await cluster.settled("next", 60_000)).toMatchObject({ status: "completed", attempt: 1 });
  expectCompletedOnce(await cluster.events("large"), 1);
  await expectWholeDigest(cluster, destination);
});

test("connections that break, and one that swallows everything, lose nothing and double nothing", async ({
  cluster,
}) => {
  const web = await cluster.startWeb(["--allow-host", "localhost"]);
  const proxy = await startTcpProxy(0, Number(new URL(web.announcement.url).port));
  const away = `http://localhost:${proxy.port}`;
  try {
    await cluster.startDigester("puller", ["--pull", "--web", away]);
    const keys = Array.from({ length: 12 }, (_, i) => `k${i}`);
    for (const key of keys) {
      await submitSmall(cluster, key);
      proxy.cut();
    }
    proxy.setWeather("black hole");
    await submitSmall(cluster, "swallowed");
    await new Promise((resolve) => setTimeout(resolve, 6000));
    proxy.setWeather("clear");
    for (const key of [...keys, "swallowed"]) {
      const job = await cluster.settled(key, 60_000);
      expect(job.status).toBe("completed");
      expectCompletedOnce(await cluster.events(key), job.attempt);
    }
  } finally {
    proxy.close();
  }
});
