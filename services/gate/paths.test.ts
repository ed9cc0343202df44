import { mkdir, mkdtemp, realpath, rm, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { contains, liesBelow, realPathOfDeepest } from "./paths.ts";

async function temporaryDirectory(): Promise<string> {
  const path = await realpath(await mkdtemp(join(tmpdir(), "gate-")));
  onTestFinished(() => rm(path, { recursive: true }));
  return path;
}

describe("contains", () => {
  it.each([
    ["/data", "/data", true],
    ["/data", "/data/a/b", true],
    ["/data", "/data/..odd", true],
    ["/data", "/data/..odd/b", true],
    ["/data", "/", false],
    ["/data", "/data-2", false],
    ["/data/a", "/data/b", false],
    ["/data/a", "/data", false],
  ])("%s, %s: %s", (directory, path, expected) => {
    expect(contains(directory, path)).toBe(expected);
  });
});

describe("a path that is judged by where it leads", () => {
  it("leaves the directory through a link, also where it does not exist yet", async () => {
    const root = await temporaryDirectory();
    await mkdir(join(root, "inside"));
    await mkdir(join(root, "outside"));
    await symlink(join(root, "outside"), join(root, "inside", "way-out"));
    const real = await realPathOfDeepest(join(root, "inside", "way-out", "new", "file"));
    expect(real).toBe(join(root, "outside", "new", "file"));
    expect(await liesBelow([join(root, "inside")], real)).toBe(false);
    expect(await liesBelow([join(root, "inside"), join(root, "outside")], real)).toBe(true);
  });

  it("lies below a directory that is named by a link", async () => {
    const root = await temporaryDirectory();
    await mkdir(join(root, "data"));
    await symlink(join(root, "data"), join(root, "link"));
    expect(await liesBelow([join(root, "link")], join(root, "data", "a.csv"))).toBe(true);
  });
});
