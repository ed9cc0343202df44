import { z } from "zod";
import { Command } from "commander";
import { expect, it, vi } from "vitest";
import { addWebListOptions, createApiClient } from "./api-client.ts";

const ask = (fetcher: typeof fetch) =>
  createApiClient({ url: "https://web:8080", token: "x" }, fetcher).get("/jobs", z.unknown());

const failing = (code: string) => async () => {
  throw new TypeError("fetch failed", { cause: Object.assign(new Error("no"), { code }) });
};

it("says what to do about a certificate that is not trusted", async () => {
  const hint = expect.stringContaining("NODE_EXTRA_CA_CERTS");
  for (const code of ["UNABLE_TO_VERIFY_LEAF_SIGNATURE", "SELF_SIGNED_CERT_IN_CHAIN"]) {
    await expect(ask(failing(code))).rejects.toMatchObject({ code: "unavailable", hint });
  }
  await expect(ask(failing("ECONNREFUSED"))).rejects.not.toMatchObject({ hint });
});

it("says where a token is found, rather than in which header it goes", async () => {
  const error = { code: "unauthenticated", message: "A token is needed.", hint: "Authorization" };
  await expect(ask(async () => Response.json({ error }, { status: 401 }))).rejects.toMatchObject({
    hint: expect.stringContaining(".digester-web/token"),
  });
});

function read(...args: string[]): unknown {
  const command = addWebListOptions(new Command()).exitOverride();
  command.configureOutput({ writeErr: () => undefined }).action(() => undefined);
  return command.parse(args, { from: "user" }).opts()["web"];
}

it("takes several web services, however they are given", () => {
  const both = ["https://a:8080", "https://b"];
  expect(read("--web", "https://a:8080", "--web", "https://b")).toEqual(both);
  expect(read("--web", "https://a:8080", "https://b", "https://a:8080")).toEqual(both);
  expect(read()).toBeUndefined();
  vi.stubEnv("DIGESTER_WEB", "https://a:8080, https://b");
  expect(read()).toEqual(both);
  expect(read("--web", "https://c")).toEqual(["https://c"]);
  for (const wrong of ["", "web-host", "https://a,ftp://b"]) {
    expect(() => read("--web", wrong)).toThrow("Expected a URL such as");
  }
  vi.unstubAllEnvs();
});
