import type { Page } from "@playwright/test";
import { expect, test } from "./fixtures.ts";

/**
 * Screens whose content is the same everywhere, beside kept pictures of them. The fonts come with the console; what is
 * left to differ is how a machine smooths edges, so a share of the pixels may. `npx playwright test screens.spec.ts
 * --update-snapshots` keeps new ones.
 */
const alike = { maxDiffPixelRatio: 0.02, threshold: 0.3, animations: "disabled" } as const;

test.beforeEach(async ({ page }) => {
  test.skip(
    process.platform !== "linux",
    "SKIPPED: the kept pictures of screens are of Linux, where letters are drawn in another way than here",
  );
  await page.emulateMedia({ reducedMotion: "reduce" });
  await page.evaluate(() => document.fonts.ready);
  const hasFonts = await page.evaluate(() => document.fonts.check("14px 'Inter Variable'"));
  test.skip(
    !hasFonts,
    "SKIPPED: the console's own font was not loaded, so no picture can be alike",
  );
});

async function settled(page: Page): Promise<void> {
  await page.evaluate(() => document.fonts.ready);
  await page.evaluate(
    () => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve))),
  );
}

for (const colorScheme of ["light", "dark"] as const) {
  test.describe(`in the ${colorScheme} theme`, () => {
    test("the shipped samples, and the keys", async ({ page }) => {
      await page.emulateMedia({ colorScheme });
      await page.goto("/submit?tab=sample");
      await expect(page.getByRole("button", { name: /^Submit VCF/ })).toBeVisible();
      await settled(page);
      await expect(page).toHaveScreenshot(`samples-${colorScheme}.png`, alike);
      await page.keyboard.press("?");
      const keys = page.getByRole("dialog");
      await expect(keys).toBeVisible();
      await expect(keys).toHaveScreenshot(`keys-${colorScheme}.png`, alike);
    });

    test("signing in, on a narrow window", async ({ page, context }) => {
      await page.emulateMedia({ colorScheme });
      await page.setViewportSize({ width: 412, height: 640 });
      await context.clearCookies();
      await page.goto("/");
      await expect(page.getByRole("heading", { name: "Sign in to Digester" })).toBeVisible();
      await settled(page);
      await expect(page).toHaveScreenshot(`sign-in-${colorScheme}.png`, alike);
    });
  });
}

test.describe("at the first start", () => {
  test.use({ isWelcomed: false });

  test("how to begin", async ({ page }) => {
    const host = page.getByText("is ready, for");
    await expect(host).toBeVisible();
    await settled(page);
    await expect(page).toHaveScreenshot("welcome-light.png", { ...alike, mask: [host] });
  });
});
