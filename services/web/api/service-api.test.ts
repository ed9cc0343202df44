import { describe, expect, it } from "vitest";
import { JobEvents } from "../../contract/api.ts";
import { Diagnostics, ServiceConfiguration } from "../../contract/service.ts";
import { Statistics } from "../../contract/statistics.ts";
import { createLogTail } from "../log.ts";
import { openLowdbStore } from "../store/lowdb-store.ts";
import { markerInstruction, runningWeb, type TestWeb } from "../testing/running-web.ts";

async function submit(web: TestWeb, key: string): Promise<void> {
  const instructions = markerInstruction(web.dataDir, key);
  await web.ask("POST", "/api/v1/instructions", { key, instructions });
}

const mail = {
  host: "mail.example.org",
  port: 25,
  secure: false,
  user: "ada",
  password: "pa55word",
  from: "Digester <d@example.org>",
};

describe("what the web service tells of itself", () => {
  it("is its configuration without what lets anybody in", async () => {
    const web = await runningWeb({ mail, configurationFile: "/etc/digester.json" });
    const { body } = await web.ask("GET", "/api/v1/configuration");
    expect(ServiceConfiguration.parse(body)).toMatchObject({
      file: "/etc/digester.json",
      url: web.url,
      dataDir: web.dataDir,
      crops: [{ name: "dev", contextPath: "/gobii-dev", dataRoots: [web.dataDir], upstream: null }],
      mail: { host: "mail.example.org", port: 25 },
      maxUploadMbytes: 2048,
    });
    expect(JSON.stringify(body)).not.toContain("pa55word");
  });

  it("is its state and the newest lines of its log, without its token", async () => {
    const tail = createLogTail();
    const web = await runningWeb({ mail, recentLog: tail.lines });
    tail.write(`{"msg":"asked with ${web.token}"}\n`);
    await submit(web, "a");
    const { body } = await web.ask("GET", "/api/v1/diagnostics");
    const diagnostics = Diagnostics.parse(body);
    expect(diagnostics).toMatchObject({ version: "1.2.3", counts: { submitted: 1 } });
    expect(diagnostics.log).toEqual(['{"msg":"asked with …"}']);
    const text = JSON.stringify(body);
    for (const secret of [web.token, web.gobii.password, mail.password]) {
      expect(text).not.toContain(secret);
    }
  });

  it("is what happened over time", async () => {
    const web = await runningWeb();
    await submit(web, "a");
    await submit(web, "b");
    const { body } = await web.ask("GET", "/api/v1/statistics?span=week");
    const { buckets } = Statistics.parse(body);
    expect(buckets.at(-1)).toMatchObject({ submitted: 2, completed: 0 });
    expect((await web.ask("GET", "/api/v1/statistics?span=year")).status).toBe(400);
  });
});

const withShortMemory = (directory: string) =>
  openLowdbStore(directory, { eventWindow: 2, onWarning: () => {} });

describe("the newest events", () => {
  it("are told up to a limit, oldest first", async () => {
    const web = await runningWeb();
    for (const key of ["a", "b", "c"]) await submit(web, key);
    const latest = async (limit: number) =>
      JobEvents.parse((await web.ask("GET", `/api/v1/events/latest?limit=${limit}`)).body).events;
    expect((await latest(2)).map(({ key }) => key)).toEqual(["b", "c"]);
    expect(await latest(100)).toHaveLength(3);
  });

  it("are those without a gap where the older ones are not at hand any more", async () => {
    const web = await runningWeb({ openStore: withShortMemory });
    for (const key of ["a", "b", "c", "d", "e"]) await submit(web, key);
    const { events } = (await web.ask("GET", "/api/v1/events/latest?limit=5000")).body;
    expect(events.at(-1)).toMatchObject({ seq: 5, key: "e" });
  });

  it("are none where nothing has happened", async () => {
    const web = await runningWeb();
    expect((await web.ask("GET", "/api/v1/events/latest")).body).toEqual({ events: [] });
  });
});
