import { describe, expect, it } from "vitest";
import { createLog } from "../log.ts";
import { createMemoryStore } from "../store/memory-store.ts";
import { applyPatch, newJob } from "./job-model.ts";
import { leaseKeeper } from "./lease-keeper.ts";

const leaseMs = 15_000;

/** A keeper whose clocks and timer the test turns, and one job that runs on node-1. */
async function setUp(graceMs = 20_000) {
  const clock = { wall: 1_000_000, monotonic: 0 };
  const store = createMemoryStore();
  const timers: Array<() => void> = [];
  const make = () =>
    leaseKeeper({
      store,
      log: createLog("silent"),
      leaseMs,
      graceMs,
      now: () => clock.wall,
      monotonic: () => clock.monotonic,
      timer: (work) => {
        timers.push(work);
        return () => void timers.splice(timers.indexOf(work), 1);
      },
    });
  const { id } = await store.create(newJob({ key: "k", crop: "dev" }, clock.wall), null);
  const patch = (attempt: number, fields: object) =>
    store.update(id, (job) =>
      applyPatch(job, { digester: "node-1", attempt, ...fields }, clock.wall, leaseMs),
    );
  let keeper = make();
  return {
    clock,
    store,
    timers,
    patch,
    keeper: () => keeper,
    restart: () => {
      keeper = make();
    },
    status: async () => (await store.job(id))?.status,
    reason: async () => (await store.job(id))?.reason,
    /** Both clocks run on, with a look at each second. */
    async pass(ms: number) {
      for (let passed = 0; passed < ms; passed += 1000) {
        clock.wall += 1000;
        clock.monotonic += 1000;
        await keeper.tick();
      }
    },
    heartbeat: () => store.touch(id, { leaseUntil: clock.wall + leaseMs }),
  };
}

describe("the lease keeper", () => {
  it("puts a job back whose digester is not heard from, saying who and since when", async () => {
    const test = await setUp();
    await test.pass(1000);
    await test.patch(1, { status: "in_progress" });
    await test.pass(15_000);
    expect(await test.status()).toBe("in_progress");
    await test.pass(2000);
    expect(await test.status()).toBe("submitted");
    expect(await test.reason()).toMatch(/node-1 was not heard from for 16 s \(since 1970-.*Z\)/);
  });

  it("leaves a job alone that is heard from", async () => {
    const test = await setUp();
    await test.pass(1000);
    await test.patch(1, { status: "in_progress" });
    for (let n = 0; n < 20; n++) {
      await test.pass(5000);
      test.heartbeat();
    }
    expect(await test.status()).toBe("in_progress");
  });

  it("gives every running attempt a grace period after a start of the service", async () => {
    const test = await setUp();
    await test.patch(1, { status: "in_progress" });
    test.clock.wall += 3_600_000;
    test.restart();
    await test.pass(19_000);
    expect(await test.status()).toBe("in_progress");
    await test.pass(3000);
    expect(await test.status()).toBe("submitted");
  });

  it("gives no more than that, where it is shorter than a lease", async () => {
    const test = await setUp(10_000);
    await test.patch(1, { status: "in_progress" });
    test.restart();
    await test.pass(10_000);
    expect(await test.status()).toBe("in_progress");
    await test.pass(2000);
    expect(await test.status()).toBe("submitted");
  });

  it.each([
    ["with its clock", { wall: 3_600_000, monotonic: 3_600_000 }],
    ["while its clock stood still", { wall: 3_600_000, monotonic: 0 }],
  ])("gives it after the machine has slept %s", async (_how, gap) => {
    const test = await setUp();
    await test.pass(1000);
    await test.patch(1, { status: "in_progress" });
    await test.pass(10_000);
    test.clock.wall += gap.wall;
    test.clock.monotonic += gap.monotonic;
    await test.pass(18_000);
    expect(await test.status()).toBe("in_progress");
    await test.pass(4000);
    expect(await test.status()).toBe("submitted");
  });

  it("does not believe a wall clock that is put back", async () => {
    const test = await setUp();
    await test.pass(1000);
    await test.patch(1, { status: "in_progress" });
    await test.pass(5000);
    test.clock.wall -= 3_600_000;
    await test.pass(12_000);
    expect(await test.status()).toBe("submitted");
  });

  it("counts anew for a new attempt", async () => {
    const test = await setUp();
    await test.pass(1000);
    await test.patch(1, { status: "in_progress" });
    await test.pass(14_000);
    await test.patch(1, { callback: 2, status: "submitted" });
    await test.patch(2, { status: "in_progress" });
    await test.pass(14_000);
    expect(await test.status()).toBe("in_progress");
  });

  it("looks again and again until it is stopped", async () => {
    const test = await setUp();
    const keeper = test.keeper();
    keeper.start();
    expect(test.timers).toHaveLength(1);
    test.timers.shift()?.();
    await expect.poll(() => test.timers.length).toBe(1);
    await keeper.stop();
    expect(test.timers).toHaveLength(0);
  });
});
