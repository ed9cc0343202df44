import { defineConfig } from "@playwright/test";
import { chromiumArguments, findChromium } from "./e2e/chromium.ts";

const chromium = findChromium();

export default defineConfig({
  testDir: "e2e",
  outputDir: "test-results",
  snapshotPathTemplate: "{testDir}/kept-screens/{arg}{ext}",
  globalSetup: "./e2e/global-setup.ts",
  // Each test has services, workers and a browser of its own, and many of them wait for a lease to run out: two at once fill
  // a small machine, more would test the machine.
  workers: 2,
  // Also those of one file, so that none works off a long file while the other has nothing to do.
  fullyParallel: true,
  retries: 0,
  timeout: 60_000,
  expect: { timeout: 10_000 },
  forbidOnly: process.env["CI"] !== undefined,
  reporter: [["list"]],
  use: {
    ...("missing" in chromium
      ? {}
      : { launchOptions: { executablePath: chromium.path, args: [...chromiumArguments] } }),
    viewport: { width: 1360, height: 860 },
    screenshot: "only-on-failure",
    trace: "retain-on-failure",
  },
  projects: [
    { name: "browser", testMatch: "*.spec.ts", testIgnore: "desktop.spec.ts" },
    { name: "desktop", testMatch: "desktop.spec.ts" },
  ],
});
