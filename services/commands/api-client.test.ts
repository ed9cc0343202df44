import { z } from "zod";
import { expect, it } from "vitest";
import { createApiClient } from "./api-client.ts";

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
