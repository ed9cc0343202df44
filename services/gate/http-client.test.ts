import { once } from "node:events";
import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import { describe, expect, it, onTestFinished } from "vitest";
import { createHttpSend, type HttpRequest } from "./http-client.ts";

async function serve(listener: RequestListener): Promise<string> {
  const server = createServer(listener).listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => {
    server.close();
    server.closeAllConnections();
  });
  const { port } = server.address() as AddressInfo;
  return `http://127.0.0.1:${port}`;
}

const get = (url: string): HttpRequest => ({ method: "GET", url, headers: {}, timeoutMs: 10_000 });

describe("sending a request", () => {
  it("sends the body as JSON and reads the whole answer, in pieces or not", async () => {
    const url = await serve((request, response) => {
      const { method, headers } = request;
      let body = "";
      request.setEncoding("utf8").on("data", (piece: string) => (body += piece));
      request.on("end", () => {
        response.writeHead(201);
        response.write(`${method} ${headers["content-type"]} ${headers["authorization"]} `);
        setImmediate(() => response.end(`${body} ü`));
      });
    });
    const answer = await createHttpSend()({
      ...get(url),
      method: "POST",
      headers: { authorization: "Bearer t" },
      body: '{"größe":1}',
    });
    expect(answer).toEqual({
      status: 201,
      text: 'POST application/json Bearer t {"größe":1} ü',
    });
  });

  it("uses one connection for requests that follow each other", async () => {
    const ports = new Set<number | undefined>();
    const url = await serve(({ socket }, response) => {
      ports.add(socket.remotePort);
      response.end();
    });
    const send = createHttpSend();
    for (let n = 0; n < 3; n += 1) await send(get(url));
    expect(ports.size).toBe(1);
  });

  it("does not follow a redirect", async () => {
    const url = await serve(({ url: path }, response) => {
      response.writeHead(path === "/" ? 302 : 200, { location: "/elsewhere" }).end();
    });
    expect(await createHttpSend()(get(url))).toMatchObject({ status: 302 });
  });

  it("gives up after its time, also in the middle of an answer", async () => {
    const url = await serve((_request, response) => void response.write("half"));
    const given = createHttpSend()({ ...get(url), timeoutMs: 50 });
    await expect(given).rejects.toMatchObject({ name: "TimeoutError" });
  });

  it("ends with its signal", async () => {
    const leaving = new AbortController();
    const url = await serve(() => leaving.abort());
    const given = createHttpSend()({ ...get(url), signal: leaving.signal });
    await expect(given).rejects.toMatchObject({ name: "AbortError" });
  });

  it("says that a connection was cut, before and within an answer", async () => {
    const url = await serve(({ url: path, socket }, response) => {
      if (path === "/within") response.write("half", () => socket.destroy());
      else socket.destroy();
    });
    for (const path of ["/", "/within"]) {
      const given = createHttpSend()(get(url + path));
      await expect(given).rejects.toMatchObject({ code: "ECONNRESET" });
    }
  });
});
