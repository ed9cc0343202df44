import { spawnSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import configuration from "../electron-builder.config.mjs";
import { scheme } from "../main/deep-link.ts";

const root = join(import.meta.dirname, "..");

describe("the packages' configuration", () => {
  it("shuts every door into the executable that the app does not use", () => {
    expect(configuration.electronFuses).toEqual({
      runAsNode: false,
      enableNodeOptionsEnvironmentVariable: false,
      enableNodeCliInspectArguments: false,
      enableEmbeddedAsarIntegrityValidation: true,
      onlyLoadAppFromAsar: true,
      enableCookieEncryption: true,
      grantFileProtocolExtraPrivileges: false,
      loadBrowserProcessSpecificV8Snapshot: false,
    });
  });

  it("has the system open the links that the app follows", () => {
    expect(configuration.protocols.flatMap(({ schemes }) => schemes)).toEqual([scheme]);
  });

  it("names files that are there, and an icon that is large enough for every system", () => {
    const { main } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
    expect(main).toMatch(/^out\/main\//);
    const folders = configuration.files
      .filter((pattern) => !pattern.startsWith("!") && !pattern.startsWith("out/"))
      .map((pattern) => pattern.replace(/\/\*\*$/, ""));
    expect(folders.filter((folder) => !existsSync(join(root, folder)))).toEqual([]);
    const png = readFileSync(join(root, configuration.icon));
    const [width, height] = [png.readUInt32BE(16), png.readUInt32BE(20)];
    expect(width).toBe(height);
    expect(width).toBeGreaterThanOrEqual(1024);
  });

  const builder = findBuilder();
  it.skipIf(builder === null)(
    `is valid by electron-builder's own schema${builder === null ? " (SKIPPED: electron-builder is not in npm's cache; npm run package brings it)" : ""}`,
    () => {
      const [own, misspelt] = problemsOf([configuration, { ...configuration, asarr: true }]);
      expect(own).toBe("");
      expect(misspelt).toContain("asarr");
    },
  );

  /** What electron-builder finds wrong with each. In a process of its own: it is CommonJS of another place. */
  function problemsOf(configurations: readonly object[]): string[] {
    const script = `
      const [, library, texts] = process.argv;
      const { validateConfiguration } = require(library);
      const check = (one) =>
        validateConfiguration(one, { isEnabled: false, add() {} }).then(() => "", (error) => error.message);
      Promise.all(JSON.parse(texts).map(check)).then((found) => console.log(JSON.stringify(found)));`;
    const args = ["-e", script, builder ?? "", JSON.stringify(configurations)];
    const { stdout, stderr } = spawnSync(process.execPath, args, { encoding: "utf8" });
    expect(stderr).toBe("");
    return JSON.parse(stdout);
  }
});

/** electron-builder's library as npx keeps it, or as it is installed; null where neither has it. */
function findBuilder(): string | null {
  const path = "app-builder-lib/out/util/config/config.js";
  const npx = join(process.env["npm_config_cache"] ?? join(homedir(), ".npm"), "_npx");
  const kept = existsSync(npx) ? readdirSync(npx).map((place) => join(npx, place)) : [];
  const found = [root, ...kept].map((place) => join(place, "node_modules", path)).find(existsSync);
  return found ?? null;
}
