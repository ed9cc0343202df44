import { describe, expect, it } from "vitest";
import { JobEvents } from "../../contract/api.ts";
import { DigesterList } from "../../contract/api.ts";
import { AttachAnswer } from "../../contract/digester.ts";
import { createMemoryStore } from "../store/memory-store.ts";
import { eventually, fakeDigester, type FakeDigester } from "../testing/fake-digester.ts";
import { markerInstruction, runningWeb, type TestWeb } from "../testing/running-web.ts";

const attach = (web: TestWeb, { url, token }: FakeDigester) =>
  web.ask("POST", "/api/v1/digesters", { url, token });

async function submit(web: TestWeb, key: string, more: object = {}) {
  const instructions = markerInstruction(web.dataDir, key);
  return web.ask("POST", "/api/v1/instructions", { key, instructions, ...more });
}

const job = async (web: TestWeb, key: string) => (await web.ask("GET", `/api/v1/jobs/${key}`)).body;

const eventTypes = async (web: TestWeb, key: string): Promise<string[]> =>
  (await web.ask("GET", `/api/v1/jobs/${key}/events`)).body.events.map(
    (event: { type: string }) => event.type,
  );

describe("attaching", () => {
  it("learns who the digester is, and shows it with its strategies", async () => {
    const web = await runningWeb();
    const digester = await fakeDigester();
    const answer = await attach(web, digester);
    expect(answer.status).toBe(201);
    expect(AttachAnswer.parse(answer.body)).toMatchObject({
      id: "node-1",
      callback: { url: `${web.url}/api/callback` },
      dataRoots: [web.dataDir],
      leaseMs: 15_000,
      renewMs: 5000,
    });
    await eventually(async () => {
      const { body } = await web.ask("GET", "/api/v1/digesters");
      const [shown] = DigesterList.parse(body).digesters;
      expect(shown).toMatchObject({ id: "node-1", reachable: true, problem: null });
      expect(shown?.regulators.map(({ name }) => name)).toEqual(["fifo"]);
    });
    const { regulators } = (await web.ask("GET", "/api/v1/regulators")).body;
    expect(regulators).toHaveLength(1);
    const again = await attach(web, digester);
    expect(again.status).toBe(200);
    expect(again.body.callback.token).toBe(answer.body.callback.token);
  });

  it("says in words why it is not possible", async () => {
    const web = await runningWeb();
    const digester = await fakeDigester();
    const wrong = await attach(web, { ...digester, token: "wrong" });
    expect(wrong).toMatchObject({ status: 502, body: { error: { code: "upstream_failed" } } });
    expect(wrong.body.error.message).toContain("refuses our token");
    await digester.stop();
    const gone = await attach(web, digester);
    expect(gone.body.error.message).toContain("nothing listens there");
    const notHttp = await web.ask("POST", "/api/v1/digesters", { url: "file:///x", token: "t" });
    expect(notHttp.status).toBe(400);
    expect((await web.ask("DELETE", "/api/v1/digesters/none")).status).toBe(404);
  });

  it("is remembered over a restart, with the token that the digester calls back with", async () => {
    const store = createMemoryStore();
    const shared = { ...store, close: async () => undefined };
    const first = await runningWeb({ openStore: async () => shared });
    const digester = await fakeDigester();
    const { callback } = (await attach(first, digester)).body;
    await submit(first, "k");
    await eventually(() => expect(digester.taken).toHaveLength(1));
    const claimBody = { digester: "node-1", attempt: 1, callback: 1, status: "in_progress" };
    const send = async (web: TestWeb, patch: object): Promise<number> => {
      const response = await fetch(`${web.url}/api/callback/job/1`, {
        method: "PATCH",
        headers: {
          authorization: `Bearer ${callback.token}`,
          "content-type": "application/json",
        },
        body: JSON.stringify({ digester: "node-1", attempt: 1, ...patch }),
      });
      return response.status;
    };
    expect(await send(first, claimBody)).toBe(200);
    await first.close();

    const second = await runningWeb({ openStore: async () => shared, dataDir: first.dataDir });
    expect(second.token).toBe(first.token);
    expect(second.gobii.password).toBe(first.gobii.password);
    expect(await send(second, { progress: 0.5 })).toBe(200);
    expect(await send(second, { callback: 2, status: "completed" })).toBe(200);
    expect(await job(second, "k")).toMatchObject({ status: "completed", attempt: 1 });
    await eventually(async () => {
      const { digesters } = (await second.ask("GET", "/api/v1/digesters")).body;
      expect(digesters[0]).toMatchObject({ id: "node-1", reachable: true });
    });
    await submit(second, "next");
    await eventually(() => expect(digester.taken).toHaveLength(2));
    expect(digester.taken[1]?.callback).toEqual({
      url: `${second.url}/api/callback`,
      token: callback.token,
      batch: true,
    });
  });
});

