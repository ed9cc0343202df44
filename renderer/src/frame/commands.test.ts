import { expect, it } from "vitest";
import { commands, findCommands } from "./commands.ts";

const found = (typed: string) => findCommands(typed, false).map(({ words }) => words);

it("gives no key away twice, and none that begins another", () => {
  const keys = commands.flatMap((entry) => entry.keys ?? []);
  expect(new Set(keys).size).toBe(keys.length);
  for (const one of keys) {
    expect(keys.filter((other) => other !== one && other.startsWith(`${one} `))).toEqual([]);
  }
});

it("finds a command by words of its own or of what it is about, in any order", () => {
  expect(found("swap line")).toEqual(["Go to Regulator"]);
  expect(found("JOBS search")).toEqual(["Search jobs"]);
  expect(found("no such thing")).toEqual([]);
});

it("offers what only the desktop can do on the desktop only", () => {
  expect(findCommands("instruction file", false)).toEqual([]);
  expect(findCommands("instruction file", true)).toHaveLength(1);
});
