import { expect, test } from "./fixtures.ts";

const hourMs = 3_600_000;

for (const off of [-2 * hourMs, 2 * hourMs]) {
  const words = off < 0 ? "behind" : "ahead of";
  test(`ages are true on a machine whose clock is two hours ${words} the service's`, async ({
    page,
    api,
  }) => {
    const made = await api.post("/api/v1/samples/hapmap", { data: { hold: true } });
    const { job } = (await made.json()) as { job: { key: string } };
    await page.clock.install({ time: Date.now() + off });
    await page.goto("/jobs");
    const row = page.getByRole("row").filter({ hasText: job.key });
    await expect(page.getByTestId("live-mark")).toHaveText("live");
    await expect(row).toContainText(/\d s(?!.*\d (h|min))/);
    await expect(row).not.toContainText("2 h");
    await row.getByRole("link").first().click();
    await expect(page.getByRole("heading", { name: job.key })).toBeVisible();
    await expect(page.getByRole("main")).not.toContainText(/2 h|1 h/);
    await expect(page.getByRole("main")).toContainText(/\d s ago/);
  });
}
