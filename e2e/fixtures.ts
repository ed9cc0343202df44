import { mkdtemp, realpath, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test as base, expect } from "@playwright/test";
import type { APIRequestContext } from "@playwright/test";
import { findChromium } from "./chromium.ts";
import { startServices } from "./services-process.ts";
import type { Announcement, ServicesProcess } from "./services-process.ts";

export { expect };

type Services = Announcement & {
  /** Holds the store and the data files; the only data root of the crop `dev`. */
  dataDir: string;
  process: ServicesProcess;
};

export type Fixtures = {
  /** Arguments for `services all` besides port and data. */
  servicesArguments: readonly string[];
  /** Whether the browser has chosen how to begin before. */
  isWelcomed: boolean;
  /** A web service and a digester of this test alone, on an empty data directory. */
  services: Services;
  /** Calls the own API with the token: `await api.get("/api/v1/jobs")`. */
  api: APIRequestContext;
  /** Ends the test before anything starts where there is no Chromium. */
  chromiumPresent: void;
};

/**
 * `page` is signed in and shows the console; paths are relative to the services' address. An error that the page did not
 * catch, or content that its policy refused, fails the test.
 */
export const test = base.extend<Fixtures>({
  chromiumPresent: [
    // oxlint-disable-next-line no-empty-pattern -- Playwright reads the dependencies from the pattern
    async ({}, use, testInfo) => {
      const found = findChromium();
      testInfo.skip("missing" in found, "missing" in found ? found.missing : "");
      await use();
    },
    { auto: true },
  ],

  servicesArguments: [[], { option: true }],
  isWelcomed: [true, { option: true }],

  services: async ({ servicesArguments }, use, testInfo) => {
    const directory = await realpath(await mkdtemp(join(tmpdir(), "digester-e2e-")));
    const dataDir = join(directory, "data");
    const started = await startServices(
      ["all", "--port", "0", "--data", dataDir, ...servicesArguments],
      // Where the digester of `all` keeps its state: not among the person's own files.
      { XDG_DATA_HOME: join(directory, "state") },
    );
    try {
      await use({ ...started.announcement, dataDir, process: started });
    } finally {
      await started.stop();
      if (testInfo.status !== testInfo.expectedStatus) {
        await testInfo.attach("services.log", { body: started.log(), contentType: "text/plain" });
      }
      await rm(directory, { recursive: true, force: true });
    }
  },

  // Not by overriding baseURL, which every test asks for: a test without services would start them.
  context: async ({ browser, services, isWelcomed }, use) => {
    const context = await browser.newContext({
      baseURL: services.url,
      ...(isWelcomed ? { storageState: welcomedAt(services.url) } : {}),
    });
    await use(context);
    await context.close();
  },

  api: async ({ playwright, services }, use) => {
    const context = await playwright.request.newContext({
      baseURL: services.url,
      extraHTTPHeaders: { authorization: `Bearer ${services.token}` },
    });
    await use(context);
    await context.dispose();
  },

  page: async ({ page, services }, use) => {
    const problems: string[] = [];
    page.on("pageerror", (error) => problems.push(error.message));
    page.on("console", (message) => {
      if (message.text().includes("Content Security Policy")) problems.push(message.text());
    });
    await page.goto(`/?token=${encodeURIComponent(services.token)}`);
    await use(page);
    expect(problems, "errors that the page did not catch").toEqual([]);
  },
});

/** What a browser keeps once the person has chosen how to begin. */
function welcomedAt(url: string) {
  const { origin } = new URL(url);
  return {
    cookies: [],
    origins: [{ origin, localStorage: [{ name: "digester-welcomed", value: "yes" }] }],
  };
}