describe("placing", () => {
  it("hands a job to the digester, with what it needs to claim and run it", async () => {
    const web = await runningWeb();
    const digester = await fakeDigester();
    await submit(web, "k", { priority: 4, submittedBy: "ada" });
    const { callback } = (await attach(web, digester)).body;
    await eventually(async () => {
      expect(await job(web, "k")).toMatchObject({
        digester: "node-1",
        reason: "All workers are busy.",
      });
    });
    expect(digester.taken).toHaveLength(1);
    expect(digester.taken[0]).toMatchObject({
      job: 1,
      key: "k",
      attempt: 1,
      priority: 4,
      submittedBy: "ada",
      callback,
      instruction: { shape: "list" },
    });
    expect(await eventTypes(web, "k")).toEqual(["submitted", "placed"]);
  });

  it("does not place what is held, and tells the digester of a new priority", async () => {
    const web = await runningWeb();
    const digester = await fakeDigester();
    await attach(web, digester);
    await submit(web, "held", { hold: true });
    await submit(web, "k");
    await eventually(async () => expect((await job(web, "k")).digester).toBe("node-1"));
    expect(digester.taken.map(({ key }) => key)).toEqual(["k"]);
    await web.ask("POST", "/api/v1/jobs/k/priority", { priority: 9 });
    await eventually(() => expect(digester.taken.at(-1)?.priority).toBe(9));
    await web.ask("POST", "/api/v1/jobs/held/release");
    await eventually(() => expect(digester.taken.at(-1)?.key).toBe("held"));
  });

  it("takes a job out of the line that a person cancels or holds", async () => {
    const web = await runningWeb();
    const digester = await fakeDigester();
    await attach(web, digester);
    await submit(web, "k");
    await eventually(async () => expect((await job(web, "k")).digester).toBe("node-1"));
    await web.ask("POST", "/api/v1/jobs/k/cancel");
    await eventually(() =>
      expect(digester.calls).toContainEqual({
        method: "DELETE",
        path: "/instructions/1",
        query: `?callback=${encodeURIComponent(`${web.url}/api/callback`)}`,
        body: null,
      }),
    );
  });

  it("goes on to the next digester when one is full, and says so when all are", async () => {
    const web = await runningWeb();
    const full = await fakeDigester({ id: "full" });
    full.answer = 429;
    await attach(web, full);
    await submit(web, "k");
    await eventually(async () =>
      expect((await job(web, "k")).reason).toBe("The line of every reachable digester is full."),
    );
    const free = await fakeDigester({ id: "free" });
    await attach(web, free);
    await eventually(async () => expect((await job(web, "k")).digester).toBe("free"));
  });

  it("says which path nobody can read, and that everybody drains", async () => {
    const web = await runningWeb();
    const digester = await fakeDigester({ dataRoots: ["/elsewhere"] });
    await attach(web, digester);
    await submit(web, "k");
    await eventually(async () =>
      expect((await job(web, "k")).reason).toBe(
        `No attached digester can read ${web.dataDir}/files/k`,
      ),
    );
    digester.change({ draining: true });
    await eventually(async () => expect((await job(web, "k")).reason).toContain("draining"));
  });

  it("gives waiting jobs of a draining digester to another", async () => {
    const web = await runningWeb();
    const [one, two] = [await fakeDigester({ id: "one" }), await fakeDigester({ id: "two" })];
    await attach(web, one);
    await submit(web, "k");
    await eventually(async () => expect((await job(web, "k")).digester).toBe("one"));
    await attach(web, two);
    one.change({ draining: true });
    await eventually(async () => expect((await job(web, "k")).digester).toBe("two"));
  });

  it("takes back what a digester does not have any more", async () => {
    const web = await runningWeb();
    const digester = await fakeDigester();
    await attach(web, digester);
    await submit(web, "k");
    await eventually(async () => expect((await job(web, "k")).digester).toBe("node-1"));
    // Later than the placing, by the clock that stamps both.
    await new Promise((done) => setTimeout(done, 20));
    digester.change({ waiting: [] });
    await eventually(() => expect(digester.taken).toHaveLength(2));
  });
});

