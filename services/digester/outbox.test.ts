import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { JobPatch } from "../contract/callback.ts";
import type { Delivery } from "./delivery.ts";
import { openOutbox, type OutboxOptions } from "./outbox.ts";
import { openOutboxFile, readKept } from "./outbox-file.ts";
import { createGate, silentLog, temporaryDirectory, until } from "./testing/fakes.ts";

const target = { url: "http://127.0.0.1:9/cb", token: "t" };
const patch = (callback: number, more: Partial<JobPatch> = {}): JobPatch => ({
  digester: "node-1",
  attempt: 1,
  callback,
  ...more,
});
const accepted: Delivery = { kind: "accepted", cancel: false };
const unreachable: Delivery = { kind: "unreachable", why: "away" };

async function open(deliver: OutboxOptions["deliver"], path?: string) {
  const file = path ?? join(await temporaryDirectory(), "outbox.ndjson");
  const outbox = await openOutbox({ path: file, deliver, log: silentLog, pauseMs: () => 5 });
  return { outbox, path: file };
}

describe("outbox", () => {
  it("delivers the callbacks of a job in order although the first tries fail", async () => {
    const delivered: number[] = [];
    let failures = 3;
    const { outbox } = await open(async (_target, _job, { callback }) => {
      if (failures-- > 0) return unreachable;
      delivered.push(callback ?? 0);
      return accepted;
    });
    const said = [1, 2, 3].map((n) => outbox.say(target, 7, patch(n)));
    await outbox.settle(target, 7, patch(4, { status: "completed" }));
    expect(await Promise.all(said)).toEqual([accepted, accepted, accepted]);
    await until(() => outbox.size() === 0, "all delivered");
    expect(delivered).toEqual([1, 2, 3, 4]);
    await outbox.close();
  });

  it("hands over together what a job has to say where batches are taken, and again from the first that failed", async () => {
    const rounds: number[][] = [];
    const batching = { ...target, batch: true };
    let round: number[] = [];
    const { outbox } = await open(async (_target, _job, { callback = 0 }) => {
      if (round.length === 0) {
        rounds.push(round);
        const mine = round;
        setImmediate(() => (round = round === mine ? [] : round));
      }
      round.push(callback);
      await new Promise(setImmediate);
      return rounds.length === 2 && callback > 2 ? unreachable : accepted;
    });
    const said = [1, 2, 3, 4].map((n) => outbox.say(batching, 7, patch(n)));
    expect(await Promise.all(said)).toEqual([accepted, accepted, accepted, accepted]);
    await until(() => outbox.size() === 0, "all delivered");
    // The first was under way before the others were said.
    expect(rounds).toEqual([[1], [2, 3, 4], [3, 4]]);
    await outbox.close();
  });

  it("does not let one job's callbacks wait for another's", async () => {
    const delivered: number[] = [];
    const { outbox } = await open(async (_target, job) => {
      if (job === 1) return unreachable;
      delivered.push(job);
      return accepted;
    });
    await outbox.settle(target, 1, patch(1, { status: "completed" }));
    await outbox.settle(target, 2, patch(1, { status: "completed" }));
    await until(() => delivered.includes(2), "job 2 delivered");
    expect(outbox.size()).toBe(1);
    await outbox.close();
  });

  it("drops the rest of an attempt that is stale, and nothing of a newer one", async () => {
    const delivered: string[] = [];
    const gate = createGate();
    const { outbox } = await open(async (_target, _job, { attempt, callback }) => {
      await gate.opened;
      if (attempt === 1) return { kind: "stale", why: "too late" };
      delivered.push(`${attempt}/${callback}`);
      return accepted;
    });
    const old = [1, 2, 3].map((n) => outbox.say(target, 7, patch(n)));
    const newer = outbox.say(target, 7, patch(1, { attempt: 2 }));
    gate.open();
    expect((await Promise.all(old)).map(({ kind }) => kind)).toEqual(["stale", "stale", "stale"]);
    expect(await newer).toEqual(accepted);
    expect(delivered).toEqual(["2/1"]);
    await outbox.close();
  });

  it("delivers in a later life what an earlier one had settled, with the token of that life", async () => {
    const { outbox, path } = await open(async () => unreachable);
    void outbox.say(target, 7, patch(1, { message: "a step" })).catch(() => undefined);
    await outbox.settle(target, 7, patch(2, { status: "completed" }));
    void outbox
      .say(target, 8, patch(1, { message: "of an attempt without an outcome" }))
      .catch(() => undefined);
    await until(async () => (await readFile(path, "utf8")).split("\n").length >= 4, "on disk");
    await outbox.close();

    const seen: unknown[] = [];
    let token = "";
    const later = await open(async (to, job, { callback, status }) => {
      if (token === "") return unreachable;
      seen.push([to.token, job, callback, status]);
      return accepted;
    }, path);
    expect(later.outbox.inherited).toHaveLength(2);
    token = "renewed";
    later.outbox.renewToken(target.url, token);
    later.outbox.tryNow();
    await until(() => later.outbox.size() === 0, "delivered");
    expect(seen).toEqual([
      ["renewed", 7, 1, undefined],
      ["renewed", 7, 2, "completed"],
    ]);
    await later.outbox.close();
    const last = await open(async () => accepted, path);
    expect(last.outbox.inherited).toEqual([]);
    await last.outbox.close();
  });

  it("gives up an ordinary callback with its signal, and goes on with the next", async () => {
    let reachable = false;
    const delivered: Array<number | undefined> = [];
    const { outbox } = await open(async (_target, _job, { callback }) => {
      if (!reachable) return unreachable;
      delivered.push(callback);
      return accepted;
    });
    const stop = new AbortController();
    const said = outbox.say(target, 7, patch(1), stop.signal);
    stop.abort();
    await expect(said).rejects.toThrow("given up");
    await outbox.settle(target, 7, patch(2, { status: "aborted" }));
    reachable = true;
    await until(() => outbox.size() === 0, "delivered");
    expect(delivered).toEqual([2]);
    await outbox.close();
  });

  it("lets a refusal stand in nobody's way", async () => {
    const { outbox } = await open(async (_target, _job, { callback }) =>
      callback === 1 ? { kind: "refused", why: "HTTP 400" } : accepted,
    );
    const said = outbox.say(target, 7, patch(1));
    expect((await said).kind).toBe("refused");
    expect(await outbox.say(target, 7, patch(2))).toEqual(accepted);
    await outbox.close();
  });
});

