import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { text } from "node:stream/consumers";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Role } from "../crop.ts";
import { base, envelopeOf, messagesOf, password, startFace, type Face } from "./test-client.ts";
import { posted } from "./test-requests.ts";

/** What the stand-in for a site's GOBii server was asked, in order. */
interface Asked {
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingMessage["headers"];
  readonly body: string;
}

const asked: Asked[] = [];
const passwords: Record<string, string> = { remote: "remote-word", visitor: "visitor-word" };
const tokens = new Map<string, string>();
let gobii: Server;
let gobiiPort: number;
let face: Face;

beforeAll(async () => {
  gobii = createServer((request, response) => void answer(request, response));
  gobiiPort = await new Promise((listening) => {
    gobii.listen(0, "127.0.0.1", () => {
      const address = gobii.address();
      listening(typeof address === "object" && address !== null ? address.port : 0);
    });
  });
  face = await faceBefore(`http://127.0.0.1:${gobiiPort}/gobii-dev`);
});
afterAll(async () => {
  gobii.closeAllConnections();
  gobii.close();
  await face.close();
});

function faceBefore(url: string): Promise<Face> {
  const roles: Record<string, Role> = { visitor: "read" };
  return startFace({ crop: { upstream: { url, role: "submit", roles } } });
}

/** As GOBii's own server: tokens that never end, 201 to GETs, and some plain texts. */
async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const body = await text(request);
  const { method = "", url = "", headers } = request;
  asked.push({ method, url, headers, body });
  const user = String(headers["x-username"]);
  if (url === "/gobii-dev/gobii/v1/auth") {
    if (user === "no-contact") {
      response.writeHead(403, { "Content-Type": "text/plain" });
      response.end("Missing contact info for user no-contact in crop database dev");
      return;
    }
    if (passwords[user] !== headers["x-password"]) return void response.writeHead(401).end();
    const token = Buffer.from(`${user} ${tokens.size}`).toString("base64");
    tokens.set(token, user);
    response.writeHead(200, { "X-Auth-Token": token, "Content-Type": "application/json" });
    response.end("{}");
    return;
  }
  const token = String(headers["x-auth-token"]);
  if (!tokens.has(token)) return void response.writeHead(401).end();
  if (url.endsWith("/of-one-connection")) {
    response.setHeader("Connection", "keep-alive, X-Their-Hop");
    response.setHeader("Keep-Alive", "timeout=99");
    response.setHeader("X-Their-Hop", "1");
    response.setHeader("X-Theirs", "1");
  }
  response.writeHead(201, {
    "X-Auth-Token": token,
    "Gobii-Crop-Type": "dev",
    "Content-Type": "application/json;charset=UTF-8",
  });
  response.end(JSON.stringify({ from: "gobii", url, method, body }));
}

const signIn = (user: string, word: string, at = face) =>
  at.call("POST", `${base}/auth`, {
    headers: { "X-Username": user, "X-Password": word },
    body: "empty",
  });

async function tokenOf(user: string, word: string): Promise<string> {
  const reply = await signIn(user, word);
  expect(reply.status).toBe(200);
  return String(reply.headers["x-auth-token"]);
}

