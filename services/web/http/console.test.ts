import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, it } from "vitest";
import { runningWeb, temporaryDir, type TestWeb } from "../testing/running-web.ts";

async function withConsole(): Promise<TestWeb> {
  const consoleDir = await temporaryDir();
  await mkdir(join(consoleDir, "assets"));
  await writeFile(join(consoleDir, "index.html"), "<title>Digester</title>");
  await writeFile(join(consoleDir, "assets", "index-abc.js"), "export {};");
  return runningWeb({ consoleDir });
}

const browser = { accept: "text/html,application/xhtml+xml,*/*;q=0.8" };

it.each([
  ["the root", "/", browser],
  ["a page", "/jobs/7", browser],
  ["a page of a job whose key has dots", "/jobs/run.v1.2", browser],
  ["a page asked for by a script", "/jobs/7", {}],
])("answers the one page for %s, which is always asked for anew", async (_what, path, headers) => {
  const web = await withConsole();
  const response = await fetch(web.url + path, { headers });
  expect(response.status).toBe(200);
  expect(await response.text()).toContain("<title>Digester</title>");
  expect(response.headers.get("cache-control")).toBe("no-cache");
});

it("lets a browser keep assets for good, since their names change with what they are", async () => {
  const web = await withConsole();
  const response = await fetch(`${web.url}/assets/index-abc.js`);
  expect(response.headers.get("content-type")).toContain("javascript");
  expect(response.headers.get("cache-control")).toContain("immutable");
});

it.each([
  ["an asset that is not there", "/assets/index-old.js", browser],
  ["a file that is not there", "/favicon.png", {}],
  ["what is not in the console", "/assets/..%2f..%2fetc%2fpasswd", {}],
])("answers 404 for %s, never the page", async (_what, path, headers) => {
  const web = await withConsole();
  const response = await fetch(web.url + path, { headers });
  expect([403, 404]).toContain(response.status);
  expect(await response.text()).not.toContain("<title>");
});

it("answers in words where no console was built", async () => {
  const web = await runningWeb();
  const response = await fetch(web.url, { headers: browser });
  expect(response.status).toBe(404);
});
