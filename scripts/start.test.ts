import { mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { needsBuild } from "./build-age.mjs";
import { findElectron } from "./electron-runtime.mjs";

let root = "";
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "start-"));
});
afterEach(() => rmSync(root, { recursive: true }));

function write(path: string, seconds: number): void {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), "");
  utimesSync(join(root, path), seconds, seconds);
}

describe("the build", () => {
  const built = [
    "out/main/index.js",
    "out/main/services.js",
    "out/main/digest-worker.js",
    "out/preload/preload.cjs",
    "out/renderer/index.html",
  ];

  beforeEach(() => {
    for (const path of built) write(path, 2_000);
    write("services/web/start.ts", 1_000);
    write("renderer/index.html", 1_000);
  });

  it("serves while it is newer than its sources", () => {
    expect(needsBuild(root)).toBe(false);
  });

  it.each(built)("is made when %s is missing", (path) => {
    rmSync(join(root, path));
    expect(needsBuild(root)).toBe(true);
  });

  it.each(["services/digest/deep/down.ts", "renderer/src/app.tsx", "package-lock.json"])(
    "is made anew when %s is newer",
    (path) => {
      write(path, 2_001);
      expect(needsBuild(root)).toBe(true);
    },
  );

  it("does not depend on tests", () => {
    write("services/web/start.test.ts", 3_000);
    write("e2e/submit.spec.ts", 3_000);
    expect(needsBuild(root)).toBe(false);
  });
});

describe("Electron's runtime", () => {
  it("is missing where only its package is installed", () => {
    const found = findElectron({}, root);
    expect(found).toHaveProperty("missing");
    expect(found).toMatchObject({ missing: expect.stringContaining("npx install-electron") });
  });

  it("is where the package's path.txt says", () => {
    write("dist/bin/electron", 1);
    writeFileSync(join(root, "path.txt"), "bin/electron");
    expect(findElectron({}, root)).toEqual({ path: join(root, "dist/bin/electron") });
  });

  it("is the one that the environment names", () => {
    write("mine/electron", 1);
    const executable = join(root, "mine/electron");
    expect(findElectron({ ELECTRON_EXEC_PATH: executable }, root)).toEqual({ path: executable });
    writeFileSync(join(root, "path.txt"), "electron");
    const environment = { ELECTRON_OVERRIDE_DIST_PATH: join(root, "mine") };
    expect(findElectron(environment, root)).toEqual({ path: executable });
    expect(findElectron({ ELECTRON_EXEC_PATH: join(root, "gone") }, root)).toHaveProperty(
      "missing",
    );
  });
});
