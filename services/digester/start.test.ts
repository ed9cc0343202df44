import { request as httpRequest } from "node:http";
import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { DigesterStatus, RegulatorState } from "../contract/digester.ts";
import { ErrorBody } from "../contract/errors.ts";
import { createGate, until } from "./testing/fakes.ts";
import { call, fakePool, foreignCaller, start, statusOf } from "./testing/running-digester.ts";

describe("a digester's door", () => {
  it("opens to its token only, and to health checks", async () => {
    const digester = await start();
    for (const token of ["", "wrong", `${digester.token}x`]) {
      const { status, body } = await call({ ...digester, token }, "GET", "/status");
      expect(status).toBe(401);
      expect(ErrorBody.parse(body).error.code).toBe("unauthenticated");
    }
    expect((await fetch(`${digester.url}/healthz`)).status).toBe(200);
    expect((await fetch(`${digester.url}/readyz`)).status).toBe(200);
    expect((await statusOf(digester)).id).toBe(digester.id);
  });

  it("does not answer to a name that was pointed at its address", async () => {
    const { url, token } = await start();
    const status = await new Promise((resolve, reject) => {
      const headers = { host: "evil.example", authorization: `Bearer ${token}` };
      httpRequest(`${url}/status`, { headers }, (response) => {
        response.resume();
        resolve(response.statusCode);
      })
        .on("error", reject)
        .end();
    });
    expect(status).toBe(403);
  });

  it("answers what is no request of its own in words, without a stack trace", async () => {
    const digester = await start();
    const wrong = [
      await call(digester, "POST", "/instructions", { job: "x" }),
      await call(digester, "PUT", "/regulator", { name: "none" }),
      await call(digester, "POST", "/regulator/preview", { name: "first-come", options: { a: 1 } }),
      await call(digester, "DELETE", "/instructions/abc"),
      await call(digester, "GET", "/nowhere"),
    ];
    expect(wrong.map(({ status }) => status)).toEqual([400, 404, 400, 400, 404]);
    const response = await fetch(`${digester.url}/instructions`, {
      method: "POST",
      headers: {
        authorization: `Bearer ${digester.token}`,
        "content-type": "application/json",
      },
      body: "{no json",
    });
    expect(response.status).toBe(400);
    const texts = [await response.text(), ...wrong.map(({ body }) => JSON.stringify(body))];
    for (const text of texts) {
      expect(ErrorBody.safeParse(JSON.parse(text)).success).toBe(true);
      expect(text).not.toMatch(/\bat .*:\d+:\d+/);
    }
  });
});

describe("a digester that others call directly", () => {
  it("digests for a caller that offers nothing but PATCH job/{id}", async () => {
    const { root, dispatch, caller, outcomeOf } = await foreignCaller();
    const digester = await start();
    const { status } = await call(digester, "POST", "/instructions", dispatch(7));
    expect(status).toBe(202);
    await until(() => outcomeOf(7) === "completed", "completed");
    expect(caller.patches[0]?.patch).toMatchObject({
      digester: digester.id,
      attempt: 1,
      callback: 1,
      status: "in_progress",
      message: "Beginning Digest",
    });
    expect(await readFile(join(root, "out-7", "digest.marker"), "utf8")).toBe("name\n");
    const kept = (): Promise<string[]> => readdir(join(digester.state, "intake"));
    await until(async () => (await kept()).length === 0, "nothing is kept of it");
  });

  it("refuses relative paths and those outside its data roots", async () => {
    const { root, dispatch } = await foreignCaller();
    const digester = await start({ dataRoots: [root] });
    const refused = [
      dispatch(1, { source: "markers.txt" }),
      dispatch(2, { source: "/etc/passwd" }),
      dispatch(3, { source: join(root, "in.txt"), destination: `${root}/../elsewhere` }),
    ];
    for (const each of refused) {
      const { status, body } = await call(digester, "POST", "/instructions", each);
      expect(status).toBe(400);
      expect(ErrorBody.parse(body).error.message).toMatch(/absolute paths only|data roots/);
    }
    const inside = dispatch(4, { source: join(root, "in.txt") });
    expect((await call(digester, "POST", "/instructions", inside)).status).toBe(202);
  });

  it("answers 429 when the line is full and 503 when it drains", async () => {
    const { dispatch } = await foreignCaller();
    const gate = createGate();
    const digester = await start({ pool: fakePool(gate.opened), lineLimit: 1 });
    await call(digester, "POST", "/instructions", dispatch(1));
    await until(async () => (await statusOf(digester)).running.length === 1, "running");
    expect((await call(digester, "POST", "/instructions", dispatch(2))).status).toBe(202);
    expect((await call(digester, "POST", "/instructions", dispatch(2))).status).toBe(202);
    expect((await call(digester, "POST", "/instructions", dispatch(3))).status).toBe(429);
    await call(digester, "POST", "/drain");
    expect((await call(digester, "POST", "/instructions", dispatch(4))).status).toBe(503);
    const { draining, waiting } = await statusOf(digester);
    expect(draining).toBe(true);
    expect(waiting[0]?.reason).toContain("draining");
    await call(digester, "POST", "/drain", { draining: false });
    expect((await statusOf(digester)).draining).toBe(false);
    gate.open();
  });

  it("cancels what runs and drops what waits", async () => {
    const { dispatch, outcomeOf } = await foreignCaller();
    const digester = await start({ pool: fakePool(createGate().opened) });
    for (const job of [1, 2]) await call(digester, "POST", "/instructions", dispatch(job));
    await until(async () => (await statusOf(digester)).running.length === 1, "running");
    expect((await call(digester, "DELETE", "/instructions/2")).body).toMatchObject({
      was: "waiting",
    });
    expect((await call(digester, "DELETE", "/instructions/1")).body).toMatchObject({
      was: "running",
    });
    await until(() => outcomeOf(1) === "aborted", "aborted");
    expect(outcomeOf(2)).toBeUndefined();
    await until(async () => (await statusOf(digester)).running.length === 0, "nothing runs");
    expect((await statusOf(digester)).waiting).toEqual([]);
  });

  it("does not forget, when it is killed, what it has said yes to", async () => {
    const { dispatch, caller, outcomeOf } = await foreignCaller();
    const first = await start({ pool: fakePool(createGate().opened) });
    for (const job of [1, 2]) await call(first, "POST", "/instructions", dispatch(job));
    await until(async () => (await statusOf(first)).running.length === 1, "running");
    // What a killed process leaves: its files, and no word to anybody.
    await first.close({ handBack: false });
    const second = await start({ stateDir: first.state });
    expect([second.id, second.token]).toEqual([first.id, first.token]);
    await until(() => outcomeOf(1) === "completed" && outcomeOf(2) === "completed", "both");
    const claims = caller.patches.filter(({ patch }) => patch.status === "in_progress");
    expect(claims.map(({ job, patch }) => [job, patch.attempt])).toEqual([
      [1, 1],
      [1, 2],
      [2, 1],
    ]);
  });

  it("hands running jobs back when it is asked to end, and keeps the waiting ones", async () => {
    const { dispatch, caller } = await foreignCaller();
    const digester = await start({ pool: fakePool(createGate().opened) });
    for (const job of [1, 2]) await call(digester, "POST", "/instructions", dispatch(job));
    await until(async () => (await statusOf(digester)).running.length === 1, "running");
    await digester.close();
    expect(caller.patches.at(-1)).toMatchObject({
      job: 1,
      patch: { status: "submitted", reason: `${digester.id} is shutting down.` },
    });
    expect(await readdir(join(digester.state, "intake"))).toHaveLength(1);
    expect(await readdir(digester.state)).not.toContain("lock.json");
  });
});

