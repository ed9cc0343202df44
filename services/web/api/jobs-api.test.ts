import { describe, expect, it } from "vitest";
import { JobList, SubmitAnswer } from "../../contract/api.ts";
import { ErrorBody } from "../../contract/errors.ts";
import { Job } from "../../contract/job.ts";
import { markerInstruction, runningWeb } from "../testing/running-web.ts";

describe("submitting", () => {
  it("answers 201 with key and job although no digester is attached, and says so", async () => {
    const web = await runningWeb();
    const instructions = markerInstruction(web.dataDir);
    const answer = await web.ask("POST", "/api/v1/instructions", {
      key: "run1",
      instructions,
      submittedBy: "ada",
      priority: 5,
    });
    expect(answer.status).toBe(201);
    const { key, job } = SubmitAnswer.parse(answer.body);
    expect(key).toBe("run1");
    expect(job).toMatchObject({ status: "submitted", attempt: 0, priority: 5, submittedBy: "ada" });
    await expect
      .poll(async () => (await web.ask("GET", "/api/v1/jobs/run1")).body.reason)
      .toContain("No digester is attached");
  });

  it("makes up a key where none is given", async () => {
    const web = await runningWeb();
    const instructions = markerInstruction(web.dataDir);
    const first = await web.ask("POST", "/api/v1/instructions", { instructions });
    const second = await web.ask("POST", "/api/v1/instructions", { instructions });
    expect(first.body.key).toMatch(/^data_\d{8}_\d{6}_\d{3}$/);
    expect(second.body.key).not.toBe(first.body.key);
  });

  it("answers the same job to the same instruction under the same key, 409 to another", async () => {
    const web = await runningWeb();
    const post = (run: string) =>
      web.ask("POST", "/api/v1/instructions", {
        key: "k",
        instructions: markerInstruction(web.dataDir, run),
      });
    const [first, again] = await Promise.all([post("a"), post("a")]);
    expect([first.status, again.status]).toEqual([201, 201]);
    expect(again.body.job.id).toBe(first.body.job.id);
    const other = await post("b");
    expect(other.status).toBe(409);
    expect(ErrorBody.parse(other.body).error.code).toBe("duplicate_key");
  });

  it("reads back what was sent, coerced, in its shape, with the key it is an edit of", async () => {
    const web = await runningWeb();
    const instructions = markerInstruction(web.dataDir).map((item) => ({
      ...item,
      dataSetId: "8",
    }));
    await web.ask("POST", "/api/v1/instructions", { key: "list", instructions, editOf: "old" });
    const list = await web.ask("GET", "/api/v1/instructions/list");
    expect(list.body).toMatchObject({ key: "list", crop: "dev", editOf: "old" });
    expect(list.body.instructions[0].dataSetId).toBe(8);
    expect(list.body.procedure).toBeUndefined();

    const { gobiiFile, ...table } = markerInstruction(web.dataDir)[0]!;
    const procedure = { metadata: { gobiiFile }, instructions: [table] };
    await web.ask("POST", "/api/v1/instructions", { key: "proc", procedure });
    const read = await web.ask("GET", "/api/v1/instructions/proc");
    expect(read.body.procedure.metadata.gobiiFile.source).toBe(gobiiFile.source);
    expect((await web.ask("GET", "/api/v1/instructions/none")).status).toBe(404);
  });

  it.each([
    ["relative", "files/x", "is a relative path"],
    ["outside", "/etc/passwd", "lies outside the data roots: /etc/passwd"],
    ["in the store", "STORE", "lies outside the data roots"],
    ["missing", "", "is missing"],
  ])("refuses a source that is %s, and names it", async (_what, source, words) => {
    const web = await runningWeb();
    const [item] = markerInstruction(web.dataDir);
    const path = source === "STORE" ? `${web.dataDir}/.digester-web/journal` : source;
    const answer = await web.ask("POST", "/api/v1/instructions", {
      instructions: [{ ...item, gobiiFile: { ...item!.gobiiFile, source: path } }],
    });
    expect(answer.status).toBe(400);
    expect(answer.body.error.code).toBe("invalid_instruction");
    expect(answer.body.error.details.join()).toContain(words);
    expect(answer.body.error.details.join()).toContain("instructions[0].gobiiFile.source");
  });

  it.each([
    ["../evil", "characters that are not allowed"],
    ["a".repeat(201), "characters that are not allowed"],
  ])("refuses the key %s", async (key, words) => {
    const web = await runningWeb();
    const instructions = markerInstruction(web.dataDir);
    const answer = await web.ask("POST", "/api/v1/instructions", { key, instructions });
    expect(answer.status).toBe(400);
    expect(answer.body.error.message).toContain(words);
  });

  it("refuses an instruction without tables and one that is none", async () => {
    const web = await runningWeb();
    const empty = await web.ask("POST", "/api/v1/instructions", { instructions: [] });
    expect(empty.body.error.code).toBe("invalid_instruction");
    const none = await web.ask("POST", "/api/v1/instructions", {});
    expect(none.status).toBe(400);
    const wrong = await web.ask("POST", "/api/v1/instructions", { instructions: [{ table: {} }] });
    expect(wrong.body.error.message).toContain("[0].table");
  });
});

