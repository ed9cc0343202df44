import { describe, expect, it } from "vitest";
import { UnsettledJobs } from "../../contract/callback.ts";
import { markerInstruction, runningWeb, type TestWeb } from "../testing/running-web.ts";
import { isProgressOnly } from "./apply-callback.ts";

/** A digester that is attached but never reached: it only calls back. */
async function attached(web: TestWeb, id = "node-1") {
  const { body } = await web.ask("POST", "/api/v1/digesters", {
    url: "http://127.0.0.1:9",
    token: "t",
    id,
    boot: "1",
  });
  const send = async (method: string, path: string, patch?: unknown) => {
    const response = await fetch(body.callback.url + path, {
      method,
      headers: {
        authorization: `Bearer ${body.callback.token}`,
        "content-type": "application/json",
      },
      ...(patch === undefined ? {} : { body: JSON.stringify(patch) }),
    });
    return { status: response.status, body: await response.json() };
  };
  return {
    get: (path: string) => send("GET", path),
    post: (path: string, patch: unknown) => send("POST", path, patch),
    patch: (job: number, patch: object) => send("PATCH", `/job/${job}`, { digester: id, ...patch }),
  };
}

async function submitted(web: TestWeb, key: string): Promise<number> {
  const instructions = markerInstruction(web.dataDir, key);
  const { body } = await web.ask("POST", "/api/v1/instructions", { key, instructions });
  return body.job.id;
}

const claim = { attempt: 1, callback: 1, status: "in_progress", message: "Beginning Digest" };

const of = (job: number, patch: object) => ({ job, patch: { digester: "node-1", ...patch } });

