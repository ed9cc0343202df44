import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { UnsettledJobs } from "../contract/callback.ts";
import { parseConfiguration } from "./configuration.ts";
import { fakeDigester } from "./testing/fake-digester.ts";
import { markerInstruction, runningWeb, temporaryDir } from "./testing/running-web.ts";

const digest = { also: ["parquet"], quality: false, missing: ["-9"], encoding: "latin1" } as const;

async function setUp() {
  const folder = await temporaryDir();
  const [maize, rice] = [join(folder, "maize"), join(folder, "rice")];
  await Promise.all([mkdir(maize), mkdir(rice)]);
  const { crops } = parseConfiguration(
    JSON.stringify({
      crops: [
        { name: "maize", dataRoots: [maize], digest },
        { name: "rice", dataRoots: [rice] },
      ],
    }),
    join(folder, "web.json"),
  );
  const web = await runningWeb({ crops: crops ?? [] });
  const submit = (crop: string, root: string) =>
    web.ask("POST", "/api/v1/instructions", {
      key: crop,
      crop,
      instructions: markerInstruction(root),
    });
  return {
    web,
    submitBoth: async () => [await submit("maize", maize), await submit("rice", rice)],
  };
}

describe("the settings of a crop", () => {
  it("go to the digester with each of its jobs, by its name", async () => {
    const { web, submitBoth } = await setUp();
    const digester = await fakeDigester();
    const { url, token } = digester;
    expect((await web.ask("POST", "/api/v1/digesters", { url, token })).status).toBe(201);
    expect((await submitBoth()).map(({ status }) => status)).toEqual([201, 201]);
    await expect.poll(() => digester.taken.length, { timeout: 10_000 }).toBe(2);
    const told = digester.taken.map(({ key, crop, settings }) => ({ key, crop, settings }));
    expect(told.toSorted((a, b) => a.key.localeCompare(b.key))).toEqual([
      { key: "maize", crop: "maize", settings: digest },
      { key: "rice", crop: "rice", settings: undefined },
    ]);
  });

  it("go to a digester that asks for what is not settled, and are told with the configuration", async () => {
    const { web, submitBoth } = await setUp();
    await submitBoth();
    const { body } = await web.ask("GET", "/api/callback/job?settled=false");
    const { jobs } = UnsettledJobs.parse(body);
    expect(jobs.map(({ crop, settings }) => [crop, settings])).toEqual([
      ["maize", digest],
      ["rice", undefined],
    ]);
    const { body: about } = await web.ask("GET", "/api/v1/configuration");
    expect(about.crops.map((crop: { digest: unknown }) => crop.digest)).toEqual([digest, {}]);
  });
});
