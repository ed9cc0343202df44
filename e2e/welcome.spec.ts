import type { Page } from "@playwright/test";
import { expect, test } from "./fixtures.ts";
import { startServices } from "./services-process.ts";
import { violationsOn } from "./violations.ts";

/** A person opens the console for the first time. */

test.use({ isWelcomed: false });

const heading = (page: Page) => page.getByRole("heading", { name: "Welcome to Digester" });

/** Goes on by the Tab key until the button has the focus, and presses it. */
async function pressByKeys(page: Page, name: string): Promise<void> {
  const button = page.getByRole("button", { name });
  await expect(button).toBeEnabled();
  for (let tabs = 0; tabs < 20; tabs += 1) {
    await page.keyboard.press("Tab");
    if (await button.evaluate((element) => element === document.activeElement)) break;
  }
  await expect(button).toBeFocused();
  await page.keyboard.press("Enter");
}

test("the sample is loaded by keys alone, and nobody is asked again", async ({ page }) => {
  await expect(heading(page)).toBeVisible();
  await expect(page.getByRole("navigation")).toBeHidden();
  await pressByKeys(page, "Load the sample");
  await expect(page).toHaveURL(/\/jobs\/1$/);
  await expect(page.getByText("Completed", { exact: true }).first()).toBeVisible({
    timeout: 30_000,
  });
  await page.goto("/");
  await expect(page.getByRole("heading", { name: "Overview" })).toBeVisible();
});

test("who has a file goes on to choose it", async ({ page, services }) => {
  await expect(page.getByText(`is ready, for`)).toBeVisible();
  await pressByKeys(page, "Choose a file");
  await expect(page).toHaveURL(/\/submit/);
  await expect(page.getByRole("button", { name: "Choose a data file" })).toBeVisible();
  await page.goto(services.url);
  await expect(page.getByRole("heading", { name: "Overview" })).toBeVisible();
});

test("a digester on another machine is attached by address and token", async ({ page }) => {
  const other = await startServices<{ url: string; token: string }>([
    "digester",
    "--id",
    "far-node",
    "--state",
    test.info().outputPath("state"),
  ]);
  try {
    await pressByKeys(page, "Attach…");
    await page.getByLabel("Address").fill(other.announcement.url);
    await page.getByRole("textbox", { name: "Token" }).fill("wrong");
    await page.getByRole("button", { name: "Attach", exact: true }).click();
    await expect(page.getByRole("alert").filter({ hasText: /token/i })).toBeVisible();
    await page.getByRole("textbox", { name: "Token" }).fill(other.announcement.token);
    await page.getByRole("button", { name: "Attach", exact: true }).click();
    await expect(page).toHaveURL(/\/digesters$/);
    await expect(page.getByText("far-node").first()).toBeVisible();
  } finally {
    await other.stop();
  }
});

test("who wants to look around first is let in, and a link to a page is followed", async ({
  page,
}) => {
  await expect(heading(page)).toBeVisible();
  await page.goto("/jobs");
  await expect(page.getByRole("heading", { name: "Jobs" })).toBeVisible();
  await page.goto("/");
  await page.getByRole("button", { name: "Look around first" }).click();
  await expect(page.getByRole("heading", { name: "Overview" })).toBeVisible();
  await page.reload();
  await expect(page.getByRole("heading", { name: "Overview" })).toBeVisible();
});

for (const colorScheme of ["light", "dark"] as const) {
  test(`has no barrier that axe finds, wide and narrow, ${colorScheme}`, async ({ page }) => {
    await page.emulateMedia({ colorScheme });
    await page.getByRole("button", { name: "Attach…" }).click();
    for (const width of [1360, 400]) {
      await page.setViewportSize({ width, height: 860 });
      await expect(heading(page)).toBeVisible();
      const violations = await violationsOn(page);
      expect(violations.map(({ id, nodes }) => `${id}: ${nodes[0]?.html}`)).toEqual([]);
      const overflow = await page.evaluate(() => document.body.scrollWidth - window.innerWidth);
      expect(overflow).toBeLessThanOrEqual(0);
    }
  });
}
