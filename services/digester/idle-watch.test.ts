import { describe, expect, it } from "vitest";
import { idleFor } from "./idle-watch.ts";
import { until } from "./testing/fakes.ts";

function setUp(given: { busyAfterDrain?: boolean } = {}) {
  const ending = new AbortController();
  const state = { now: 0, busy: false, revision: 0, drained: [] as boolean[], isOver: false };
  void idleFor({
    idleMs: 20,
    isBusy: () => state.busy,
    revision: () => state.revision,
    drain: (on) => {
      state.drained.push(on);
      if (on && given.busyAfterDrain === true && state.drained.length === 1) state.busy = true;
    },
    now: () => state.now,
    signal: ending.signal,
  }).then(() => (state.isOver = true));
  return { state, ending };
}

describe("an idle digester", () => {
  it("is over once its time has passed with nothing under way, and takes no work then", async () => {
    const { state } = setUp();
    state.now = 20;
    await until(() => state.isOver, "it did not come to that");
    expect(state.drained).toEqual([true]);
  });

  it("counts anew after work, and after whatever happens to it", async () => {
    const { state, ending } = setUp();
    state.busy = true;
    state.now = 100;
    await until(() => state.drained.length === 0, "it did not come to that");
    for (let turn = 0; turn < 5; turn++) {
      state.busy = false;
      state.revision += 1;
      state.now += 19;
      await new Promise((done) => setTimeout(done, 25));
    }
    expect(state).toMatchObject({ isOver: false, drained: [] });
    ending.abort();
  });

  it("goes on when work came in the very moment", async () => {
    const { state } = setUp({ busyAfterDrain: true });
    state.now = 20;
    await until(() => state.drained.length === 2, "it did not come to that");
    expect(state).toMatchObject({ isOver: false, drained: [true, false] });
    state.busy = false;
    state.now = 60;
    await until(() => state.isOver, "it did not come to that");
  });
});