describe("callbacks", () => {
  it("claim, step, publish and settle a job", async () => {
    const web = await runningWeb();
    const node = await attached(web);
    const job = await submitted(web, "k");
    expect((await node.patch(job, claim)).body).toMatchObject({
      job: { status: "in_progress", attempt: 1, digester: "node-1", message: "Beginning Digest" },
      cancel: false,
    });
    const step = { attempt: 1, callback: 2, step: "validating", gobiiStatus: "validation" };
    expect((await node.patch(job, step)).body.job).toMatchObject({ step: "validating" });
    const progress = { attempt: 1, progress: 0.5, bytesRead: 5, bytesTotal: 10 };
    expect((await node.patch(job, progress)).body.job).toMatchObject({ progress: 0.5 });
    expect((await node.patch(job, { attempt: 1, callback: 3, publish: true })).status).toBe(200);
    const done = { attempt: 1, callback: 4, status: "completed", gobiiStatus: "completed" };
    expect((await node.patch(job, done)).body.job).toMatchObject({ status: "completed" });

    const { events } = (await web.ask("GET", "/api/v1/jobs/k/events")).body;
    expect(events.map((event: { type: string }) => event.type)).toEqual([
      "submitted",
      "claimed",
      "step",
      "publishing",
      "settled",
    ]);
  });

  it("of many jobs come in one batch, each answered as if it had come alone, those of a job in order", async () => {
    const web = await runningWeb();
    const node = await attached(web);
    const [one, two] = [await submitted(web, "one"), await submitted(web, "two")];
    const step = { attempt: 1, callback: 2, step: "validating", gobiiStatus: "validation" };
    const { status, body } = await node.post("/batch", {
      patches: [
        of(one, claim),
        of(two, { ...claim, attempt: 7 }),
        of(one, step),
        of(one, { attempt: "first" }),
        of(two, { ...claim, digester: "another" }),
        of(99, claim),
        of(one, { attempt: 1, callback: 3, publish: true }),
        of(one, { attempt: 1, callback: 3, publish: true }),
      ],
    });
    expect(status).toBe(200);
    const statuses = body.answers.map((answer: { status: number }) => answer.status);
    expect(statuses).toEqual([200, 403, 200, 400, 403, 404, 200, 200]);
    const { events } = (await web.ask("GET", "/api/v1/jobs/one/events")).body;
    expect(events.map((event: { type: string }) => event.type)).toEqual([
      "submitted",
      "claimed",
      "step",
      "publishing",
    ]);
    expect((await web.ask("GET", "/api/v1/jobs/two")).body.status).toBe("submitted");
  });

  it("that are refused within a batch are kept, and spoil neither those before nor other jobs", async () => {
    const web = await runningWeb();
    const node = await attached(web);
    const [one, two] = [await submitted(web, "one"), await submitted(web, "two")];
    await web.ask("POST", "/api/v1/jobs/two/hold", { by: "ada" });
    const { body } = await node.post("/batch", {
      patches: [
        of(one, claim),
        of(one, { attempt: 1, callback: 2, status: "completed" }),
        of(one, { attempt: 1, callback: 3, publish: true }),
        of(two, claim),
      ],
    });
    expect(body.answers).toMatchObject([
      { status: 200, cancel: false },
      { status: 200 },
      { status: 409, message: expect.stringContaining("does not speak for job") },
      { status: 409, message: expect.stringContaining("held") },
    ]);
    for (const key of ["one", "two"]) {
      const { events } = (await web.ask("GET", `/api/v1/jobs/${key}/events`)).body;
      expect(events.at(-1).type).toBe("refused");
    }
    expect((await web.ask("GET", "/api/v1/jobs/one")).body.status).toBe("completed");
  });

  it("that are delivered twice are applied once", async () => {
    const web = await runningWeb();
    const node = await attached(web);
    const job = await submitted(web, "k");
    const done = { attempt: 1, callback: 2, status: "completed" };
    for (const patch of [claim, claim, done, done, done]) {
      expect((await node.patch(job, patch)).status).toBe(200);
    }
    const { events } = (await web.ask("GET", "/api/v1/jobs/k/events")).body;
    expect(events).toHaveLength(3);
  });

  it("of an attempt that is not the current one are refused and kept", async () => {
    const web = await runningWeb();
    const [one, two] = [await attached(web, "one"), await attached(web, "two")];
    const job = await submitted(web, "k");
    await one.patch(job, claim);
    const second = await two.patch(job, claim);
    expect(second.status).toBe(409);
    expect(second.body.error.code).toBe("stale_attempt");
    await one.patch(job, { attempt: 1, callback: 2, status: "submitted" });
    await two.patch(job, { ...claim, attempt: 2 });
    for (const late of [
      { attempt: 1, progress: 0.9 },
      { attempt: 1, callback: 3, publish: true },
      { attempt: 1, callback: 4, status: "completed", message: "Successful Data Load" },
    ]) {
      expect((await one.patch(job, late)).status).toBe(409);
    }
    const found = (await web.ask("GET", "/api/v1/jobs/k")).body;
    expect(found).toMatchObject({
      status: "in_progress",
      attempt: 2,
      digester: "two",
      progress: 0,
    });
    const { events } = (await web.ask("GET", "/api/v1/jobs/k/events")).body;
    const refused = events.filter((event: { type: string }) => event.type === "refused");
    expect(refused).toHaveLength(4);
    expect(refused.at(-1)).toMatchObject({
      attempt: 1,
      digester: "one",
      refused: { status: "completed", callback: 4, message: "Successful Data Load" },
    });
    expect(refused.at(-1).status).toBeUndefined();
  });

  it("learn that a person wants the attempt stopped", async () => {
    const web = await runningWeb();
    const node = await attached(web);
    const job = await submitted(web, "k");
    await node.patch(job, claim);
    await web.ask("POST", "/api/v1/jobs/k/cancel", { by: "ada" });
    expect((await node.patch(job, { attempt: 1, progress: 0.1 })).body.cancel).toBe(true);
    await node.patch(job, { attempt: 1, callback: 2, status: "aborted" });
    expect((await web.ask("GET", "/api/v1/jobs/k")).body.status).toBe("aborted");
  });

  it("are refused where the digester speaks for another, is not known, or the job is held", async () => {
    const web = await runningWeb();
    const node = await attached(web);
    const job = await submitted(web, "k");
    expect((await node.patch(job, { ...claim, digester: "other" })).status).toBe(403);
    expect((await node.patch(99, claim)).status).toBe(404);
    await web.ask("POST", "/api/v1/jobs/k/hold");
    const held = await node.patch(job, claim);
    expect(held).toMatchObject({ status: 409, body: { error: { code: "conflict" } } });
    const asAnybody = { digester: "scripted", ...claim };
    await web.ask("POST", "/api/v1/jobs/k/release");
    const byScript = await web.ask("PATCH", `/api/callback/job/${job}`, asAnybody);
    expect(byScript.body.job.digester).toBe("scripted");
    const wrong = await fetch(`${web.url}/api/callback/job?settled=false`, {
      headers: { authorization: "Bearer wrong" },
    });
    expect(wrong.status).toBe(401);
    const own = await fetch(`${web.url}/api/v1/jobs`, {
      headers: { authorization: "Bearer callback-token-is-not-the-api-token" },
    });
    expect(own.status).toBe(401);
  });

  it("of a detached digester end what it runs, and begin nothing", async () => {
    const web = await runningWeb();
    const node = await attached(web);
    const running = await submitted(web, "running");
    const waiting = await submitted(web, "waiting");
    await node.patch(running, claim);
    expect((await web.ask("DELETE", "/api/v1/digesters/node-1")).status).toBe(204);
    expect((await node.patch(waiting, claim)).status).toBe(403);
    expect((await node.get("/job?settled=false")).status).toBe(403);
    const done = { attempt: 1, callback: 2, status: "completed" };
    expect((await node.patch(running, done)).body.job.status).toBe("completed");
  });
});