const claimed = async (web: TestWeb, id: string): Promise<void> => {
  const claim = { digester: id, attempt: 1, callback: 1, status: "in_progress" };
  expect((await web.ask("PATCH", "/api/callback/job/1", claim)).status).toBe(200);
};

describe("a digester that goes away", () => {
  it("and begins a new life has lost what it ran", async () => {
    const web = await runningWeb();
    const digester = await fakeDigester();
    await attach(web, digester);
    await submit(web, "k");
    await eventually(async () => expect((await job(web, "k")).digester).toBe("node-1"));
    await claimed(web, "node-1");
    digester.change({ boot: "boot-2", waiting: [], running: [] });
    await eventually(async () => expect(await eventTypes(web, "k")).toContain("lease_expired"));
    await eventually(() => expect(digester.taken.at(-1)?.attempt).toBe(2));
  });

  it("and attaches itself anew after a restart has lost it before it is answered", async () => {
    const web = await runningWeb();
    const digester = await fakeDigester();
    const self = { url: digester.url, token: digester.token, id: "node-1" };
    await web.ask("POST", "/api/v1/digesters", { ...self, boot: "boot-1" });
    await submit(web, "k");
    await eventually(async () => expect((await job(web, "k")).digester).toBe("node-1"));
    await claimed(web, "node-1");
    await web.ask("POST", "/api/v1/digesters", { ...self, boot: "boot-1" });
    expect((await job(web, "k")).status).toBe("in_progress");
    await web.ask("POST", "/api/v1/digesters", { ...self, boot: "boot-2" });
    expect((await job(web, "k")).status).toBe("submitted");
  });

  it("and stays away loses its line and its runs, with reasons, and is told of once", async () => {
    const web = await runningWeb({ leaseMs: 900, renewMs: 300 });
    const digester = await fakeDigester();
    await attach(web, digester);
    await submit(web, "running");
    await submit(web, "waiting");
    await eventually(async () => expect((await job(web, "waiting")).digester).toBe("node-1"));
    await claimed(web, "node-1");
    await digester.stop();
    await eventually(async () => {
      expect((await job(web, "running")).status).toBe("submitted");
      expect((await job(web, "waiting")).digester).toBeNull();
    });
    expect((await job(web, "waiting")).reason).toContain("node-1");
    const { events } = (await web.ask("GET", "/api/v1/jobs/running/events")).body;
    expect(events.at(-1).message).toContain("node-1 was not heard from");
    const { digesters } = (await web.ask("GET", "/api/v1/digesters")).body;
    expect(digesters[0]).toMatchObject({ reachable: false });
    expect(digesters[0].problem).toContain("cannot be reached");
  });
});

