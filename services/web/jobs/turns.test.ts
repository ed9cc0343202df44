import { EventEmitter, once } from "node:events";
import { expect, it } from "vitest";
import { createTurns } from "./turns.ts";

/** Work that ends, or fails with its name, when it is told to. */
function work(name: string, log: string[]) {
  const end = new EventEmitter();
  const ended = once(end, "end");
  return {
    finish: () => end.emit("end", false),
    fail: () => end.emit("end", true),
    run: async (): Promise<string> => {
      log.push(`${name} begins`);
      const [hasFailed] = await ended;
      if (hasFailed === true) throw new Error(name);
      log.push(`${name} ends`);
      return name;
    },
  };
}

it("does what has one name in turn, and other things meanwhile", async () => {
  const log: string[] = [];
  const [first, second, other] = [work("first", log), work("second", log), work("other", log)];
  const turns = createTurns();
  const all = [turns.take("a", first.run), turns.take("a", second.run), turns.take("b", other.run)];
  other.finish();
  await expect(all[2]).resolves.toBe("other");
  second.finish();
  first.finish();
  await expect(Promise.all(all)).resolves.toEqual(["first", "second", "other"]);
  expect(log).toEqual([
    "first begins",
    "other begins",
    "other ends",
    "first ends",
    "second begins",
    "second ends",
  ]);
});

it("goes on after work that failed, and is idle when all has ended", async () => {
  const log: string[] = [];
  const [first, second] = [work("first", log), work("second", log)];
  const turns = createTurns();
  const failed = turns.take("a", first.run);
  void turns.take("a", second.run);
  const idle = turns.idle().then(() => log.push("idle"));
  first.fail();
  await expect(failed).rejects.toThrow("first");
  second.finish();
  await idle;
  expect(log).toEqual(["first begins", "second begins", "second ends", "idle"]);
  await turns.idle();
});
