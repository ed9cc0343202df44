import { once } from "node:events";
import type { IncomingMessage, RequestListener } from "node:http";
import { connect } from "node:net";
import { text } from "node:stream/consumers";
import { expect, it, onTestFinished } from "vitest";
import { listen } from "./listen.ts";
import { createHttpServer } from "./tls.ts";

const echo: RequestListener = (request, response) => void request.pipe(response);

/** One that answers with the body, half of which it has got. */
async function start(silenceMs: number) {
  const server = createHttpServer(null, echo, silenceMs);
  onTestFinished(() => {
    server.close();
    server.closeAllConnections();
  });
  const port = await listen(server, 0, "127.0.0.1", () => undefined);
  const socket = connect(port, "127.0.0.1");
  socket.on("error", () => undefined);
  socket.write("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 10\r\n\r\n01234");
  return { server, socket };
}

it("lets a body take as long as it keeps coming, and headers no longer than a minute", async () => {
  const { server, socket } = await start(60_000);
  expect([server.requestTimeout, server.headersTimeout]).toEqual([0, 60_000]);
  socket.end("56789");
  expect(await text(socket)).toContain("200 OK");
});

it("cuts off a body that has stopped coming", async () => {
  const { server, socket } = await start(50);
  const [request]: IncomingMessage[] = await once(server, "request");
  await once(socket.resume(), "close");
  expect(request?.complete).toBe(false);
});

it("does not take a slow answer for a body that has stopped coming", async () => {
  const server = createHttpServer(
    null,
    (request, response) => {
      request.resume().once("end", () => setTimeout(() => response.end("at last"), 200));
    },
    20,
  );
  onTestFinished(() => void server.close());
  const port = await listen(server, 0, "127.0.0.1", () => undefined);
  const answer = await fetch(`http://127.0.0.1:${port}`, { method: "POST", body: "x" });
  expect(await answer.text()).toBe("at last");
});
