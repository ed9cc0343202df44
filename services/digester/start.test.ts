import { request as httpRequest } from "node:http";
import { mkdir, readdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import type { UnsettledJob } from "../contract/callback.ts";
import { DigesterStatus, RegulatorState } from "../contract/digester.ts";
import { ErrorBody } from "../contract/errors.ts";
import { startDigester, type DigesterOptions, type RunningDigester } from "./start.ts";
import { startFakeWeb, type FakeWeb } from "./testing/fake-web.ts";
import {
  createGate,
  makeDispatch,
  makeResult,
  silentLog,
  startCallbackServer,
  temporaryDirectory,
  until,
} from "./testing/fakes.ts";
import type { WorkerPool } from "./worker-pool.ts";

/** Digests at once, or when `opened` does, or never when it is told to stop before. */
function fakePool(opened: Promise<void> = Promise.resolve()): WorkerPool {
  return {
    workers: 1,
    run: async ({ outDir }, { onPhase }, signal) => {
      onPhase({ gobiiStatus: "validation", message: "Beginning Validation" });
      const stopped = new Promise<"stopped">((resolve) => {
        signal.addEventListener("abort", () => resolve("stopped"));
      });
      if ((await Promise.race([opened, stopped])) === "stopped") return { kind: "stopped" };
      await writeFile(join(outDir, "digest.marker"), "name\n");
      return { kind: "done", result: makeResult() };
    },
    close: async () => undefined,
  };
}

const logOf = (attempts: readonly unknown[]): string =>
  attempts.map((add) => `${JSON.stringify({ add })}\n`).join("");

async function start(
  given: Partial<DigesterOptions> & { pool?: WorkerPool } = {},
): Promise<RunningDigester & { state: string }> {
  const { pool = fakePool(), ...more } = given;
  const state = more.stateDir ?? (await temporaryDirectory());
  const digester = await startDigester({
    workers: 1,
    workerKind: "process",
    workerPath: "not used",
    dataRoots: null,
    stateDir: state,
    log: silentLog,
    version: "1.2.3",
    replace: {
      pool,
      publisher: {
        publish: async (staging, destination) => {
          await rename(staging, destination);
          return true;
        },
        finishPublish: async () => undefined,
      },
    },
    ...more,
  });
  onTestFinished(() => digester.close());
  return { ...digester, state };
}

async function startWithWeb(given: Parameters<typeof start>[0] = {}) {
  const web = await startFakeWeb();
  onTestFinished(() => web.close());
  return { web, digester: await start({ web, ...given }) };
}

async function call(
  { url, token }: RunningDigester,
  method: string,
  path: string,
  body?: unknown,
): Promise<{ status: number; body: unknown }> {
  const response = await fetch(url + path, {
    method,
    headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  return { status: response.status, body: await response.json() };
}

async function statusOf(digester: RunningDigester, since?: number): Promise<DigesterStatus> {
  const query = since === undefined ? "" : `?since=${since}`;
  return DigesterStatus.parse((await call(digester, "GET", `/status${query}`)).body);
}

async function foreignCaller() {
  const caller = await startCallbackServer();
  onTestFinished(() => caller.go());
  const root = await temporaryDirectory();
  const dispatch = (job: number, more: Parameters<typeof makeDispatch>[0] = {}) =>
    makeDispatch({ job, url: caller.url, destination: join(root, `out-${job}`), ...more });
  const outcomeOf = (job: number): string | undefined =>
    caller.patches.findLast((told) => told.job === job && told.patch.status !== undefined)?.patch
      .status;
  return { caller, root, dispatch, outcomeOf };
}

function unsettledJob(web: FakeWeb, job: number, more: Partial<UnsettledJob> = {}): UnsettledJob {
  const { instruction } = makeDispatch({
    destination: join(web.dataRoots[0] ?? "/x", `out-${job}`),
  });
  return {
    job,
    key: `job-${job}`,
    attempt: 1,
    priority: 0,
    front: null,
    submittedBy: null,
    submittedAt: "2026-11-24T09:00:00.000Z",
    digester: null,
    labels: [],
    instruction,
    ...more,
  };
}

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

describe("a digester of a web service", () => {
  it("registers itself, takes the unsettled jobs that are nobody else's, and its data roots", async () => {
    const web = await startFakeWeb();
    onTestFinished(() => web.close());
    web.dataRoots = [await temporaryDirectory()];
    const source = join(web.dataRoots[0] ?? "", "in.txt");
    const of = (job: number, more: Partial<UnsettledJob> = {}): UnsettledJob => {
      const destination = join(web.dataRoots[0] ?? "", `out-${job}`);
      const { instruction } = makeDispatch({ source, destination });
      return { ...unsettledJob(web, job), instruction, ...more };
    };
    web.unsettled = [
      of(1),
      of(2, { digester: "another-node" }),
      of(3, { digester: "node-1" }),
      unsettledJob({ ...web, dataRoots: ["/outside"] }, 4),
      of(5, { attempt: 4 }),
    ];
    const digester = await start({ web, id: "node-1" });
    await digester.attached;
    expect(web.attached).toMatchObject([
      { id: "node-1", url: digester.url, token: digester.token },
    ]);
    const completed = (): Array<[number, number]> =>
      web.patches
        .filter(({ patch }) => patch.status === "completed")
        .map(({ job, patch }) => [job, patch.attempt]);
    await until(() => completed().length === 3, "all three");
    expect(completed()).toEqual([
      [1, 1],
      [3, 1],
      [5, 4],
    ]);
    expect((await statusOf(digester)).dataRoots).toEqual(web.dataRoots);
    // The web service has the record: nothing of its jobs is kept here.
    expect(await readdir(join(digester.state, "intake"))).toEqual([]);
  });

  it("waits for a web service that is not there yet, and takes nothing meanwhile", async () => {
    const first = await startFakeWeb();
    const port = Number(new URL(first.url).port);
    await first.close();
    const digester = await start({ web: { url: first.url, token: first.token } });
    expect((await call(digester, "POST", "/instructions", makeDispatch())).status).toBe(503);
    expect((await fetch(`${digester.url}/readyz`)).status).toBe(503);
    const web = await startFakeWeb(port);
    onTestFinished(() => web.close());
    await digester.attached;
    expect(web.attached).toHaveLength(1);
  });

  it("says so when the web service does not want it", async () => {
    const web = await startFakeWeb();
    onTestFinished(() => web.close());
    const digester = await start({ web: { url: web.url, token: "wrong" } });
    await expect(digester.attached).rejects.toMatchObject({ code: "upstream_failed" });
  });

  it("takes a job once although its web service goes by two names", async () => {
    const { web, digester } = await startWithWeb({ pool: fakePool(createGate().opened) });
    await digester.attached;
    const destination = join(await temporaryDirectory(), "out");
    const callback = { ...web.callback, url: web.callback.url.replace("127.0.0.1", "localhost") };
    const dispatch = makeDispatch({ job: 1, destination });
    await call(digester, "POST", "/instructions", { ...dispatch, callback: web.callback });
    await call(digester, "POST", "/instructions", { ...dispatch, callback });
    await until(async () => (await statusOf(digester)).running.length === 1, "running");
    expect((await statusOf(digester)).waiting).toEqual([]);
  });

  it("keeps the web service's jobs apart from those of others with the same number", async () => {
    const { dispatch, outcomeOf } = await foreignCaller();
    const gate = createGate();
    const { web, digester } = await startWithWeb({ pool: fakePool(gate.opened), workers: 2 });
    await digester.attached;
    const destination = join(await temporaryDirectory(), "out");
    const own = { ...makeDispatch({ job: 7, destination }), callback: web.callback };
    await call(digester, "POST", "/instructions", dispatch(7));
    await call(digester, "POST", "/instructions", own);
    await until(() => web.patches.length > 0 && outcomeOf(7) !== undefined, "both claimed");
    const shown = async (): Promise<number> => (await statusOf(digester)).running.length;
    await until(async () => (await shown()) === 1, "the web service's one is shown");
    expect((await call(digester, "DELETE", "/instructions/7")).body).toMatchObject({
      was: "running",
    });
    await until(() => web.patches.at(-1)?.patch.status === "aborted", "the web service's one");
    await until(async () => (await shown()) === 0, "it has ended");
    expect((await call(digester, "DELETE", "/instructions/7")).body).toMatchObject({
      was: "unknown",
    });
    gate.open();
    await until(() => outcomeOf(7) === "completed", "the other's one");
  });

  it("finishes in its next life what it was allowed to publish, before it registers anew", async () => {
    const { web, digester } = await startWithWeb();
    await digester.attached;
    await digester.close();
    const root = await temporaryDirectory();
    const destination = join(root, "out");
    const staging = join(root, ".digester-7-2-000000000000");
    await mkdir(staging);
    await writeFile(join(staging, "digest.marker"), "name\n");
    const completion = {
      digester: digester.id,
      attempt: 2,
      callback: 5,
      status: "completed",
      result: makeResult(),
    };
    const leftover = join(root, ".digester-8-1-000000000000");
    await mkdir(leftover);
    const attempt = { destination, made: null, target: web.callback };
    await writeFile(
      join(digester.state, "attempts.ndjson"),
      logOf([
        { ...attempt, staging, job: 7, attempt: 2, completion },
        { ...attempt, staging: leftover, job: 8, attempt: 1, completion: null },
      ]),
    );
    let attachedBefore = -1;
    web.answer = (_job, { publish }) => {
      if (publish === true) attachedBefore = web.attached.length;
      return 200;
    };
    const next = await start({ web, stateDir: digester.state });
    await next.attached;
    await until(() => web.patches.some(({ patch }) => patch.status === "completed"), "reported");
    expect(attachedBefore).toBe(1);
    expect(await readdir(root)).toEqual(["out"]);
    expect(await readFile(join(destination, "digest.marker"), "utf8")).toBe("name\n");
  });

  it("drops in its next life what another attempt has taken over", async () => {
    const { web, digester } = await startWithWeb();
    await digester.attached;
    await digester.close();
    const root = await temporaryDirectory();
    const staging = join(root, ".digester-7-2-000000000000");
    await mkdir(staging);
    await writeFile(
      join(digester.state, "attempts.ndjson"),
      logOf([
        {
          staging,
          destination: join(root, "out"),
          made: null,
          job: 7,
          attempt: 2,
          target: web.callback,
          completion: { digester: digester.id, attempt: 2, callback: 5, status: "completed" },
        },
      ]),
    );
    web.answer = () => 409;
    await start({ web, stateDir: digester.state });
    expect(await readdir(root)).toEqual([]);
    await rm(root, { recursive: true });
  });
});
