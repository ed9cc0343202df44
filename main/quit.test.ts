import { pino } from "pino";
import { describe, expect, it } from "vitest";
import { createQuit } from "./quit.ts";
import type { QuitDeps } from "./quit.ts";
import { createFakeElectron } from "./testing/fake-electron.ts";

const settled = () => new Promise((resolve) => setTimeout(resolve, 20));

function quitting(deps: Partial<QuitDeps> = {}) {
  const fake = createFakeElectron();
  const stops: number[] = [];
  const quit = createQuit({
    app: fake.electron.app,
    log: pino({ level: "silent" }),
    confirm: async () => true,
    stopServices: async (deadlineMs) => {
      stops.push(deadlineMs);
      fake.order.push("services stopped");
    },
    ...deps,
  });
  return { fake, quit, stops };
}

describe("quitting", () => {
  it("stops the services, then ends with 0", async () => {
    const { fake, quit, stops } = quitting();
    fake.app.quit();
    expect(fake.exitCode()).toBeNull();
    await settled();
    expect(fake.order).toEqual(["services stopped", "will-quit"]);
    expect(fake.exitCode()).toBe(0);
    expect(stops).toEqual([5_000]);
    expect(quit.isStopped()).toBe(true);
  });

  it("goes on running when the person says so, and asks again the next time", async () => {
    const answers = [false, true];
    const { fake, quit, stops } = quitting({
      confirm: async () => answers.shift() ?? true,
    });
    quit.request();
    await settled();
    expect(stops).toEqual([]);
    expect(fake.exitCode()).toBeNull();
    quit.request();
    await settled();
    expect(fake.exitCode()).toBe(0);
  });

  it("asks once, however often it is requested", async () => {
    let asked = 0;
    const { fake, quit, stops } = quitting({
      confirm: async () => {
        asked += 1;
        return true;
      },
    });
    fake.app.quit();
    quit.request();
    fake.app.quit();
    await settled();
    expect(asked).toBe(1);
    expect(stops).toHaveLength(1);
  });

  it("does not wait for an answer when the system ends it", async () => {
    let answer: ((wanted: boolean) => void) | undefined;
    const { fake, quit, stops } = quitting({
      confirm: () =>
        new Promise((resolve) => {
          answer = resolve;
        }),
    });
    quit.request();
    quit.now();
    await settled();
    expect(fake.exitCode()).toBe(0);
    answer?.(true);
    await settled();
    expect(stops).toHaveLength(1);
  });

  it("ends without services that do not stop by the deadline", async () => {
    const { fake, quit } = quitting({
      deadlineMs: 5,
      stopServices: () => new Promise(() => {}),
    });
    quit.now();
    await expect.poll(() => fake.exitCode()).toBe(0);
  });

  it("ends although the services fail to stop, or the question fails", async () => {
    const { fake, quit } = quitting({
      confirm: () => Promise.reject(new Error("no display")),
      stopServices: () => Promise.reject(new Error("disk full")),
    });
    quit.request();
    await settled();
    expect(fake.exitCode()).toBe(0);
  });
});
