import { readFile } from "node:fs/promises";
import { expect, test } from "./fixtures.ts";

/** A person makes the console theirs, and gathers what helps who is asked for help. */

test("what is one's own is kept, what the service decides is shown", async ({ page, services }) => {
  await page.keyboard.press("g");
  await page.keyboard.press(",");
  await page.getByLabel("Your name").fill("Ada");
  await page.getByText("Dark", { exact: true }).click();
  await page.getByText("UTC", { exact: true }).click();
  await page.reload();
  await expect(page.getByLabel("Your name")).toHaveValue("Ada");
  await expect(page.locator("html")).toHaveAttribute("data-mantine-color-scheme", "dark");
  await expect(page.getByRole("radio", { name: "UTC" })).toBeChecked();

  const service = page.getByRole("region", { name: "This service" });
  await expect(service.getByText(services.dataDir).first()).toBeVisible();
  await expect(service).toContainText("/gobii-dev");
});

test("rows and sizes are as one likes them, on every page", async ({ page, api }) => {
  const { job } = await (await api.post("/api/v1/samples/hapmap", { data: {} })).json();
  const row = page.getByRole("row", { name: job.key });
  const rowHeight = async (): Promise<number> => (await row.boundingBox())?.height ?? 0;
  await page.goto("/jobs");
  await expect.poll(rowHeight).toBe(37);

  await page.goto("/settings");
  await page.getByText("Compact", { exact: true }).click();
  await page.getByText("MiB, by 1,024").click();
  await page.goto("/jobs");
  await expect.poll(rowHeight).toBe(29);
  await row.getByRole("link").click();
  await expect(page.getByText(/^Read [0-9.]+ KiB in/)).toBeVisible({ timeout: 30_000 });
});

test("the diagnostics hold what helps and no secret", async ({ page, api, services }) => {
  await api.post("/api/v1/samples/vcf", { data: {} });
  await page.goto("/settings");
  const [download] = await Promise.all([
    page.waitForEvent("download"),
    page.getByRole("button", { name: "Save diagnostics" }).click(),
  ]);
  expect(download.suggestedFilename()).toMatch(/^digester-diagnostics-.*\.json$/);
  const text = await readFile(await download.path(), "utf8");
  const saved = JSON.parse(text);
  expect(saved.service.configuration.dataDir).toBe(services.dataDir);
  expect(saved.service.log.join()).toContain("web service listens");
  expect(saved.digesters).toHaveLength(1);
  expect(saved.events[0].type).toBe("digester_attached");
  for (const secret of [services.token, services.gobii.password]) {
    expect(text).not.toContain(secret);
  }
});

test("who looks elsewhere is told how a load ended", async ({ page, context, api }) => {
  await context.grantPermissions(["notifications"]);
  // The page cannot be sent to the background here, and a headless browser shows no notices.
  await page.addInitScript(() => {
    document.hasFocus = () => false;
    const told: string[] = [];
    Object.assign(window, { told });
    class Told extends EventTarget {
      static readonly permission = "granted";
      constructor(title: string) {
        super();
        told.push(title);
      }
    }
    Object.assign(window, { Notification: Told });
  });
  await page.goto("/settings");
  await expect(page.getByRole("switch", { name: "Loads that failed" })).toBeEnabled();
  const { key } = await (await api.post("/api/v1/samples/vcf", { data: {} })).json();
  const told = (): Promise<string[]> => page.evaluate(() => Reflect.get(window, "told"));
  await expect.poll(told, { timeout: 30_000 }).toEqual([`${key} completed`]);
});
