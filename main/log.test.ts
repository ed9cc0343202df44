import { existsSync, mkdtempSync, readFileSync, rmSync, truncateSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { openLog } from "./log.ts";

let directory = "";
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "desktop-log-"));
});
afterEach(() => rmSync(directory, { recursive: true }));

it("keeps what was logged on disk at once, from run to run", () => {
  const file = join(directory, "logs", "main.log");
  openLog(file).fatal({ err: new Error("no room") }, "the end");
  openLog(file).fatal("again");
  const lines = readFileSync(file, "utf8").trim().split("\n");
  expect(lines.map((line) => JSON.parse(line))).toMatchObject([
    { msg: "the end", err: { message: "no room" } },
    { msg: "again" },
  ]);
});

it("puts a large log aside", () => {
  const file = join(directory, "main.log");
  openLog(file).fatal("old");
  truncateSync(file, 10 * 1024 * 1024 + 1);
  openLog(file).fatal("new");
  expect(readFileSync(file, "utf8")).toContain('"msg":"new"');
  expect(readFileSync(file, "utf8")).not.toContain("old");
  expect(existsSync(`${file}.old`)).toBe(true);
});