describe("jobs", () => {
  it("finds a job by key first, then by number", async () => {
    const web = await runningWeb();
    const instructions = markerInstruction(web.dataDir);
    await web.ask("POST", "/api/v1/instructions", { key: "a", instructions });
    await web.ask("POST", "/api/v1/instructions", { key: "1", instructions });
    expect((await web.ask("GET", "/api/v1/jobs/1")).body.id).toBe(2);
    expect((await web.ask("GET", "/api/v1/jobs/2")).body.id).toBe(2);
    expect((await web.ask("GET", "/api/v1/jobs/a")).body.id).toBe(1);
    expect((await web.ask("GET", "/api/v1/jobs/9")).status).toBe(404);
    Job.parse((await web.ask("GET", "/api/v1/jobs/a")).body);
  });

  it("lists by status and text, a page at a time, with counts over all", async () => {
    const web = await runningWeb();
    for (const key of ["wheat-1", "wheat-2", "maize-1"]) {
      const instructions = markerInstruction(web.dataDir, key);
      await web.ask("POST", "/api/v1/instructions", { key, instructions, hold: true });
    }
    await web.ask("POST", "/api/v1/jobs/maize-1/cancel");
    const first = JobList.parse((await web.ask("GET", "/api/v1/jobs?q=WHEAT&limit=1")).body);
    expect(first.jobs.map((job) => job.key)).toEqual(["wheat-2"]);
    expect(first).toMatchObject({ total: 2, counts: { submitted: 2, aborted: 1, completed: 0 } });
    const cursor = encodeURIComponent(first.nextCursor ?? "");
    const next = await web.ask("GET", `/api/v1/jobs?q=WHEAT&limit=1&cursor=${cursor}`);
    expect(next.body.jobs[0].key).toBe("wheat-1");
    const aborted = await web.ask("GET", "/api/v1/jobs?status=aborted,failed");
    expect(aborted.body.total).toBe(1);
    expect((await web.ask("GET", "/api/v1/jobs?limit=201")).status).toBe(400);
    expect((await web.ask("GET", "/api/v1/jobs?status=lost")).status).toBe(400);
    expect((await web.ask("GET", "/api/v1/jobs?limit=1&limit=2")).status).toBe(400);
  });

  it("holds, releases, gives a priority, cancels and requeues, and tells of it in events", async () => {
    const web = await runningWeb();
    const instructions = markerInstruction(web.dataDir);
    await web.ask("POST", "/api/v1/instructions", { key: "k", instructions });
    const act = (action: string, body: unknown) =>
      web.ask("POST", `/api/v1/jobs/k/${action}`, body);
    expect((await act("hold", { by: "ada", why: "Wrong file." })).body.held).toBe(true);
    expect((await act("release", { by: "ada" })).body.held).toBe(false);
    expect((await act("priority", { priority: 7, by: "ada" })).body.priority).toBe(7);
    expect((await act("priority", {})).status).toBe(400);
    expect((await act("priority", { priority: 5000 })).status).toBe(400);
    expect((await act("cancel", { by: "ada" })).body.status).toBe("aborted");
    expect((await act("cancel", { by: "ada" })).body.error.code).toBe("conflict");
    expect((await act("requeue", { by: "ada" })).body.status).toBe("submitted");
    const { events } = (await web.ask("GET", "/api/v1/jobs/k/events")).body;
    expect(events.map((event: { type: string }) => event.type)).toEqual([
      "submitted",
      "held",
      "released",
      "priority",
      "settled",
      "requeued",
    ]);
    expect(events[1]).toMatchObject({ by: "ada", message: "Wrong file." });
    expect(events.map((event: { status?: string }) => event.status ?? null)).toEqual([
      "submitted",
      null,
      null,
      null,
      "aborted",
      "submitted",
    ]);
  });

  it("lists in the order of submission, by either name of it", async () => {
    const web = await runningWeb();
    for (const key of ["b", "a", "c"]) {
      const instructions = markerInstruction(web.dataDir, key);
      await web.ask("POST", "/api/v1/instructions", { key, instructions });
    }
    const keys = async (sort: string): Promise<string> =>
      (await web.ask("GET", `/api/v1/jobs?sort=${sort}`)).body.jobs
        .map(({ key }: { key: string }) => key)
        .join("");
    expect([await keys("id"), await keys("submittedAt")]).toEqual(["bac", "bac"]);
    expect([await keys("-id"), await keys("-submittedAt")]).toEqual(["cab", "cab"]);
    expect((await web.ask("GET", "/api/v1/jobs?sort=nonsense")).status).toBe(400);
  });

  it("acts on many by ids or by filter, and tells beforehand how many it would be", async () => {
    const web = await runningWeb();
    for (let n = 0; n < 5; n++) {
      const instructions = markerInstruction(web.dataDir, `run${n}`);
      await web.ask("POST", "/api/v1/instructions", { key: `k${n}`, instructions, hold: n > 2 });
    }
    await web.ask("POST", "/api/v1/jobs/k0/cancel");
    const bulk = (body: unknown) => web.ask("POST", "/api/v1/jobs/actions", body);
    const filter = { q: "k" };
    const dry = await bulk({ action: "hold", filter, dryRun: true });
    expect(dry.body).toEqual({ matched: 5, done: 0, possible: 4 });
    expect((await web.ask("GET", "/api/v1/jobs/k1")).body.held).toBe(false);
    const held = await bulk({ action: "hold", filter, by: "ada" });
    expect(held.body).toMatchObject({ matched: 5, done: 4, undo: { jobs: 2 } });
    expect((await web.ask("GET", "/api/v1/jobs/k1")).body.held).toBe(true);
    const byId = await bulk({ action: "requeue", ids: [1, 2, 2, 99] });
    expect(byId.body).toMatchObject({ matched: 2, done: 2 });
    for (const status of [["failed"], "failed,aborted"]) {
      const none = await bulk({ action: "requeue", filter: { status } });
      expect(none.body).toEqual({ matched: 0, done: 0 });
    }
    expect((await bulk({ action: "hold", filter: { status: "nonsense" } })).status).toBe(400);
    expect((await bulk({ action: "requeue" })).status).toBe(400);
    expect((await bulk({ action: "priority", filter })).status).toBe(400);
  });

  it("takes back what was done to many, once, where nothing has come of it", async () => {
    const web = await runningWeb();
    for (const key of ["a", "b", "c"]) {
      const instructions = markerInstruction(web.dataDir, key);
      await web.ask("POST", "/api/v1/instructions", { key, instructions, priority: 3 });
    }
    const bulk = (body: unknown) => web.ask("POST", "/api/v1/jobs/actions", body);
    const cancelled = await bulk({ action: "cancel", filter: { q: "name:a,b,c" }, except: [2] });
    expect(cancelled.body).toMatchObject({ matched: 2, done: 2, undo: { jobs: 2 } });
    await web.ask("POST", "/api/v1/jobs/c/requeue");
    const { token } = cancelled.body.undo;
    const undone = await web.ask("POST", "/api/v1/jobs/undo", { token, by: "ada" });
    expect(undone.body).toEqual({ matched: 2, done: 1 });
    expect((await web.ask("GET", "/api/v1/jobs/a")).body.status).toBe("submitted");
    const { events } = (await web.ask("GET", "/api/v1/jobs/a/events")).body;
    expect(events.at(-1)).toMatchObject({ type: "undone", by: "ada", status: "submitted" });
    expect((await web.ask("POST", "/api/v1/jobs/undo", { token })).status).toBe(404);
  });

  it("puts jobs at the front of the line", async () => {
    const web = await runningWeb();
    const instructions = markerInstruction(web.dataDir);
    await web.ask("POST", "/api/v1/instructions", { key: "k", instructions });
    const { body } = await web.ask("POST", "/api/v1/jobs/k/front", { by: "ada" });
    expect(Date.parse(body.front)).toBeGreaterThan(0);
    await web.ask("POST", "/api/v1/jobs/k/cancel");
    expect((await web.ask("GET", "/api/v1/jobs/k")).body.front).toBeNull();
    expect((await web.ask("POST", "/api/v1/jobs/k/front")).status).toBe(409);
  });

  it("looks into instructions, counts facets and says what is wrong with a search", async () => {
    const web = await runningWeb();
    for (const key of ["a", "b"]) {
      const instructions = markerInstruction(web.dataDir, `panel-${key}`);
      await web.ask("POST", "/api/v1/instructions", { key, instructions, submittedBy: key });
    }
    const list = async (q: string) =>
      (await web.ask("GET", `/api/v1/jobs?q=${encodeURIComponent(q)}`)).body;
    await expect.poll(async () => (await list(`digest/panel-b`)).total).toBe(1);
    expect((await list("csv_column -panel-b")).jobs[0].key).toBe("a");
    const wrong = await web.ask("GET", "/api/v1/jobs?q=colour:red");
    expect(wrong.status).toBe(400);
    expect(wrong.body.error.message).toContain("colour");
    const only = await web.ask("GET", "/api/v1/jobs/facets?only=submitter&like=B");
    expect(only.body).toEqual({
      facets: [{ qualifier: "submitter", values: [{ value: "b", count: 1 }], more: 0 }],
    });
    expect((await web.ask("GET", "/api/v1/jobs/facets")).body.facets).toHaveLength(8);
    expect((await web.ask("GET", "/api/v1/jobs?limit=1&offset=1")).body.jobs[0].key).toBe("a");
  });
});
