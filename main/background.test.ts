import { pino } from "pino";
import { expect, it } from "vitest";
import { inBackground } from "./background.ts";

it("writes down what failed, and the app goes on", async () => {
  const lines: string[] = [];
  const log = pino({ base: null }, { write: (line: string) => void lines.push(line) });
  inBackground(Promise.resolve("done"), log);
  inBackground(Promise.reject(new Error("no browser")), log);
  await expect.poll(() => lines).toHaveLength(1);
  expect(JSON.parse(lines[0] ?? "")).toMatchObject({ err: { message: "no browser" } });
});
