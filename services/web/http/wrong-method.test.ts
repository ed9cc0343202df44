import { expect, it } from "vitest";
import { runningWeb } from "../testing/running-web.ts";

it("a path that is asked by another method is answered with those that it has", async () => {
  const web = await runningWeb();
  const ask = async (method: string, path: string) => {
    const headers = { authorization: `Bearer ${web.token}` };
    const response = await fetch(web.url + path, { method, headers });
    const text = await response.text();
    return { status: response.status, allow: response.headers.get("allow"), text };
  };
  const wrong = await ask("DELETE", "/api/v1/digesters");
  expect(wrong).toMatchObject({ status: 404, allow: "GET, POST" });
  expect(JSON.parse(wrong.text).error).toMatchObject({
    code: "not_found",
    message: "There is no DELETE of /api/v1/digesters; there is GET, POST.",
  });
  // Two paths with parameters may both be meant.
  expect(await ask("DELETE", "/api/v1/jobs/actions")).toMatchObject({ allow: "POST, GET" });
  expect(await ask("GET", "/api/callback/batch")).toMatchObject({ allow: "POST" });
  expect(await ask("OPTIONS", "/api/v1/digesters")).toMatchObject({ status: 200 });
  const none = await ask("GET", "/api/v1/nothing");
  expect(none).toMatchObject({ status: 404, allow: null });
  expect(none.text).toContain("There is nothing at GET /api/v1/nothing");
});
