import { existsSync } from "node:fs";
import { mkdtemp, rm, stat, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeEach, describe, expect, it, onTestFinished } from "vitest";
import { makeDirectory } from "./make-directory.ts";

let root: string;

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), "make-directory-"));
  onTestFinished(() => rm(root, { recursive: true }));
});

describe("makeDirectory", () => {
  it("makes what is missing, with its mode, and leaves what is there", async () => {
    expect(await makeDirectory(join(root, "a", "b", "c"), 0o700)).toBe(join(root, "a"));
    expect(await makeDirectory(join(root, "a", "b", "c"))).toBeNull();
    expect(await makeDirectory(join(root, "a", "d"), 0o700)).toBe(join(root, "a", "d"));
    for (const path of ["a", "a/b", "a/b/c"]) {
      expect((await stat(join(root, path))).mode & 0o777).toBe(0o700);
    }
  });

  it("makes what several ask for at once", async () => {
    const paths = Array.from({ length: 20 }, (_, i) => join(root, "a", "b", `${i % 5}`));
    await Promise.all(paths.map((path) => makeDirectory(path)));
    expect(existsSync(join(root, "a", "b", "4"))).toBe(true);
  });

  it("follows a link to a directory", async () => {
    await makeDirectory(join(root, "real"));
    await symlink(join(root, "real"), join(root, "link"));
    await makeDirectory(join(root, "link"));
    await makeDirectory(join(root, "link", "a"));
    expect(existsSync(join(root, "real", "a"))).toBe(true);
  });

  it("says what is in the way", async () => {
    await writeFile(join(root, "file"), "");
    await symlink(join(root, "nowhere"), join(root, "dangling"));
    const codeOf = (path: string) =>
      makeDirectory(join(root, path)).then(
        () => "made",
        (thrown: NodeJS.ErrnoException) => thrown.code,
      );
    expect(await codeOf("file")).toBe("EEXIST");
    expect(await codeOf("file/a/b")).toBe("ENOTDIR");
    expect(await codeOf("dangling")).toBe("EEXIST");
    expect(await codeOf("dangling/a")).toBe("EEXIST");
  });

  it.skipIf(!existsSync("/proc/self"))(
    "gives up where the file system lets nothing be made (skipped where there is no /proc)",
    async () => {
      await expect(makeDirectory("/proc/digester/a")).rejects.toMatchObject({ code: "ENOENT" });
    },
  );
});
