import { pino } from "pino";
import { describe, expect, it } from "vitest";
import type { HostedServices, ServiceHost } from "./service-host.ts";
import { superviseServices } from "./supervisor.ts";

async function supervised() {
  let exit: ((reason: string) => void) | undefined;
  let starts = 0;
  let now = 0;
  const failures: Error[] = [];
  const running: HostedServices[] = [];
  const givenUp: string[] = [];
  const host: ServiceHost = {
    start: async () => {
      const failure = failures.shift();
      if (failure !== undefined) throw failure;
      starts += 1;
      return { url: `http://127.0.0.1:${8000 + starts}`, token: "t", pid: 1 };
    },
    stop: async () => {},
    onExit: (listener) => {
      exit = listener;
    },
  };
  await superviseServices({
    host,
    log: pino({ level: "silent" }),
    now: () => now,
    onRunning: async (services) => void running.push(services),
    onGivenUp: (reason) => void givenUp.push(reason),
  });
  const endAfter = async (lifetimeMs: number): Promise<void> => {
    now += lifetimeMs;
    exit?.("They ended with 9.");
    await new Promise((resolve) => setTimeout(resolve, 5));
  };
  return { endAfter, running, givenUp, failures };
}

describe("services that end by themselves", () => {
  it("are started again, twice, and the window is told the new address", async () => {
    const { endAfter, running, givenUp } = await supervised();
    await endAfter(6_000);
    await endAfter(6_000);
    expect(running.map(({ url }) => url)).toEqual([
      "http://127.0.0.1:8001",
      "http://127.0.0.1:8002",
      "http://127.0.0.1:8003",
    ]);
    expect(givenUp).toEqual([]);
    await endAfter(6_000);
    expect(givenUp).toEqual(["They ended with 9."]);
  });

  it("are given up when they end at once", async () => {
    const { endAfter, running, givenUp } = await supervised();
    await endAfter(4_000);
    expect(running).toHaveLength(1);
    expect(givenUp).toEqual(["They ended with 9."]);
  });

  it("are given up when they do not start again", async () => {
    const { endAfter, givenUp, failures } = await supervised();
    failures.push(new Error("the port is taken"));
    await endAfter(6_000);
    expect(givenUp).toEqual(["the port is taken"]);
  });
});
