import { existsSync } from "node:fs";
import { mkdtemp, realpath, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { test as base, expect } from "@playwright/test";
import { findElectron } from "../../scripts/electron-runtime.mjs";
import { findChromium } from "../chromium.ts";
import { buildStandIn } from "../electron-stand-in/build.ts";
import type { Desktop, DesktopOptions } from "./desktop.ts";
import { launchOnElectron } from "./electron-desktop.ts";
import { launchOnStandIn } from "./stand-in-desktop.ts";

export { expect };

const builtMain = fileURLToPath(new URL("../../out/main/index.js", import.meta.url));

export type DesktopFixtures = {
  /** A folder of this test's own, for everything that the app keeps. */
  userData: string;
  /** Whether the person has chosen how to begin, at an earlier start. */
  isWelcomed: boolean;
  environment: Readonly<Record<string, string>>;
  /** Skips the test where there is neither Electron nor a Chromium for the stand-in. */
  somethingToRunOn: void;
  /** The running app; its window shows the console. */
  desktop: Desktop;
};

type WorkerFixtures = { launch: (options: DesktopOptions) => Promise<Desktop> };

/** Runs the desktop's specs on Electron where its runtime is present, else on the stand-in. */
export const test = base.extend<DesktopFixtures, WorkerFixtures>({
  launch: [
    // oxlint-disable-next-line no-empty-pattern -- Playwright reads the dependencies from the pattern
    async ({}, use) => {
      if (!existsSync(builtMain))
        throw new Error(`${builtMain} is missing: run npm run build first`);
      const electron = findElectron();
      if ("path" in electron) {
        await use((options) => launchOnElectron(electron.path, options));
      } else {
        const register = await buildStandIn();
        await use((options) => launchOnStandIn(register, options));
      }
    },
    { scope: "worker", timeout: 60_000 },
  ],

  somethingToRunOn: [
    // oxlint-disable-next-line no-empty-pattern -- Playwright reads the dependencies from the pattern
    async ({}, use, testInfo) => {
      const electron = findElectron();
      const chromium = findChromium();
      if ("missing" in electron && "missing" in chromium) testInfo.skip(true, chromium.missing);
      const description = "path" in electron ? "Electron" : "the stand-in for Electron";
      testInfo.annotations.push({ type: "runs on", description });
      await use();
    },
    { auto: true },
  ],

  environment: [{}, { option: true }],

  isWelcomed: [true, { option: true }],

  userData: async ({ isWelcomed }, use) => {
    const directory = await realpath(await mkdtemp(join(tmpdir(), "digester-desktop-")));
    if (isWelcomed) await writeFile(join(directory, "welcomed"), "");
    await use(directory);
    await rm(directory, { recursive: true, force: true, maxRetries: 5 });
  },

  desktop: async ({ launch, userData, environment }, use, testInfo) => {
    const desktop = await launch({ userData, environment });
    try {
      await desktop.page.waitForLoadState("load");
      await use(desktop);
    } finally {
      await desktop.dispose();
      if (testInfo.status !== testInfo.expectedStatus) {
        await testInfo.attach("desktop.log", { body: desktop.log(), contentType: "text/plain" });
      }
    }
  },
});