const put = (seq: number) => ({ seq, target, job: 7, patch: patch(seq, { message: "ä€𝄞" }) });

describe("outbox file", () => {
  it("holds, when cut off at any byte, what was whole by then, in order", async () => {
    const path = join(await temporaryDirectory(), "outbox.ndjson");
    const { file } = await openOutboxFile(path);
    for (const seq of [1, 2, 3]) await file.put(put(seq), true);
    await file.done(2);
    await file.put(put(4), true);
    await file.done(1);
    await file.close();
    const bytes = await readFile(path);
    const whole = bytes.toString("utf8").trimEnd().split("\n");
    expect(whole).toHaveLength(6);
    for (let cut = 0; cut <= bytes.length; cut += 1) {
      const lines = bytes.subarray(0, cut).toString("utf8").split("\n");
      // A line counts from its last brace on, whether or not its line end was written.
      const last = lines.at(-1) === whole[lines.length - 1] ? lines.length : lines.length - 1;
      const expected = {
        0: [],
        1: [1],
        2: [1, 2],
        3: [1, 2, 3],
        4: [1, 3],
        5: [1, 3, 4],
        6: [3, 4],
      };
      expect(readKept(lines.join("\n")).map(({ seq }) => seq)).toEqual(
        expected[Math.min(last, 6) as keyof typeof expected],
      );
    }
  });

  it("can be written on after a torn end", async () => {
    const path = join(await temporaryDirectory(), "outbox.ndjson");
    await writeFile(path, `${JSON.stringify({ put: put(1) })}\n{"put":{"seq":2,"tar`);
    const { file, kept } = await openOutboxFile(path);
    expect(kept.map(({ seq }) => seq)).toEqual([1]);
    await file.put(put(3), true);
    await file.close();
    expect(readKept(await readFile(path, "utf8")).map(({ seq }) => seq)).toEqual([1, 3]);
  });

  it("passes over whatever is no line of its own", () => {
    fc.assert(
      fc.property(fc.array(fc.string()), fc.nat({ max: 10 }), (noise, at) => {
        const lines = noise.map((text) => text.replaceAll(/[\n\r]/g, ""));
        lines.splice(at, 0, JSON.stringify({ put: put(1) }));
        expect(readKept(lines.join("\n")).map(({ seq }) => seq)).toEqual([1]);
      }),
    );
  });

  it("stays small however many callbacks pass through it", async () => {
    const path = join(await temporaryDirectory(), "outbox.ndjson");
    const { file } = await openOutboxFile(path);
    const done: Promise<void>[] = [];
    for (let seq = 1; seq <= 1500; seq += 1) {
      await file.put(put(seq), false);
      done.push(file.done(seq));
    }
    await file.close();
    await Promise.all(done);
    expect((await readFile(path, "utf8")).split("\n").length).toBeLessThan(2100);
  });
});
