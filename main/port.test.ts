import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pino } from "pino";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { AppError } from "../services/contract/errors.ts";
import { startOnPort } from "./port.ts";

let directory = "";
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "desktop-port-"));
});
afterEach(() => rmSync(directory, { recursive: true }));

const file = () => join(directory, "port");

function start(taken: readonly number[], wanted: number | null = null) {
  const tried: number[] = [];
  const service = async (port: number) => {
    tried.push(port);
    if (taken.includes(port)) {
      const cause = Object.assign(new Error("listen"), { code: "EADDRINUSE" });
      throw new AppError("unavailable", `Port ${port} is in use.`, { cause });
    }
    return { url: `http://127.0.0.1:${port === 0 ? 50_001 : port}` };
  };
  const log = pino({ level: "silent" });
  return { tried, started: startOnPort(service, { wanted, file: file(), log }) };
}

describe("the embedded service's port", () => {
  it("is the default at first", async () => {
    expect(await start([]).started).toEqual({ url: "http://127.0.0.1:8080" });
  });

  it("is any other when that is taken, and the same the next time", async () => {
    expect(await start([8080]).started).toEqual({ url: "http://127.0.0.1:50001" });
    expect(readFileSync(file(), "utf8")).toBe("50001\n");
    const again = start([]);
    await again.started;
    expect(again.tried).toEqual([50_001]);
  });

  it.each(["", "x", "-1", "65536", "80.5"])("is the default when %j was kept", async (text) => {
    writeFileSync(file(), text);
    const { tried, started } = start([]);
    await started;
    expect(tried).toEqual([8080]);
  });

  it("is the wanted one or none", async () => {
    await expect(start([9000], 9000).started).rejects.toThrow("Port 9000 is in use.");
    expect(await start([], 9000).started).toEqual({ url: "http://127.0.0.1:9000" });
  });

  it("is not looked for when something else is wrong", async () => {
    const tried: number[] = [];
    const locked = (port: number): Promise<{ url: string }> => {
      tried.push(port);
      return Promise.reject(new AppError("unavailable", "The store is in use by process 7."));
    };
    const deps = { wanted: null, file: file(), log: pino({ level: "silent" }) };
    await expect(startOnPort(locked, deps)).rejects.toThrow("The store is in use by process 7.");
    expect(tried).toEqual([8080]);
  });
});
