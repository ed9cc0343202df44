import { setMaxListeners } from "node:events";
import { describe, expect, it } from "vitest";
import * as fc from "fast-check";
import type { Errand } from "../../contract/errand.ts";
import { createMailboxes } from "./mailboxes.ts";

const never = new AbortController().signal;
setMaxListeners(0, never);
const call = (path: string, signal = never) =>
  ({ method: "GET", path, signal, timeoutMs: 60_000 }) as const;
const answer = (text: string) => ({ status: 200, text: async () => text, body: null });
const pathsOf = (errands: readonly Errand[]): string[] => errands.map(({ path }) => path);

describe("a mailbox", () => {
  it("gives what comes to a digester that waits, and brings the answer back", async () => {
    const boxes = createMailboxes();
    const asked = boxes.ask("node-1", [], 5000, never);
    const called = boxes.transportTo("node-1")(call("/status"));
    const [errand] = await asked;
    expect(errand).toMatchObject({ method: "GET", path: "/status" });
    expect(boxes.answer("node-2", errand?.id ?? "", answer("not mine"))).toBe(false);
    expect(boxes.answer("node-1", errand?.id ?? "", answer("here"))).toBe(true);
    expect(await (await called).text()).toBe("here");
    expect(boxes.answer("node-1", errand?.id ?? "", answer("twice"))).toBe(false);
  });

  it("gives again what the digester does not have, under the same id, and not what it has", async () => {
    const boxes = createMailboxes();
    void boxes.transportTo("node-1")(call("/status"));
    const [lost] = await boxes.ask("node-1", [], 5000, never);
    const [again] = await boxes.ask("node-1", [], 5000, never);
    expect(again).toEqual(lost);
    expect(await boxes.ask("node-1", [lost?.id ?? ""], 1, never)).toEqual([]);
  });

  it("lets go of the question before when it is asked again", async () => {
    const boxes = createMailboxes();
    const first = boxes.ask("node-1", [], 60_000, never);
    const second = boxes.ask("node-1", [], 60_000, never);
    expect(await first).toEqual([]);
    void boxes.transportTo("node-1")(call("/status"));
    expect(pathsOf(await second)).toEqual(["/status"]);
  });

  it("fails what waits when the digester does not ask any more, and says so", async () => {
    const boxes = createMailboxes(20);
    const called = boxes.transportTo("node-1")(call("/status"));
    expect(boxes.isAsking("node-1")).toBe(false);
    await expect(called).rejects.toThrow("has not asked");
    const gone = new AbortController();
    const asked = boxes.ask("node-1", [], 60_000, gone.signal);
    expect(boxes.isAsking("node-1")).toBe(true);
    gone.abort();
    expect(await asked).toEqual([]);
    await expect(boxes.transportTo("node-1")(call("/status"))).rejects.toThrow("has not asked");
  });

  it("does not give what nobody waits for any more", async () => {
    const boxes = createMailboxes();
    const enough = new AbortController();
    const called = boxes.transportTo("node-1")(call("/status", enough.signal));
    enough.abort(new Error("enough"));
    await expect(called).rejects.toThrow("enough");
    expect(await boxes.ask("node-1", [], 1, never)).toEqual([]);
  });

  it("answers every call once, however many answers to questions are lost on their way", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.record({ lost: fc.boolean(), calls: fc.nat(3) }), { maxLength: 20 }),
        async (turns) => {
          const boxes = createMailboxes();
          const send = boxes.transportTo("node-1");
          const called: Promise<string>[] = [];
          const done: string[] = [];
          const take = async (lost: boolean): Promise<void> => {
            for (const { id, path } of await boxes.ask("node-1", [], 0, never)) {
              if (lost) continue;
              done.push(path);
              boxes.answer("node-1", id, answer(path));
            }
          };
          for (const { lost, calls } of turns) {
            for (let i = 0; i < calls; i++) {
              called.push(send(call(`/c${called.length}`)).then((given) => given.text()));
            }
            await take(lost);
          }
          await take(false);
          const expected = called.map((_, at) => `/c${at}`);
          expect(await Promise.all(called)).toEqual(expected);
          expect(done.toSorted()).toEqual(expected.toSorted());
        },
      ),
      { numRuns: 50 },
    );
  });
});
