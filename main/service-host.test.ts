import { EventEmitter } from "node:events";
import { PassThrough } from "node:stream";
import { pino } from "pino";
import { describe, expect, it } from "vitest";
import type { Electron } from "./electron.ts";
import { createForkedHost } from "./forked-host.ts";
import { createInProcessHost } from "./in-process-host.ts";
import { standIn } from "./testing/fake-electron.ts";

describe("services in this process", () => {
  const web = { url: "http://127.0.0.1:8090", token: "secret" };

  it("start with the web service and stop with the digester, which hands its jobs back", async () => {
    const order: string[] = [];
    const host = createInProcessHost({
      startWeb: async () => {
        order.push("web");
        return { ...web, close: async () => void order.push("web closed") };
      },
      startDigester: async ({ url, token }) => {
        order.push(`digester of ${url} with ${token}`);
        return { close: async () => void order.push("digester closed") };
      },
    });
    expect(await host.start()).toEqual({ ...web, pid: process.pid });
    await host.stop(1_000);
    expect(order).toEqual([
      "web",
      "digester of http://127.0.0.1:8090 with secret",
      "digester closed",
      "web closed",
    ]);
  });

  it("leave no web service behind when the digester does not start", async () => {
    let closed = 0;
    const host = createInProcessHost({
      startWeb: async () => ({ ...web, close: async () => void (closed += 1) }),
      startDigester: () => Promise.reject(new Error("no room for state")),
    });
    await expect(host.start()).rejects.toThrow("no room for state");
    expect(closed).toBe(1);
  });

  it("are given up at the deadline", async () => {
    const host = createInProcessHost({
      startWeb: async () => ({ ...web, close: () => new Promise(() => {}) }),
      startDigester: async () => ({ close: async () => {} }),
    });
    await host.start();
    await expect(host.stop(5)).resolves.toBeUndefined();
  });
});

describe("services in a process of their own", () => {
  class FakeChild extends EventEmitter {
    readonly stdout = new PassThrough();
    readonly stderr = new PassThrough();
    readonly pid = 4711;
    killed = 0;
    kill = (): boolean => {
      this.killed += 1;
      this.emit("exit", 0);
      return true;
    };
  }

  function forked() {
    const child = new FakeChild();
    const forks: unknown[][] = [];
    const host = createForkedHost({
      utilityProcess: standIn<Electron["utilityProcess"]>({
        fork: (...args: unknown[]) => {
          forks.push(args);
          return child;
        },
      }),
      entry: "/app/services.js",
      args: async () => ["--data", "/data"],
      log: pino({ level: "silent" }),
    });
    const exits: string[] = [];
    host.onExit((reason) => exits.push(reason));
    const announce = () =>
      child.stdout.write('{"url":"http://127.0.0.1:8091","token":"secret","gobii":{}}\n');
    return { child, host, forks, exits, announce };
  }

  it("are the headless services, known by their first line", async () => {
    const { child, host, forks, announce } = forked();
    const started = host.start();
    announce();
    expect(await started).toEqual({ url: "http://127.0.0.1:8091", token: "secret", pid: 4711 });
    expect(forks[0]?.slice(0, 2)).toEqual([
      "/app/services.js",
      ["all", "--data", "/data", "--json"],
    ]);
    expect(child.killed).toBe(0);
  });

  it("that end before they listen have not started", async () => {
    const { child, host, forks, exits } = forked();
    const started = host.start();
    await expect.poll(() => forks).toHaveLength(1);
    child.emit("exit", 1);
    await expect(started).rejects.toThrow("The services ended with 1 at their start.");
    expect(exits).toEqual([]);
  });

  it("that end by themselves are told of; those that are stopped are not", async () => {
    const { child, host, exits, announce } = forked();
    const started = host.start();
    announce();
    await started;
    child.emit("exit", 9);
    expect(exits).toEqual(["They ended with 9."]);

    const again = forked();
    const startedAgain = again.host.start();
    again.announce();
    await startedAgain;
    await again.host.stop(1_000);
    expect(again.child.killed).toBe(1);
    expect(again.exits).toEqual([]);
  });
});
