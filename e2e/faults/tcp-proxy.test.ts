import { once } from "node:events";
import { createServer, type Server } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { startTcpProxy, type TcpProxy } from "./tcp-proxy.ts";

function portOf(server: Server): number {
  const address = server.address();
  if (typeof address !== "object" || address === null) throw new Error("it does not listen");
  return address.port;
}

describe("the network in between", () => {
  let server: Server;
  let proxy: TcpProxy;
  const answer = async (): Promise<string> =>
    (await fetch(`http://127.0.0.1:${proxy.port}/`)).text();

  beforeEach(async () => {
    server = createServer((_request, response) => response.end("x".repeat(1_000_000)));
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    const target = portOf(server);
    // A port that was free a moment ago.
    const free = createServer().listen(0, "127.0.0.1");
    await once(free, "listening");
    const port = portOf(free);
    free.close();
    await once(free, "close");
    proxy = await startTcpProxy(port, target);
  });
  afterEach(() => {
    proxy.close();
    server.closeAllConnections();
    server.close();
  });

  it("passes everything on", async () => {
    expect(await answer()).toHaveLength(1_000_000);
  });

  it("holds what falls into a black hole, and lets it go again", async () => {
    proxy.setWeather("black hole");
    const answered = answer().then(({ length }) => length);
    expect(await Promise.race([answered, sleep(100, "silence")])).toBe("silence");
    proxy.setWeather("clear");
    expect(await answered).toBe(1_000_000);
  });

  it("breaks off what is under way", async () => {
    proxy.setWeather("black hole");
    const failed = answer().catch(() => "broken off");
    await once(server, "connection");
    expect(proxy.cut()).toBe(1);
    expect(await failed).toBe("broken off");
    proxy.setWeather("clear");
    expect(await answer()).toHaveLength(1_000_000);
  });

  it("comes to its end also while it holds something back", async () => {
    proxy.setWeather("black hole");
    const failed = answer().catch(() => "broken off");
    expect(await Promise.race([failed, sleep(100, "silence")])).toBe("silence");
    proxy.close();
    expect(await failed).toBe("broken off");
  });

  it("delays every word", async () => {
    proxy.setWeather({ delayMs: 30 });
    expect(await answer()).toHaveLength(1_000_000);
  });
});
