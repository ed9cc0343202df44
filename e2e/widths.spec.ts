import type { Page } from "@playwright/test";
import { expect, test } from "./fixtures.ts";

/** A window of any width: a page is scrolled downwards, and sideways only within what is wide by nature. */

/** Tables with columns, editors and lists of chips that are scrolled for themselves. */
const wideByNature = 'section, fieldset, [class*="cm-"], [class*="diff"], [class*="ScrollArea"]';

async function sidewaysOf(page: Page): Promise<string[]> {
  return page.evaluate((exempt) => {
    const found: string[] = [];
    for (const element of [
      document.documentElement,
      ...document.querySelectorAll("main, main div"),
    ]) {
      if (
        element !== document.documentElement &&
        !/auto|scroll/.test(getComputedStyle(element).overflowX)
      )
        continue;
      if (element.matches(exempt) || element.scrollWidth <= element.clientWidth + 1) continue;
      found.push(`${element.className} has ${element.scrollWidth} in ${element.clientWidth}`);
    }
    for (const button of document.querySelectorAll("main button, main a, nav a")) {
      const { left, right, width } = button.getBoundingClientRect();
      if (width === 0 || (left >= -1 && right <= innerWidth + 1)) continue;
      let parent = button.parentElement;
      while (parent !== null && !/auto|scroll/.test(getComputedStyle(parent).overflowX))
        parent = parent.parentElement;
      if (parent === null || !parent.matches(exempt)) {
        found.push(`"${button.textContent}" ends at ${Math.round(right)}`);
      }
    }
    return found;
  }, wideByNature);
}

test("no page is wider than its window", async ({ page, api }) => {
  test.setTimeout(180_000);
  const { job } = await (await api.post("/api/v1/samples/hapmap", { data: {} })).json();
  const status = async (): Promise<string> =>
    (await (await api.get(`/api/v1/jobs/${job.id}`)).json()).status;
  await expect.poll(status, { timeout: 30_000 }).toBe("completed");
  for (const width of [320, 390, 768, 1024]) {
    await page.setViewportSize({ width, height: 860 });
    for (const path of [
      "/",
      "/jobs",
      `/jobs/${job.id}`,
      `/jobs/${job.id}?tab=quality`,
      `/jobs/${job.id}?tab=events`,
      `/jobs/${job.id}?tab=instruction`,
      `/jobs/${job.id}/edit`,
      "/submit?tab=data",
      "/submit?tab=sample",
      "/submit?tab=file",
      "/submit?tab=paste",
      "/digesters",
      "/regulator",
      "/activity",
      "/settings",
    ]) {
      await page.goto(path);
      await expect(page.getByText("live", { exact: true }).first()).toBeVisible();
      await expect(page.locator('main [class*="Skeleton"]').filter({ visible: true })).toHaveCount(
        0,
      );
      expect(await sidewaysOf(page), `${path} at ${width}`).toEqual([]);
    }
  }
});
