import { describe, expect, it } from "vitest";
import type { ClusterReport } from "../../contract/cluster.ts";
import { markerInstruction, runningWeb } from "../testing/running-web.ts";

const report: ClusterReport = {
  keeper: "first",
  provider: "slurm",
  limits: { min: 1, max: 4 },
  labels: ["wheat"],
  pilots: [],
  wanted: 1,
  reason: "The minimum of 1.",
  problem: null,
};

describe("a cluster's keeper and the web service", () => {
  it("tells what waits for pilots like these, and lets one keeper act", async () => {
    const web = await runningWeb();
    const put = (body: object, name = "hpc") => web.ask("PUT", `/api/v1/clusters/${name}`, body);
    const submit = (run: string, more: object) =>
      web.ask("POST", "/api/v1/instructions", {
        instructions: markerInstruction(web.dataDir, run),
        ...more,
      });
    await submit("a", { labels: ["wheat"] });
    await submit("b", { hold: true });
    await submit("c", { labels: ["big-memory"] });
    const first = await put(report);
    expect(first.body).toEqual({
      leads: true,
      limits: { min: 1, max: 4 },
      waiting: 1,
      digesters: [],
    });
    const second = await put({ ...report, keeper: "second", reason: "other" });
    expect(second.body.leads).toBe(false);
    const listed = await web.ask("GET", "/api/v1/clusters");
    expect(listed.body.clusters).toMatchObject([
      { name: "hpc", isKept: true, reason: "The minimum of 1.", wanted: 1 },
    ]);
    expect((await put(report, "no name")).status).toBe(400);
  });

  it("has its limits set and taken back by people", async () => {
    const web = await runningWeb();
    const limit = (limits: object | null, name = "hpc") =>
      web.ask("PUT", `/api/v1/clusters/${name}/limits`, { limits });
    expect((await limit({ min: 0, max: 1 })).status).toBe(404);
    await web.ask("PUT", "/api/v1/clusters/hpc", report);
    expect((await limit({ min: 2, max: 1 })).status).toBe(400);
    const set = await limit({ min: 2, max: 9 });
    expect(set.body).toMatchObject({
      limits: { min: 2, max: 9 },
      configured: { min: 1, max: 4 },
    });
    const told = await web.ask("PUT", "/api/v1/clusters/hpc", { ...report, reason: null });
    expect(told.body.limits).toEqual({ min: 2, max: 9 });
    expect((await limit(null)).body.limits).toEqual({ min: 1, max: 4 });
  });
});
