import { join } from "node:path";
import type { Page } from "@playwright/test";
import { expect, test } from "./fixtures.ts";
import { datasetInstruction } from "./large-matrix.ts";
import { violationsOn } from "./violations.ts";

/** Every screen, as axe sees it, in both themes, wide and narrow. What opens on a screen is gone through where it is told of. */

const widths = [1360, 412] as const;

async function findBarriers(page: Page, where: string): Promise<string[]> {
  const violations = await violationsOn(page);
  return violations.map(({ id, nodes }) => `${where} ${id}: ${nodes[0]?.html}`);
}

for (const colorScheme of ["light", "dark"] as const) {
  test(`no screen has a barrier that axe finds, ${colorScheme}`, async ({
    page,
    api,
    services,
  }) => {
    // All screens are gone through whole, twice.
    test.setTimeout(480_000);
    await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
    const { job } = await (await api.post("/api/v1/samples/hapmap", { data: {} })).json();
    const statusOf = async (id: number): Promise<string> =>
      (await (await api.get(`/api/v1/jobs/${id}`)).json()).status;
    await expect.poll(() => statusOf(job.id), { timeout: 30_000 }).toBe("completed");
    const nowhere = join(services.dataDir, "files", "none");
    const instructions = datasetInstruction(nowhere, join(services.dataDir, "digest", "bad"));
    const broken = await api.post("/api/v1/instructions", { data: { key: "bad", instructions } });
    const failed: number = (await broken.json()).job.id;
    await expect.poll(() => statusOf(failed), { timeout: 30_000 }).toBe("failed");

    for (const path of [
      "/",
      "/jobs",
      `/jobs/${job.id}`,
      `/jobs/${job.id}/edit`,
      `/jobs/${failed}`,
      "/submit?tab=data",
      "/submit?tab=sample",
      "/submit?tab=file",
      "/submit?tab=paste",
      "/digesters",
      "/regulator",
      "/activity",
      "/settings",
      "/no/such/page",
    ]) {
      for (const width of widths) {
        await page.setViewportSize({ width, height: 860 });
        await page.goto(path);
        await expect(page.getByRole("main")).toBeVisible();
        await expect(page.getByText("live", { exact: true }).first()).toBeVisible();
        expect(await findBarriers(page, `${path} at ${width}`)).toEqual([]);
      }
    }
    for (const tab of ["Quality", "Events", "Instruction"]) {
      await page.goto(`/jobs/${job.id}`);
      await page.getByRole("tab", { name: tab }).click();
      await expect(page.getByRole("tabpanel", { name: tab })).toBeVisible();
      expect(await findBarriers(page, tab)).toEqual([]);
    }
  });

  test(`signing in has no barrier that axe finds, ${colorScheme}`, async ({ page, context }) => {
    await page.emulateMedia({ colorScheme });
    await context.clearCookies();
    for (const width of widths) {
      await page.setViewportSize({ width, height: 860 });
      await page.goto("/");
      await expect(page.getByRole("heading", { name: "Sign in to Digester" })).toBeVisible();
      expect(await findBarriers(page, `sign in at ${width}`)).toEqual([]);
    }
  });
}