describe("a digester's metrics", () => {
  it("tell what runs, waits and was read, to those who have the token", async () => {
    const { dispatch, outcomeOf } = await foreignCaller();
    const digester = await start();
    expect((await fetch(`${digester.url}/metrics`)).status).toBe(401);
    await call(digester, "POST", "/instructions", dispatch(1));
    await until(() => outcomeOf(1) === "completed", "completed");
    const headers = { authorization: `Bearer ${digester.token}` };
    const text = async (): Promise<string> =>
      (await fetch(`${digester.url}/metrics`, { headers })).text();
    await until(async () => (await text()).includes("digester_node_running 0"), "nothing runs");
    expect(await text()).toContain("digester_node_attempt_seconds_count 1");
    expect(await text()).toMatch(/digester_node_(waiting|worker_restarts_total) 0/);
  });
});

describe("a digester's status", () => {
  it("waits for news, and tells at once of what has changed", async () => {
    const { dispatch } = await foreignCaller();
    const digester = await start({ pool: fakePool(createGate().opened) });
    const before = await statusOf(digester);
    let news: DigesterStatus | null = null;
    const asked = statusOf(digester, before.revision).then((status) => (news = status));
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(news).toBeNull();
    await call(digester, "POST", "/instructions", dispatch(1));
    expect((await asked).revision).toBeGreaterThan(before.revision);
    // A revision of an earlier life is no reason to wait.
    expect((await statusOf(digester, 1_000_000)).boot).toBe(before.boot);
  });

  it("has every job of the line with its reason, from claim to end", async () => {
    const { dispatch } = await foreignCaller();
    const gate = createGate();
    const digester = await start({ pool: fakePool(gate.opened) });
    for (const job of [1, 2, 3]) await call(digester, "POST", "/instructions", dispatch(job));
    const isSettled = async (): Promise<boolean> => {
      const now = await statusOf(digester);
      const areMeasured = now.waiting.every(({ reason }) => !reason.startsWith("Has just arrived"));
      return now.running[0]?.step === "validating" && areMeasured;
    };
    await until(isSettled, "running");
    const { running, waiting } = await statusOf(digester);
    expect(running).toMatchObject([{ job: 1, attempt: 1 }]);
    expect(waiting.map(({ job, position, after }) => [job, position, after])).toEqual([
      [2, 1, 1],
      [3, 2, 2],
    ]);
    for (const { reason } of waiting) expect(reason).toContain("first come, first served");
    gate.open();
    await until(async () => (await statusOf(digester)).waiting.length === 0, "all done");
  });
});

describe("a digester's regulator", () => {
  it("can be asked for, previewed and swapped, and outlives a restart", async () => {
    const digester = await start();
    const { body } = await call(digester, "GET", "/regulator");
    const { regulator, regulators } = RegulatorState.parse(body);
    expect(regulators.map(({ name }) => name)).toContain(regulator.name);
    const preview = await call(digester, "POST", "/regulator/preview", regulator);
    expect(preview.body).toMatchObject({ regulator, start: [], waiting: [] });
    const swap = { ...regulator, by: "ana", why: "trying" };
    expect((await call(digester, "PUT", "/regulator", swap)).status).toBe(200);
    await digester.close();
    expect(JSON.parse(await readFile(join(digester.state, "regulator.json"), "utf8"))).toEqual(
      regulator,
    );
    await writeFile(join(digester.state, "regulator.json"), '{"name":"of a later version"}');
    const again = await start({ stateDir: digester.state });
    expect((await statusOf(again)).regulator.name).toBe("first-come");
  });
});
