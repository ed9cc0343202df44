import { expect, test } from "./fixtures.ts";

test("a browser that keeps nothing takes what is chosen for as long as the page is there", async ({
  page,
}) => {
  await page.addInitScript(() => {
    Storage.prototype.setItem = () => {
      throw new DOMException("The quota has been exceeded.", "QuotaExceededError");
    };
  });
  await page.goto("/settings");
  await page.getByText("UTC", { exact: true }).click();
  await expect(page.getByRole("radio", { name: "UTC" })).toBeChecked();
});

test("at 400 % the list of jobs can be scrolled to, and paper gets the whole job in black on white", async ({
  page,
  api,
}) => {
  const made = await api.post("/api/v1/samples/hapmap", { data: {} });
  const { job } = (await made.json()) as { job: { key: string } };
  await page.setViewportSize({ width: 340, height: 215 });
  await page.goto("/jobs");
  const link = page.getByRole("link", { name: job.key });
  await link.scrollIntoViewIfNeeded();
  await expect(link).toBeInViewport();
  await link.click();
  await expect(page.getByText("completed").first()).toBeAttached();

  await page.setViewportSize({ width: 1000, height: 500 });
  await page.emulateMedia({ media: "print", colorScheme: "dark" });
  await expect(page.getByRole("navigation", { name: "Main" })).toBeHidden();
  await expect(page.getByText("Validation", { exact: true })).toBeVisible();
  const { page: tall, colour } = await page.evaluate(() => ({
    page: document.documentElement.scrollHeight,
    colour: getComputedStyle(document.documentElement).getPropertyValue("--ground").trim(),
  }));
  expect(tall).toBeGreaterThan(700);
  expect(colour).toBe("#fff");
});
