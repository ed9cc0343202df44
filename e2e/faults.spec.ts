import { expect, test } from "@playwright/test";
import { removeCluster } from "./faults/cluster.ts";
import { reportOf } from "./faults/report.ts";
import { runFaults } from "./faults/run.ts";

/**
 * The short form of `npm run chaos`: processes of web service and digesters are killed at seeded moments, with a network
 * and a disk that fail between them. A lease is shorter than the product's, so that the test is too.
 */

test.setTimeout(300_000);

test("thirty seeded kills lose nothing, repeat nothing and spoil no output", async () => {
  const run = await runFaults({
    kills: 30,
    seed: 4,
    digesters: 4,
    workers: 1,
    lease: 4,
    everyMs: 1000,
    size: { matrices: [8000, 20_000], panel: 3000 },
    keepIn: null,
    say: () => undefined,
  });
  const report = reportOf(run);
  await test.info().attach("report.md", { body: report, contentType: "text/markdown" });
  const { lost, completedTwice, different, unkept } = run.verdict;
  expect({ lost, completedTwice, different, unkept }, report).toEqual({
    lost: [],
    completedTwice: [],
    different: [],
    unkept: [],
  });
  expect(run.leftovers, report).toEqual([]);
  expect(run.complaints, report).toEqual([]);
  // Else nothing would have been tried.
  expect(run.storm.kills).toHaveLength(30);
  expect(run.accepted).toBeGreaterThan(5);
  expect(run.verdict.recoveries.length).toBeGreaterThan(3);
  await removeCluster(run.cluster);
});