describe("detaching", () => {
  it("puts waiting jobs back and forgets the digester", async () => {
    const web = await runningWeb();
    const digester = await fakeDigester();
    await attach(web, digester);
    await submit(web, "k");
    await eventually(async () => expect((await job(web, "k")).digester).toBe("node-1"));
    expect((await web.ask("DELETE", "/api/v1/digesters/node-1")).status).toBe(204);
    expect((await web.ask("GET", "/api/v1/digesters")).body.digesters).toEqual([]);
    await eventually(async () =>
      expect((await job(web, "k")).reason).toContain("No digester is attached"),
    );
    expect((await job(web, "k")).digester).toBeNull();
  });
});

describe("a failure that may pass", () => {
  it("is tried again after a while, and until then the job says when and why", async () => {
    const web = await runningWeb({ retries: { firstMs: 400 } });
    const digester = await fakeDigester();
    await attach(web, digester);
    await submit(web, "k");
    await eventually(() => expect(digester.taken).toHaveLength(1));
    await claimed(web, "node-1");
    digester.change({ waiting: [] });
    const end = { digester: "node-1", attempt: 1, callback: 2, status: "failed", mayPass: true };
    const reason = "The worker process ended unexpectedly.";
    const answer = await web.ask("PATCH", "/api/callback/job/1", { ...end, reason });
    expect(answer.body.job).toMatchObject({ status: "submitted", digester: null });
    expect(answer.body.job.reason).toBe(
      "Tries again in 1 s: the worker process ended unexpectedly (attempt 1 of 3).",
    );
    await eventually(() => expect(digester.taken).toHaveLength(2));
    expect(digester.taken[1]).toMatchObject({ job: 1, attempt: 2 });
    expect(await eventTypes(web, "k")).toContain("retried");
  });
});

describe("what is passed on to a digester", () => {
  it("is drained, swapped and previewed, and its refusals come back in its words", async () => {
    const store = createMemoryStore();
    const web = await runningWeb({ openStore: async () => store });
    const digester = await fakeDigester();
    await attach(web, digester);
    const base = "/api/v1/digesters/node-1";
    expect(await web.ask("POST", `${base}/drain`)).toMatchObject({
      status: 200,
      body: { status: { draining: true } },
    });
    expect(await web.ask("POST", `${base}/drain`, { draining: false })).toMatchObject({
      status: 200,
      body: { status: { draining: false } },
    });
    const drains = digester.calls.filter(({ path }) => path === "/drain");
    expect(drains.map(({ body }) => body)).toEqual([{ draining: true }, { draining: false }]);
    for (const paused of [true, false]) {
      expect(await web.ask("POST", `${base}/pause`, { paused })).toMatchObject({
        status: 200,
        body: { status: { paused } },
      });
      expect(digester.calls).toContainEqual({ method: "POST", path: "/pause", body: { paused } });
    }
    const swap = { name: "fifo", options: { weight: 1 }, by: "ada", why: "Night." };
    expect((await web.ask("PUT", `${base}/regulator`, swap)).body.regulator.name).toBe("fifo");
    expect(digester.calls).toContainEqual({ method: "PUT", path: "/regulator", body: swap });
    expect((await store.eventsAfter(0, 100))?.at(-1)).toMatchObject({
      type: "regulator_swapped",
      digester: "node-1",
      by: "ada",
      message: "Regulator fifo. Night.",
    });
    const { events } = JobEvents.parse((await web.ask("GET", `${base}/events`)).body);
    expect(events.map(({ type }) => type)).toEqual([
      "digester_attached",
      "digester_draining",
      "digester_draining",
      "digester_paused",
      "digester_paused",
      "regulator_swapped",
    ]);
    expect((await web.ask("GET", "/api/v1/digesters/node-2/events")).body.events).toEqual([]);
    const preview = await web.ask("POST", `${base}/regulator/preview`, { name: "fair" });
    expect(preview.status).toBe(400);
    expect(preview.body.error.message).toContain("priority.weight");
    await digester.stop();
    const gone = await web.ask("GET", `${base}/regulator`);
    expect(gone).toMatchObject({ status: 502, body: { error: { code: "upstream_failed" } } });
  });
});
