import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { toLoad } from "../contract/load.ts";
import { sourcesMayAppear } from "./source-visibility.ts";
import { makeDispatch, temporaryDirectory } from "./testing/fakes.ts";

const loadOf = (source: string) => toLoad(makeDispatch({ source }).instruction);

describe("a source that is not there", () => {
  it("may come back when it was there before", async () => {
    const load = loadOf(join(await temporaryDirectory(), "gone.txt"));
    expect(await sourcesMayAppear(load, true, [])).toBe(true);
    expect(await sourcesMayAppear(load, false, [])).toBe(false);
  });

  it("may appear when its data root is empty or absent, as one that is not mounted yet", async () => {
    const directory = await temporaryDirectory();
    const root = join(directory, "root");
    const load = loadOf(join(root, "a.txt"));
    expect(await sourcesMayAppear(load, false, [root])).toBe(true);
    await mkdir(root);
    expect(await sourcesMayAppear(load, false, [root])).toBe(true);
    await writeFile(join(root, "b.txt"), "");
    expect(await sourcesMayAppear(load, false, [root])).toBe(false);
  });

  it("is not what made a digest fail whose sources are all there", async () => {
    const path = join(await temporaryDirectory(), "a.txt");
    await writeFile(path, "");
    expect(await sourcesMayAppear(loadOf(path), true, [])).toBe(false);
  });
});