describe("the listing of what is unsettled", () => {
  it("has what is submitted and not held, with the number to claim it with, page by page", async () => {
    const web = await runningWeb();
    const node = await attached(web);
    for (let n = 0; n < 103; n++) await submitted(web, `k${n}`);
    await node.patch(1, claim);
    await web.ask("POST", "/api/v1/jobs/k1/hold");
    await node.patch(3, claim);
    await node.patch(3, { attempt: 1, callback: 2, status: "submitted" });
    const first = UnsettledJobs.parse((await node.get("/job?settled=false")).body);
    expect(first.jobs).toHaveLength(100);
    expect(first.jobs[0]).toMatchObject({ job: 3, key: "k2", attempt: 2, digester: null });
    expect(first.jobs[0]?.instruction.shape).toBe("list");
    const next = await node.get(`/job?settled=false&cursor=${first.nextCursor}`);
    expect(next.body.jobs.map((job: { key: string }) => job.key)).toEqual(["k102"]);
    expect(next.body.nextCursor).toBeNull();
    expect((await node.get("/job?settled=true")).status).toBe(400);
  });

  it("has few on a page where instructions are large", async () => {
    const web = await runningWeb();
    const node = await attached(web);
    for (const key of ["a", "b", "c"]) {
      const [instruction] = markerInstruction(web.dataDir, key);
      const instructions = [{ ...instruction, logMessage: "x".repeat(2_500_000) }];
      await web.ask("POST", "/api/v1/instructions", { key, instructions });
    }
    const pages: string[][] = [];
    for (let cursor: string | null = "0"; cursor !== null;) {
      const listed = await node.get(`/job?settled=false&cursor=${cursor}`);
      const page = UnsettledJobs.parse(listed.body);
      pages.push(page.jobs.map(({ key }) => key));
      cursor = page.nextCursor;
    }
    expect(pages).toEqual([["a", "b"], ["c"]]);
  });

  it("follows the rule that is configured", async () => {
    const web = await runningWeb({ isUnsettled: (job) => job.key !== "left-out" });
    const node = await attached(web);
    await submitted(web, "left-out");
    await submitted(web, "taken");
    const { jobs } = (await node.get("/job?settled=false")).body;
    expect(jobs.map((job: { key: string }) => job.key)).toEqual(["taken"]);
    await expect
      .poll(async () => (await web.ask("GET", "/api/v1/jobs/left-out")).body.reason)
      .toContain("not to take it up");
  });
});

it("makes a job from outside", async () => {
  const web = await runningWeb();
  const node = await attached(web);
  const instruction = markerInstruction(web.dataDir);
  const made = await node.post("/job", { key: "k", instruction, priority: 3, submittedBy: "lims" });
  expect(made.status).toBe(201);
  expect(made.body.job).toMatchObject({ key: "k", priority: 3, submittedBy: "lims" });
  const outside = [{ ...instruction[0], gobiiFile: { source: "/etc", destination: "/etc" } }];
  expect((await node.post("/job", { instruction: outside })).status).toBe(400);
  expect((await node.post("/job", { instruction, priority: 1e9 })).status).toBe(400);
});

describe("a patch that is progress only", () => {
  const patch = { digester: "d", attempt: 1 };
  it.each([
    [{ ...patch, progress: 0.5 }, true],
    [{ ...patch, bytesRead: 1, bytesTotal: 2 }, true],
    [patch, true],
    [{ ...patch, progress: 0.5, callback: 1 }, false],
    [{ ...patch, step: "validating" as const }, false],
    [{ ...patch, message: "x" }, false],
    [{ ...patch, publish: true }, false],
    [{ ...patch, status: "completed" as const }, false],
  ])("%j: %s", (value, only) => {
    expect(isProgressOnly(value)).toBe(only);
  });
});
