import { mkdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Browser, Page } from "@playwright/test";
import { launchChromium } from "../e2e/chromium.ts";
import { startServices } from "../e2e/services-process.ts";
import { setScene, type Scene } from "./screenshot-scene.ts";

type Shot = {
  name: string;
  path: string;
  /** What a person does there before the picture is taken. */
  act?: (page: Page) => Promise<void>;
};

const sizes = [
  { suffix: "", width: 1360, height: 860 },
  { suffix: "-narrow", width: 412, height: 860 },
] as const;
const schemes = ["light", "dark"] as const;
/** WebP's, of 100: text stays sharp, a picture takes about 40 kB. */
const quality = 78;

/**
 * Pictures of all screens, light and dark, wide and narrow, of real services at real work:
 * `npm run screenshots [-- FOLDER]`. Times, and what a digest takes, are those of the run; the rest is the same each time.
 */
export async function main(args: readonly string[]): Promise<void> {
  const target = args[0] ?? "resources/screenshots";
  const browser = await launchChromium();
  try {
    await rm(target, { recursive: true, force: true });
    await mkdir(target, { recursive: true });
    await takeFirstRun(browser, target);
    const scene = await setScene();
    try {
      await takeAll(browser, scene, shotsOf(scene), target);
    } finally {
      await scene.close();
    }
  } finally {
    await browser.close();
  }
}

const tab = (name: string) => (page: Page) => page.getByRole("tab", { name }).click();

function shotsOf({ jobs }: Scene): Shot[] {
  return [
    { name: "overview", path: "/" },
    { name: "jobs", path: "/jobs" },
    {
      name: "jobs-selected",
      path: "/jobs?q=maize_gbs",
      act: async (page) => {
        for (const box of await page.locator("tbody").getByRole("checkbox").all()) {
          await box.check();
        }
      },
    },
    { name: "job", path: `/jobs/${jobs.completed}` },
    { name: "job-quality", path: `/jobs/${jobs.completed}`, act: tab("Quality") },
    { name: "job-instruction", path: `/jobs/${jobs.completed}`, act: tab("Instruction") },
    { name: "job-failed", path: `/jobs/${jobs.failed}` },
    { name: "job-lost", path: `/jobs/${jobs.lost}`, act: tab("Events") },
    { name: "job-edit", path: `/jobs/${jobs.failed}/edit` },
    { name: "submit-samples", path: "/submit?tab=sample" },
    {
      name: "submit",
      path: "/submit?tab=data",
      act: async (page) => {
        // Loaded again, the page would still show the file of the last picture.
        await page.goto("/submit");
        await page.goto("/submit?tab=data");
        const choosing = page.waitForEvent("filechooser");
        await page.getByRole("button", { name: "Choose a data file" }).click();
        await (await choosing).setFiles("resources/samples/hapmap/files/maize-panel.hmp.txt");
        await page.getByRole("region", { name: "What it would make" }).waitFor();
      },
    },
    { name: "digesters", path: "/digesters" },
    {
      name: "regulator",
      path: "/regulator",
      act: async (page) => {
        await page.getByRole("combobox", { name: "Strategy" }).first().click();
        await page.getByRole("option", { name: /^Priority/ }).click();
        await page.getByRole("list", { name: "The line that there would be" }).waitFor();
      },
    },
    { name: "activity", path: "/activity" },
    { name: "settings", path: "/settings" },
    {
      name: "palette",
      path: "/",
      act: async (page) => {
        await page.keyboard.press(".");
        await page.getByRole("textbox", { name: /command/i }).fill("maize");
        await page.getByRole("dialog").getByText("maize_panel_2025").waitFor();
      },
    },
  ];
}

async function takeAll(
  browser: Browser,
  { url, token }: Scene,
  shots: readonly Shot[],
  target: string,
): Promise<void> {
  for (const { suffix, width, height } of sizes) {
    const context = await browser.newContext({ baseURL: url, viewport: { width, height } });
    await context.addInitScript(() => localStorage.setItem("digester-welcomed", "yes"));
    const page = await context.newPage();
    await page.goto(`/?token=${encodeURIComponent(token)}`);
    for (const shot of shots) {
      for (const colorScheme of schemes) {
        await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
        await page.goto(shot.path);
        await settle(page);
        await shot.act?.(page);
        await take(page, join(target, `${shot.name}-${colorScheme}${suffix}.webp`));
      }
    }
    await context.close();
    await takeSignIn(browser, url, { suffix, width, height }, target);
  }
}

async function takeSignIn(
  browser: Browser,
  url: string,
  { suffix, ...viewport }: { suffix: string; width: number; height: number },
  target: string,
): Promise<void> {
  const context = await browser.newContext({ baseURL: url, viewport });
  const page = await context.newPage();
  for (const colorScheme of schemes) {
    await page.emulateMedia({ colorScheme });
    await page.goto("/");
    await page.getByRole("heading", { name: "Sign in to Digester" }).waitFor();
    await take(page, join(target, `sign-in-${colorScheme}${suffix}.webp`));
  }
  await context.close();
}

/** An empty service asks how to begin. */
async function takeFirstRun(browser: Browser, target: string): Promise<void> {
  const directory = join(tmpdir(), "digester-first-run");
  await rm(directory, { recursive: true, force: true });
  const services = await startServices(["all", "--port", "0", "--data", join(directory, "data")], {
    XDG_DATA_HOME: directory,
  });
  try {
    const { url, token } = services.announcement;
    for (const { suffix, width, height } of sizes) {
      const context = await browser.newContext({ baseURL: url, viewport: { width, height } });
      const page = await context.newPage();
      for (const colorScheme of schemes) {
        await page.emulateMedia({ colorScheme });
        await page.goto(`/?token=${encodeURIComponent(token)}`);
        await page.getByText("is ready, for").waitFor();
        await take(page, join(target, `welcome-${colorScheme}${suffix}.webp`));
      }
      await context.close();
    }
  } finally {
    await services.stop();
    await rm(directory, { recursive: true, force: true });
  }
}

/** Until what is asked for is there: the stream of events stays open, so the network is never idle. */
async function settle(page: Page): Promise<void> {
  await page.getByText("live", { exact: true }).first().waitFor();
  await page.waitForFunction(() =>
    [...document.querySelectorAll('[class*="Skeleton"], [class*="bone"]')].every(
      (bone) => !bone.checkVisibility(),
    ),
  );
  await page.evaluate(() => document.fonts.ready);
}

async function take(page: Page, path: string): Promise<void> {
  // Charts and editors draw in a frame after their data.
  await page.waitForTimeout(700);
  const session = await page.context().newCDPSession(page);
  const { data } = await session.send("Page.captureScreenshot", { format: "webp", quality });
  await session.detach();
  await writeFile(path, Buffer.from(data, "base64"));
  process.stderr.write(`${path}\n`);
}
