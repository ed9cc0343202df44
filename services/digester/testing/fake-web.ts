import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { JobPatch, type UnsettledJob } from "../../contract/callback.ts";
import { AttachRequest } from "../../contract/digester.ts";

export interface FakeWeb {
  readonly url: string;
  readonly token: string;
  readonly callback: { readonly url: string; readonly token: string };
  readonly attached: AttachRequest[];
  readonly patches: Array<{ job: number; patch: JobPatch }>;
  unsettled: UnsettledJob[];
  dataRoots: string[];
  /** The status with which a patch is answered. */
  answer: (job: number, patch: JobPatch) => number;
  close(): Promise<void>;
}

/** The little of a web service that a digester asks for: attaching, unsettled jobs in pages of two, callbacks. */
export async function startFakeWeb(port = 0): Promise<FakeWeb> {
  const token = "web-token";
  const server = createServer((request, response) => {
    void serve(request, response);
  });

  const serve = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const url = new URL(request.url ?? "/", self.url);
    const text = await textOf(request);
    const reply = (status: number, body: unknown = {}): void => {
      response.writeHead(status, { "content-type": "application/json" });
      response.end(JSON.stringify(body));
    };
    const bearer = request.headers.authorization;
    const isCallback = url.pathname.startsWith("/api/callback/");
    if (bearer !== `Bearer ${isCallback ? self.callback.token : token}`) {
      return reply(401, { error: { code: "unauthenticated", message: "The token is not right." } });
    }
    if (request.method === "POST" && url.pathname === "/api/v1/digesters") {
      const attach = AttachRequest.parse(JSON.parse(text));
      self.attached.push(attach);
      return reply(200, {
        id: attach.id,
        callback: self.callback,
        dataRoots: self.dataRoots,
        leaseMs: 15_000,
        renewMs: 5000,
      });
    }
    if (request.method === "GET" && isCallback) {
      const from = Number(url.searchParams.get("cursor") ?? 0);
      const nextCursor = from + 2 < self.unsettled.length ? String(from + 2) : null;
      return reply(200, { jobs: self.unsettled.slice(from, from + 2), nextCursor });
    }
    const job = Number(/^\/api\/callback\/job\/(\d+)$/.exec(url.pathname)?.[1]);
    if (request.method === "PATCH" && job > 0) {
      const patch = JobPatch.parse(JSON.parse(text));
      const status = self.answer(job, patch);
      if (status === 200) self.patches.push({ job, patch });
      return reply(status);
    }
    return reply(404);
  };

  await new Promise<void>((resolve) => {
    server.listen(port, "127.0.0.1", resolve);
  });
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const self: FakeWeb = {
    url,
    token,
    callback: { url: `${url}/api/callback`, token: "token-of-the-digester" },
    attached: [],
    patches: [],
    unsettled: [],
    dataRoots: [],
    answer: () => 200,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
  return self;
}

async function textOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString("utf8");
}
