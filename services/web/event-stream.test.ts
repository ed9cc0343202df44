import { createParser } from "eventsource-parser";
import * as fc from "fast-check";
import { describe, expect, it, onTestFinished } from "vitest";
import { StreamMessage } from "../contract/event.ts";
import { newJob, place } from "./jobs/job-model.ts";
import { setPriority } from "./jobs/person-changes.ts";
import { createMemoryStore } from "./store/memory-store.ts";
import type { Store } from "./store/store.ts";
import { eventually } from "./testing/fake-digester.ts";
import { markerInstruction, runningWeb, type TestWeb } from "./testing/running-web.ts";

interface Told {
  readonly id: string | undefined;
  readonly event: string | undefined;
  readonly message: StreamMessage | null;
}

/** Follows the stream and gathers what it says. */
async function listen(web: TestWeb, headers: Record<string, string> = {}, query = "") {
  const abort = new AbortController();
  onTestFinished(() => abort.abort());
  const response = await fetch(`${web.url}/api/v1/events${query}`, {
    headers: { authorization: `Bearer ${web.token}`, ...headers },
    signal: abort.signal,
  });
  const told: Told[] = [];
  const parser = createParser({
    onEvent: ({ id, event, data }) => {
      const message = event === "bye" ? null : StreamMessage.parse(JSON.parse(data));
      told.push({ id, event, message });
    },
  });
  const ended = (async () => {
    const decoder = new TextDecoder();
    for await (const chunk of response.body ?? []) parser.feed(decoder.decode(chunk));
  })().catch(() => undefined);
  const seqs = (): number[] =>
    told.flatMap(({ message }) => (message?.kind === "event" ? [message.event.seq] : []));
  return { response, told, seqs, ended, close: () => abort.abort() };
}

const submit = (web: TestWeb, key: string) =>
  web.ask("POST", "/api/v1/instructions", {
    key,
    instructions: markerInstruction(web.dataDir, key),
    hold: true,
  });

describe("the event stream", () => {
  it("tells what happens from now on, with the job after it", async () => {
    const web = await runningWeb();
    await submit(web, "before");
    const stream = await listen(web);
    expect(stream.response.headers.get("content-type")).toContain("text/event-stream");
    await submit(web, "after");
    await eventually(() => expect(stream.told).toHaveLength(1));
    expect(stream.told[0]).toMatchObject({
      id: "2",
      event: "event",
      message: { kind: "event", event: { seq: 2, type: "submitted" }, job: { key: "after" } },
    });
  });

  it.each([
    ["the header", { "last-event-id": "1" }, ""],
    ["the query", {}, "?lastEventId=1"],
  ])("replays what came after the id in %s", async (_where, headers, query) => {
    const web = await runningWeb();
    for (const key of ["a", "b", "c"]) await submit(web, key);
    const stream = await listen(web, headers, query);
    await submit(web, "d");
    await eventually(() => expect(stream.seqs()).toEqual([2, 3, 4]));
  });

  it("tells to forget everything when the gap is too old, or from another store", async () => {
    const store = createMemoryStore();
    const forgetful: Store = { ...store, eventsAfter: async () => null };
    const web = await runningWeb({ openStore: async () => forgetful });
    await submit(web, "a");
    await submit(web, "b");
    const old = await listen(web, { "last-event-id": "1" });
    await eventually(() => expect(old.told[0]).toMatchObject({ id: "2", event: "reset" }));

    const other = await runningWeb();
    const future = await listen(other, { "last-event-id": "99" });
    await eventually(() => expect(future.told[0]?.event).toBe("reset"));
    await submit(other, "a");
    await eventually(() => expect(future.seqs()).toEqual([1]));
  });

  it("tells progress in passing, without an id, gathered by job", async () => {
    const web = await runningWeb();
    await submit(web, "k");
    await web.ask("POST", "/api/v1/jobs/k/release");
    const claim = { digester: "d", attempt: 1, callback: 1, status: "in_progress" };
    await web.ask("PATCH", "/api/callback/job/1", claim);
    const stream = await listen(web);
    for (const progress of [0.1, 0.2, 0.3]) {
      await web.ask("PATCH", "/api/callback/job/1", { digester: "d", attempt: 1, progress });
    }
    await eventually(() =>
      expect(stream.told.at(-1)).toMatchObject({
        id: undefined,
        message: { kind: "progress", job: { key: "k", progress: 0.3 } },
      }),
    );
  });

  it("has everybody ask anew after a record that went back", async () => {
    const store = createMemoryStore();
    const web = await runningWeb({ openStore: async () => store });
    const stream = await listen(web);
    const about = { job: null, key: null, attempt: null, digester: null };
    await store.record({ type: "record_went_back", at: 0, ...about, message: "It lacks some." });
    await eventually(() =>
      expect(stream.told.slice(-2).map(({ event }) => event)).toEqual(["event", "reset"]),
    );
  });

  it("says good-bye when the service closes", async () => {
    const web = await runningWeb();
    const stream = await listen(web);
    await web.close();
    await stream.ended;
    expect(stream.told.at(-1)?.event).toBe("bye");
  });

  it("is not kept for those who have gone", async () => {
    const web = await runningWeb();
    const stream = await listen(web);
    stream.close();
    await stream.ended;
    expect((await submit(web, "a")).status).toBe(201);
    const next = await listen(web, { "last-event-id": "0" });
    await eventually(() => expect(next.seqs()).toEqual([1]));
  });

  it("has no gap and no duplicate, whatever happens during a replay", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.nat({ max: 700 }),
        fc.array(fc.nat({ max: 3 }), { maxLength: 20 }),
        async (before, pauses) => {
          const store = createMemoryStore();
          const web = await runningWeb({ openStore: async () => store });
          const job = await store.create(newJob({ key: "k", crop: "dev", held: true }, 0), null);
          const happen = (n: number) =>
            store.update(job.id, (current) => setPriority(current, n + 1, "ada", 0));
          for (let n = 0; n < before; n++) await happen(n);
          const listening = listen(web, { "last-event-id": "0" });
          for (const [n, pause] of pauses.entries()) {
            await happen(1000 + n);
            await new Promise((done) => setTimeout(done, pause));
          }
          const stream = await listening;
          const all = 1 + before + pauses.length;
          await eventually(() => expect(stream.seqs().at(-1)).toBe(all));
          expect(stream.seqs()).toEqual(Array.from({ length: all }, (_, i) => i + 1));
          stream.close();
          await web.close();
        },
      ),
      { numRuns: 6 },
    );
  });

  it("cuts off a client that does not read", async () => {
    const store = createMemoryStore();
    const web = await runningWeb({ openStore: async () => store });
    const text = "x".repeat(20_000);
    const job = await store.create(newJob({ key: "k", crop: "dev" }, 0), null);
    const abort = new AbortController();
    onTestFinished(() => abort.abort());
    const response = await fetch(`${web.url}/api/v1/events`, {
      headers: { authorization: `Bearer ${web.token}` },
      signal: abort.signal,
    });
    for (let n = 0; n < 1500; n++) {
      await store.update(job.id, (current) => {
        const change = place({ ...current, digester: null }, `node-${n}`, 0);
        return { ...change, events: change.events.map((event) => ({ ...event, message: text })) };
      });
    }
    const read = async (): Promise<number> => {
      let bytes = 0;
      for await (const chunk of response.body ?? []) bytes += (chunk as Uint8Array).length;
      return bytes;
    };
    await expect(read()).rejects.toThrow("terminated");
    expect((await web.ask("GET", "/healthz")).status).toBe(200);
  });
});