describe("signing in before a GOBii server", () => {
  it("is forwarded, and its token is good for both", async () => {
    const token = await tokenOf("remote", "remote-word");
    expect(tokens.get(token)).toBe("remote");
    const { body } = posted("v2.1", face.root, "ours");
    const made = await face.call("POST", `${base}/instructions/loader`, { token, body });
    expect(made.status).toBe(201);
    expect((await face.store.jobByKey("dev", "ours"))?.submittedBy).toBe("remote");
    const there = await face.call("GET", `${base}/contact-search?userName=remote`, { token });
    expect(JSON.parse(there.text)).toMatchObject({
      from: "gobii",
      url: "/gobii-dev/gobii/v1/contact-search?userName=remote",
    });
  });

  it("hands on what it says when it refuses", async () => {
    expect((await signIn("remote", "wrong")).status).toBe(401);
    const reply = await signIn("no-contact", "any");
    expect([reply.status, reply.text, reply.headers["content-type"]]).toEqual([
      403,
      "Missing contact info for user no-contact in crop database dev",
      "text/plain",
    ]);
  });

  it("lets in who is known here alone, with a token that it does not know", async () => {
    const token = await tokenOf("USER_READER", password);
    expect(tokens.has(token)).toBe(false);
    expect((await face.call("GET", `${base}/jobs`, { token })).status).toBe(201);
    expect((await face.call("GET", `${base}/names/projects`, { token })).status).toBe(401);
  });

  it("asks it once for a caller who sends the password with each call", async () => {
    const headers = { "X-Username": "remote", "X-Password": "remote-word" };
    const before = asked.length;
    for (let i = 0; i < 3; i++) await face.call("GET", `${base}/jobs`, { headers });
    expect(asked.slice(before).map(({ url }) => url)).toEqual(["/gobii-dev/gobii/v1/auth"]);
    const wrong = { ...headers, "X-Password": "wrong" };
    expect((await face.call("GET", `${base}/jobs`, { headers: wrong })).status).toBe(401);
  });

  it("gives a user there the role that the configuration says", async () => {
    const token = await tokenOf("visitor", "visitor-word");
    const { body } = posted("v2.1", face.root, "visited");
    const made = await face.call("POST", `${base}/instructions/loader`, { token, body });
    expect(made.status).toBe(403);
    const there = await face.call("POST", `${base}/projects`, { token, body });
    expect(messagesOf(there)).toEqual([
      "The user visitor may read, but not make or change anything",
    ]);
    expect((await face.call("GET", `${base}/projects`, { token })).status).toBe(201);
  });
});

describe("what is forwarded", () => {
  it("is every path that is not ours, with its method, query and body", async () => {
    const token = await tokenOf("remote", "remote-word");
    const ask = async (method: string, path: string, body?: string) => {
      const reply = await face.call(method, path, {
        token,
        ...(body === undefined ? {} : { body }),
      });
      const said: unknown = JSON.parse(reply.text);
      return { status: reply.status, said };
    };
    for (const [method, path] of [
      ["GET", "/contacts/3"],
      ["PUT", "/projects/7"],
      ["POST", "/instructions/extractor"],
      ["GET", "/datasets/5/jobs"],
      ["POST", "/files/x/EXTRACTOR_OUTPUT"],
    ] as const) {
      const body = method === "GET" ? undefined : '{"payload":{"data":[]}}';
      const { status, said } = await ask(method, `${base}${path}`, body);
      expect(status).toBe(201);
      expect(said).toMatchObject({ method, url: `/gobii-dev/gobii/v1${path}`, body: body ?? "" });
    }
    const outside = await ask("GET", "/gobii-dev/brapi/v1/calls?pageSize=2");
    expect(outside.said).toMatchObject({ url: "/gobii-dev/brapi/v1/calls?pageSize=2" });
  });

  it("keeps the case of header names, which GOBii's clients look at", async () => {
    const token = await tokenOf("remote", "remote-word");
    const reply = await face.call("GET", `${base}/contacts/3`, { token });
    const names = reply.rawHeaders.filter((_, index) => index % 2 === 0);
    expect(names).toEqual(expect.arrayContaining(["X-Auth-Token", "Gobii-Crop-Type"]));
  });

  it("is never what is ours", async () => {
    const token = await tokenOf("remote", "remote-word");
    const before = asked.length;
    for (const path of ["/configsettings", "/jobs", "/jobs/none", "/instructions/loader/none"]) {
      expect("payload" in envelopeOf(await face.call("GET", base + path, { token }))).toBe(true);
    }
    await face.call("PUT", `${base}/files/loader/mine`, {
      token,
      body: { payload: { data: [{}] } },
    });
    expect(asked).toHaveLength(before);
  });

  it("tells it neither our cookie nor our host", async () => {
    const token = await tokenOf("remote", "remote-word");
    await face.call("GET", `${base}/contacts`, {
      token,
      headers: { Cookie: "digester_8080=secret; theirs=1" },
    });
    expect(asked.at(-1)?.headers).toMatchObject({
      cookie: "theirs=1",
      host: `127.0.0.1:${gobiiPort}`,
    });
  });

  it.each([
    "/gobii-dev/gobii/v1/../../manager/html",
    "/gobii-dev/gobii/v1/%2e%2e/%2E%2e/manager",
    "/gobii-dev/gobii/v1/..;/..;/manager",
    "/gobii-dev/gobii/v1/a%2f..%2f..%2fmanager",
    "/gobii-dev/..%5cmanager",
  ])("does not leave its context root: %s", async (path) => {
    const token = await tokenOf("remote", "remote-word");
    const before = asked.length;
    const reply = await face.call("GET", path, { token });
    expect(reply.status).toBe(400);
    expect(asked).toHaveLength(before);
  });

  it("changes nothing there for a token that is not known here", async () => {
    const before = asked.length;
    for (const token of ["forged", ""]) {
      const reply = await face.call("POST", `${base}/projects`, { token, body: "{}" });
      expect(reply.status).toBe(401);
    }
    expect(asked).toHaveLength(before);
  });
});

