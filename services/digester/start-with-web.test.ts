import { mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import type { UnsettledJob } from "../contract/callback.ts";
import { startFakeWeb, type FakeWeb } from "./testing/fake-web.ts";
import {
  createGate,
  makeDispatch,
  makeResult,
  temporaryDirectory,
  until,
} from "./testing/fakes.ts";
import { call, fakePool, foreignCaller, start, statusOf } from "./testing/running-digester.ts";

const logOf = (attempts: readonly unknown[]): string =>
  attempts.map((add) => `${JSON.stringify({ add })}\n`).join("");

async function startWithWeb(given: Parameters<typeof start>[0] = {}) {
  const web = await startFakeWeb();
  onTestFinished(() => web.close());
  return { web, digester: await start({ web, ...given }) };
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
