import { describe, expect, it, vi } from "vitest";
import { z } from "zod";
import { isTimeout, request, toAppError } from "./request.ts";

it("keeps the service's own words", () => {
  const error = toAppError(409, {
    error: { code: "duplicate_key", message: "There is one already.", hint: "Choose another." },
  });
  expect(error).toMatchObject({
    code: "duplicate_key",
    message: "There is one already.",
    hint: "Choose another.",
  });
});

it("finds words for an answer that is not the service's, such as a proxy's", () => {
  expect(toAppError(401, "<html>").code).toBe("unauthenticated");
  expect(toAppError(502, "<html>")).toMatchObject({
    code: "unavailable",
    message: "The web service answered with HTTP status 502.",
  });
});

describe("an answer that is none", () => {
  it("says that the service does not answer when its answer breaks off in the middle", async () => {
    const body = new ReadableStream({
      start: (controller) => controller.enqueue(new TextEncoder().encode('{"jo')),
      pull: (controller) => controller.error(new TypeError("network error")),
    });
    await expect(answered(() => Promise.resolve(new Response(body)))).rejects.toMatchObject({
      code: "unavailable",
      message: "The web service does not answer.",
    });
  });

  it("tells the page of a proxy from an answer of another version", async () => {
    const headers = { "content-type": "text/html; charset=utf-8" };
    const page = new Response("<title>Sign in to the network</title>", { headers });
    await expect(answered(() => Promise.resolve(page))).rejects.toMatchObject({
      message: "Something else answered in place of the web service.",
    });
    const other = Response.json({ jobs: "many" });
    await expect(answered(() => Promise.resolve(other))).rejects.toMatchObject({
      message: "The web service answered something unexpected.",
    });
  });

  it("does not wait without end", async () => {
    vi.stubGlobal(
      "fetch",
      (_: string, { signal }: RequestInit) =>
        new Promise((_resolve, reject) =>
          signal?.addEventListener("abort", () => reject(signal.reason)),
        ),
    );
    const asked = request(z.unknown(), "/api/v1/jobs", { timeoutMs: 1 });
    const error: unknown = await asked.catch((thrown: unknown) => thrown);
    vi.unstubAllGlobals();
    expect(error).toMatchObject({ code: "unavailable" });
    expect(isTimeout(error)).toBe(true);
  });
});

function answered(response: () => Promise<Response>): Promise<unknown> {
  vi.stubGlobal("fetch", response);
  return request(z.object({ jobs: z.number() }), "/api/v1/jobs").finally(() =>
    vi.unstubAllGlobals(),
  );
}
