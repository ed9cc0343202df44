import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import { keepWelcome } from "./welcome.ts";

it("is over once the person has chosen, and stays so from run to run", async () => {
  const directory = await mkdtemp(join(tmpdir(), "desktop-welcome-"));
  try {
    const file = join(directory, "welcomed");
    const welcome = keepWelcome(file);
    expect(welcome.isOver()).toBe(false);
    await welcome.end();
    expect(welcome.isOver()).toBe(true);
    expect(keepWelcome(file).isOver()).toBe(true);
  } finally {
    await rm(directory, { recursive: true });
  }
});