describe("what is said of a connection", () => {
  it("goes no further than the connection, in either direction", async () => {
    const token = await tokenOf("remote", "remote-word");
    const reply = await face.call("POST", `${base}/of-one-connection`, {
      token,
      body: "{}",
      headers: {
        Connection: "close, X-Hop",
        "X-Hop": "1",
        "Keep-Alive": "timeout=5",
        TE: "trailers",
        "Proxy-Authorization": "Basic eDp5",
        Expect: "100-continue",
        Via: "1.0 office",
        "X-Kept": "1",
        "Content-Length": "2",
      },
    });
    const headers = asked.at(-1)?.headers;
    for (const name of ["x-hop", "keep-alive", "te", "proxy-authorization", "expect"]) {
      expect(headers).not.toHaveProperty(name);
    }
    // The next call may use the same connection.
    expect(headers).toMatchObject({ "x-kept": "1" });
    expect(headers?.via).toMatch(/^1\.0 office, 1\.1 digester-/);
    // How long an idle connection lives is for us to say: the client would use one that we have closed.
    expect(reply.headers["keep-alive"]).toBeUndefined();
    expect(reply.headers).toMatchObject({ connection: "close", "x-theirs": "1" });
    expect(reply.headers).not.toHaveProperty("x-their-hop");
  });

  it("keeps a connection open that both keep open", async () => {
    const token = await tokenOf("remote", "remote-word");
    const headers = { Connection: "keep-alive" };
    const reply = await face.call("GET", `${base}/of-one-connection`, { token, headers });
    expect(reply.headers).toMatchObject({ connection: "keep-alive", "x-theirs": "1" });
    expect(reply.headers["keep-alive"]).toBeUndefined();
  });
});

describe("a GOBii server that is this service itself", () => {
  it("is said to be so, at once", async () => {
    const first = await startFace();
    const port = first.port;
    await first.close();
    const loop = await startFace({
      port,
      crop: { upstream: { url: `http://127.0.0.1:${port}/gobii-dev`, role: "submit", roles: {} } },
    });
    try {
      const headers = { "X-Username": "remote", "X-Password": "remote-word" };
      const leadsBack = [
        `The GOBii server behind this service, http://127.0.0.1:${port}/gobii-dev, leads back to this service`,
      ];
      for (const reply of [
        await loop.call("POST", `${base}/auth`, { headers, body: "empty" }),
        await loop.call("GET", `${base}/contacts`),
      ]) {
        expect(reply.status).toBe(500);
        expect(messagesOf(reply)).toEqual(leadsBack);
      }
      const token = await loop.signIn();
      expect((await loop.call("GET", `${base}/jobs`, { token })).status).toBe(201);
    } finally {
      await loop.close();
    }
  });
});

describe("a GOBii server that does not answer", () => {
  it("is said to be so, and what is ours goes on", async () => {
    const closed = await faceBefore("http://127.0.0.1:1/gobii-dev");
    try {
      const token = String((await signIn("USER_READER", password, closed)).headers["x-auth-token"]);
      expect((await closed.call("GET", `${base}/jobs`, { token })).status).toBe(201);
      const { body } = posted("v1.1", closed.root, "alone");
      const made = await closed.call("POST", `${base}/instructions/loader`, { token, body });
      expect(made.status).toBe(201);

      for (const reply of [
        await closed.call("GET", `${base}/contacts`, { token }),
        await signIn("remote", "remote-word", closed),
      ]) {
        expect(reply.status).toBe(500);
        const [message] = messagesOf(reply);
        expect(message).toContain("The GOBii server behind this service failed");
        expect(reply.text).not.toContain("    at ");
      }
    } finally {
      await closed.close();
    }
  });
});
