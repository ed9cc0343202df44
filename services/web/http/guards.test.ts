import { request as httpRequest } from "node:http";
import { describe, expect, it } from "vitest";
import { runningWeb, type TestWeb } from "../testing/running-web.ts";
import { isSameSecret } from "../../gate/http.ts";
import { cookieName, hostTest } from "./guards.ts";

/** `fetch` does not let a caller choose `Host` and `Origin`. */
function send(
  web: TestWeb,
  path: string,
  headers: Record<string, string>,
  method = "GET",
): Promise<{ status: number; headers: Record<string, unknown>; text: string }> {
  const { port } = new URL(web.url);
  return new Promise((resolve, reject) => {
    const request = httpRequest({ host: "127.0.0.1", port, path, method, headers }, (response) => {
      const chunks: Buffer[] = [];
      response.on("data", (chunk: Buffer) => chunks.push(chunk));
      response.on("end", () =>
        resolve({
          status: response.statusCode ?? 0,
          headers: response.headers,
          text: Buffer.concat(chunks).toString(),
        }),
      );
    });
    request.on("error", reject);
    request.end();
  });
}

const testOf = (host: string, allowedHosts: string[] = []) =>
  hostTest({ host, port: 8080, allowedHosts });

describe("the name under which the service is asked", () => {
  it.each([
    ["127.0.0.1:8080", true],
    ["localhost:8080", true],
    ["LOCALHOST:8080", true],
    ["[::1]:8080", true],
    ["127.0.0.1", false],
    ["127.0.0.1:8081", false],
    ["localhost.:8080", false],
    ["evil.example:8080", false],
    ["127.0.0.1.evil.example:8080", false],
    ["192.168.1.5:8080", false],
    ["localhost:8080@evil.example", false],
    ["", false],
    [undefined, false],
  ])("on the loopback address: %s is ours: %s", (host, ours) => {
    expect(testOf("127.0.0.1")(host)).toBe(ours);
  });

  it.each([
    ["192.168.1.5:8080", true],
    ["[fe80::1]:8080", true],
    ["evil.example:8080", false],
    ["digester.example:443", true],
    ["digester.example:8080", false],
    ["any-port.example:1", true],
  ])("on all addresses: %s is ours: %s", (host, ours) => {
    expect(testOf("0.0.0.0", ["digester.example:443", "any-port.example"])(host)).toBe(ours);
  });
});

describe("who gets in", () => {
  it.each<[string, (web: TestWeb) => Record<string, string>, number]>([
    ["no token", () => ({}), 401],
    ["a wrong token", () => ({ authorization: "Bearer wrong" }), 401],
    ["the token", (web: TestWeb) => ({ authorization: `Bearer ${web.token}` }), 200],
    [
      "the token as another scheme",
      (web: TestWeb) => ({ authorization: `Basic ${web.token}` }),
      401,
    ],
    ["the cookie", (web: TestWeb) => ({ cookie: cookie(web) }), 200],
    ["the cookie of another port", (web: TestWeb) => ({ cookie: `digester_1=${web.token}` }), 401],
    [
      "the cookie from another service's page",
      (web: TestWeb) => ({ cookie: cookie(web), "sec-fetch-site": "same-site" }),
      401,
    ],
    [
      "the cookie from our page",
      (web: TestWeb) => ({ cookie: cookie(web), "sec-fetch-site": "same-origin" }),
      200,
    ],
    [
      "a foreign origin",
      (web: TestWeb) => ({ authorization: `Bearer ${web.token}`, origin: "https://evil.example" }),
      403,
    ],
    ["the null origin", (web: TestWeb) => ({ cookie: cookie(web), origin: "null" }), 403],
    ["our origin", (web: TestWeb) => ({ cookie: cookie(web), origin: web.url }), 200],
    ["a foreign host", (web: TestWeb) => ({ cookie: cookie(web), host: "evil.example" }), 403],
  ])("is decided for %s", async (_what, headers, status) => {
    const web = await runningWeb();
    expect((await send(web, "/api/v1/about", headers(web))).status).toBe(status);
  });

  it.each([
    ["/api/v1/jobs", 401],
    ["/api/v1/events", 401],
    ["/api/openapi.json", 401],
    ["/api/callback/job?settled=false", 401],
    ["/api/nothing", 401],
    ["/healthz", 200],
    ["/readyz", 200],
  ])("without a token %s answers %s", async (path, status) => {
    const web = await runningWeb();
    expect((await send(web, path, {})).status).toBe(status);
  });

  it("guards the GOBii face by name and origin, and leaves the sign-in to it", async () => {
    const web = await runningWeb();
    const settings = "/gobii-dev//gobii/v1/configsettings";
    expect((await send(web, settings, { "x-auth-token": "" })).status).toBe(200);
    expect((await send(web, settings, { host: "evil.example" })).status).toBe(403);
    expect((await send(web, settings, { origin: "https://evil.example" })).status).toBe(403);
    const instruction = await send(web, "/gobii-dev/gobii/v1/instructions/loader/x", {});
    expect(instruction.status).toBe(401);
  });
});

describe("the token in the address bar", () => {
  it("becomes a cookie, and the page is asked for again without it", async () => {
    const web = await runningWeb();
    const answer = await send(web, `/jobs/7?token=${web.token}&tab=events`, {});
    expect(answer.status).toBe(303);
    expect(answer.headers["location"]).toBe("/jobs/7?tab=events");
    const [set] = answer.headers["set-cookie"] as string[];
    expect(set).toContain(cookie(web));
    expect(set).toContain("HttpOnly");
    expect(set).toContain("SameSite=Strict");
  });

  it("does not lead to another host", async () => {
    const web = await runningWeb();
    const answer = await send(web, `//evil.example/?token=${web.token}`, {});
    expect(answer.headers["location"]).toBe("/evil.example/");
  });

  it("is refused when wrong", async () => {
    const web = await runningWeb();
    const answer = await send(web, "/?token=wrong", {});
    expect(answer.status).toBe(401);
    expect(answer.headers["set-cookie"]).toBeUndefined();
  });
});

it("sends the headers that keep a page to itself", async () => {
  const web = await runningWeb();
  const { headers } = await send(web, "/", {});
  expect(headers["content-security-policy"]).toContain("script-src 'self'");
  expect(headers["content-security-policy"]).toContain("frame-ancestors 'none'");
  expect(headers["x-content-type-options"]).toBe("nosniff");
  expect(headers["strict-transport-security"]).toBeUndefined();
  expect(headers["x-powered-by"]).toBeUndefined();
});

it("compares secrets of any length", () => {
  expect(isSameSecret("abc", "abc")).toBe(true);
  expect(isSameSecret("abc", "abcd")).toBe(false);
  expect(isSameSecret("", "abc")).toBe(false);
});

function cookie(web: TestWeb): string {
  return `${cookieName(Number(new URL(web.url).port))}=${web.token}`;
}
