import { afterAll, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import type { Event } from "../contract/event.ts";
import { newJob } from "./jobs/job-model.ts";
import { leadOrWait } from "./leadership.ts";
import { createLog } from "./log.ts";
import { openPostgresStore } from "./store/postgres/postgres-store.ts";
import { templateContent } from "./store/store-fixtures.ts";
import type { Store } from "./store/store.ts";
import {
  missingForPostgres,
  skipNote,
  startPrivatePostgres,
  type PrivatePostgres,
} from "./testing/private-postgres.ts";
import { asking } from "./testing/asking-digester.ts";
import { fakeDigester } from "./testing/fake-digester.ts";
import {
  markerInstruction,
  runningWeb,
  temporaryDir,
  type TestWeb,
} from "./testing/running-web.ts";

const missing = missingForPostgres();

describe.skipIf(missing !== null)(`several web services on one record ${skipNote(missing)}`, () => {
  let server: PrivatePostgres;
  beforeAll(async () => {
    server = await startPrivatePostgres();
  }, 60_000);
  afterAll(() => server.dispose());

  const two = async (): Promise<[TestWeb, TestWeb]> => {
    const url = server.freshUrl();
    const dataDir = await temporaryDir();
    const openStore = async () => openPostgresStore(url, { onWarning: () => {} });
    return [await runningWeb({ dataDir, openStore }), await runningWeb({ dataDir, openStore })];
  };

  it("have one token, one list of jobs and one line of events", async () => {
    const [one, other] = await two();
    expect(other.token).toBe(one.token);
    expect(other.gobii.password).toBe(one.gobii.password);
    const instructions = markerInstruction(one.dataDir, "k");
    expect((await one.ask("POST", "/api/v1/instructions", { key: "k", instructions })).status).toBe(
      201,
    );
    expect((await other.ask("POST", "/api/v1/jobs/k/hold", { by: "ada" })).body.held).toBe(true);
    expect((await one.ask("GET", "/api/v1/jobs/k")).body).toMatchObject({
      held: true,
      reason: "Held by ada.",
    });
    const { events } = (await one.ask("GET", "/api/v1/jobs/k/events")).body;
    expect(events.map(({ seq, type }: Event) => [seq, type])).toEqual([
      [1, "submitted"],
      [2, "held"],
    ]);
    const again = await other.ask("POST", "/api/v1/instructions", { key: "k", instructions });
    expect(again.body.job.id).toBe(1);
  });

  it("share the digesters that are attached to any of them, and place a job once", async () => {
    const [one, other] = await two();
    const digester = await fakeDigester({ id: "node-1" });
    const attach = { url: digester.url, token: digester.token };
    expect((await one.ask("POST", "/api/v1/digesters", attach)).status).toBe(201);
    const known = async () => (await other.ask("GET", "/api/v1/digesters")).body.digesters;
    await expect
      .poll(known, { timeout: 10_000 })
      .toMatchObject([{ id: "node-1", reachable: true }]);
    for (const [n, web] of [one, other, one, other].entries()) {
      const instructions = markerInstruction(web.dataDir, `k${n}`);
      await web.ask("POST", "/api/v1/instructions", { key: `k${n}`, instructions });
    }
    const placed = async () => (await one.ask("GET", "/api/v1/jobs?sort=id")).body.jobs;
    const here = { digester: "node-1" };
    await expect.poll(placed, { timeout: 10_000 }).toMatchObject([here, here, here, here]);
    const { events } = (await one.ask("GET", "/api/v1/jobs/k0/events")).body;
    expect(events.filter(({ type }: Event) => type === "placed")).toHaveLength(1);
    expect(digester.taken.map(({ key }) => key).toSorted()).toEqual(["k0", "k1", "k2", "k3"]);
    expect((await one.ask("DELETE", "/api/v1/digesters/node-1")).status).toBe(204);
    await expect.poll(known, { timeout: 10_000 }).toEqual([]);
  });

  it("keep one set of templates, and let one of two win who save under one name", async () => {
    const [one, other] = await two();
    const path = "/api/v1/templates/Panels";
    const save = (web: TestWeb, by: string, version: string | null = null) =>
      web.ask("PUT", path, { ...templateContent, by, version });
    const { body: first } = await save(one, "Ada");
    expect((await other.ask("GET", path)).body).toEqual(first);
    const tries = await Promise.all(
      [one, other].map((web, n) => save(web, `Ben ${n}`, first.version)),
    );
    const done = tries.filter(({ status }) => status === 200);
    expect(done).toHaveLength(1);
    for (const web of [one, other]) {
      const told = async () => {
        const { events } = (await web.ask("GET", "/api/v1/events/latest?limit=9")).body;
        return events.map(({ type, by }: Event) => [type, by]);
      };
      expect((await web.ask("GET", path)).body).toEqual(done[0]?.body);
      // It is with these events that the consoles of either service ask again.
      await expect.poll(told, { timeout: 10_000 }).toEqual([
        ["template_saved", "Ada"],
        ["template_saved", done[0]?.body.savedBy],
      ]);
    }
  });

  it("reach a digester that asks one of them for its work, whichever that is", async () => {
    const [one, other] = await two();
    const node = await asking(one, { id: "node-1" });
    let stop = node.keepAsking(one);
    const submit = async (web: TestWeb, key: string) => {
      const instructions = markerInstruction(web.dataDir, key);
      await web.ask("POST", "/api/v1/instructions", { key, instructions });
      await expect
        .poll(() => node.digester.taken.map((dispatch) => dispatch.key), { timeout: 10_000 })
        .toContain(key);
    };
    const known = async () => (await other.ask("GET", "/api/v1/digesters")).body.digesters;
    const here = [{ id: "node-1", reachable: true, problem: null }];
    await expect.poll(known, { timeout: 10_000 }).toMatchObject(here);
    await submit(one, "k1");
    await submit(other, "k2");
    await expect
      .poll(async () => (await other.ask("GET", "/api/v1/jobs/k1")).body.digester)
      .toBe("node-1");
    await other.ask("POST", "/api/v1/jobs/k1/cancel", {});
    await expect
      .poll(() => node.digester.calls, { timeout: 10_000 })
      .toContainEqual(expect.objectContaining({ method: "DELETE" }));
    const swap = { name: "fifo", options: {} };
    const path = "/api/v1/digesters/node-1/regulator";
    expect((await other.ask("PUT", path, swap)).status).toBe(200);
    const preview = await other.ask("POST", `${path}/preview`, swap);
    expect(preview).toMatchObject({ status: 400, body: { error: { code: "bad_request" } } });

    stop();
    stop = node.keepAsking(other);
    await submit(other, "k3");
    await expect
      .poll(async () => (await one.ask("PUT", path, swap)).status, { timeout: 15_000 })
      .toBe(200);
    await submit(one, "k4");
    stop();
  });

  it("take no calls for it from anybody else", async () => {
    const [one] = await two();
    const status = async (token: string) => {
      const headers = { authorization: `Bearer ${token}` };
      return (await fetch(`${one.url}/api/relay/node-1/status`, { headers })).status;
    };
    expect(await status("wrong")).toBe(401);
    expect(await status(one.token)).toBe(502);
  });

  it("let in who has signed in at another one, until that is revoked", async () => {
    const [one, other] = await two();
    const signIn = await fetch(`${one.gobii.url}/gobii/v1/auth`, {
      method: "POST",
      headers: { "x-username": one.gobii.user, "x-password": one.gobii.password },
    });
    const { token } = await signIn.json();
    const path = "/gobii/v1/instructions/loader/none";
    const statusAt = async (web: TestWeb) =>
      (await fetch(web.gobii.url + path, { headers: { "x-auth-token": token } })).status;
    const known = await statusAt(one);
    expect(known).not.toBe(401);
    expect(await statusAt(other)).toBe(known);
    const { tokens } = (await other.ask("GET", "/api/v1/tokens")).body;
    expect(JSON.stringify(tokens)).not.toContain(token);
    expect((await other.ask("DELETE", `/api/v1/tokens/${tokens[0].id}`)).status).toBe(204);
    expect(await statusAt(other)).toBe(401);
    await expect.poll(() => statusAt(one), { timeout: 10_000 }).toBe(401);
  });

  it("have one of them lead, and another one when it ends", async () => {
    const url = server.freshUrl();
    const open = async (): Promise<Store> => {
      const store = await openPostgresStore(url, { onWarning: () => {} });
      onTestFinished(() => store.close());
      return store;
    };
    const working: string[] = [];
    const lead = async (name: string) =>
      leadOrWait({
        store: await open(),
        log: createLog("silent"),
        name: "work",
        leadMs: 600,
        start: async () => {
          working.push(name);
          return { stop: async () => void working.splice(working.indexOf(name), 1) };
        },
      });
    const first = await lead("first");
    await expect.poll(() => working).toEqual(["first"]);
    const second = await lead("second");
    onTestFinished(() => second.stop());
    await new Promise((resolve) => setTimeout(resolve, 1200));
    expect(working).toEqual(["first"]);
    await first.stop();
    await expect.poll(() => working, { timeout: 10_000 }).toEqual(["second"]);
  });

  it("reserve jobs for one of them at a time", async () => {
    const url = server.freshUrl();
    const stores = await Promise.all(
      [1, 2].map(async () => openPostgresStore(url, { onWarning: () => {} })),
    );
    onTestFinished(async () => void (await Promise.all(stores.map((store) => store.close()))));
    const ids: number[] = [];
    for (let n = 0; n < 20; n++) {
      const job = await stores[0]?.create(newJob({ key: `k${n}`, crop: "dev" }, 0), null);
      ids.push(job?.id ?? 0);
    }
    const taken = await Promise.all(
      [...stores, ...stores].map((store) => store.reserve(ids, 60_000)),
    );
    const mine = new Set([...(taken[0] ?? []), ...(taken[2] ?? [])]);
    const theirs = new Set([...(taken[1] ?? []), ...(taken[3] ?? [])]);
    expect(mine.size + theirs.size).toBe(20);
    expect([...mine].filter((id) => theirs.has(id))).toEqual([]);
    const late = ids.slice(0, 1);
    const [holder, other] = mine.has(1) ? stores : stores.toReversed();
    expect(await holder?.reserve(late, 1)).toEqual(late);
    await expect.poll(() => other?.reserve(late, 60_000)).toEqual(late);
    expect(await holder?.reserve(late, 60_000)).toEqual([]);
  });
});
