import { once } from "node:events";
import http from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import type { AttachRequest, DigesterStatus } from "../../services/contract/digester.ts";

/** Many digesters in one process, of which each has news all the time. */
export interface Crowd {
  readonly members: readonly Required<AttachRequest>[];
  /** How often they were asked for their status so far. */
  readonly asked: () => number;
  readonly close: () => void;
}

/** As often as a running job tells of its progress. */
const newsEveryMs = 500;

export async function startCrowd(count: number, workers: number): Promise<Crowd> {
  let asked = 0;
  const begun = Date.now();
  const revisionNow = (): number => 1 + Math.floor((Date.now() - begun) / newsEveryMs);
  const statusOf = (id: string): DigesterStatus => ({
    id,
    boot: id,
    revision: revisionNow(),
    version: "0.0.0",
    host: "crowd",
    pid: process.pid,
    startedAt: new Date(begun).toISOString(),
    draining: false,
    workers,
    lineLimit: 1000,
    dataRoots: [],
    labels: [],
    regulator: { name: "first-come", options: {} },
    running: [],
    waiting: [],
    outbox: 0,
  });
  const answer = async (url: URL): Promise<object> => {
    const [, id = "", path = ""] = url.pathname.split("/");
    if (path !== "status")
      return { regulator: { name: "first-come", options: {} }, regulators: [] };
    asked += 1;
    if (Number(url.searchParams.get("since")) === revisionNow()) await sleep(newsEveryMs);
    return statusOf(id);
  };
  const reply = async (
    request: http.IncomingMessage,
    response: http.ServerResponse,
  ): Promise<void> => {
    const body = await answer(new URL(request.url ?? "/", "http://crowd"));
    response.setHeader("content-type", "application/json");
    response.end(JSON.stringify(body));
  };
  const server = http.createServer((request, response) => {
    void reply(request, response);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  return {
    members: Array.from({ length: count }, (_, place) => {
      const id = `crowd-${place + 1}`;
      return { id, url: `http://127.0.0.1:${port}/${id}`, token: id, boot: id };
    }),
    asked: () => asked,
    close: () => {
      server.close();
      server.closeAllConnections();
    },
  };
}
