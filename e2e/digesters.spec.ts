import { expect, test } from "./fixtures.ts";

/** What the workers did, as lanes and as a table. */

test("each load is a block of its worker's lane, and a row of the table", async ({ page, api }) => {
  const { key, job } = await (await api.post("/api/v1/samples/vcf", { data: {} })).json();
  const status = async () => (await (await api.get(`/api/v1/jobs/${job.id}`)).json()).status;
  await expect.poll(status, { timeout: 30_000 }).toBe("completed");
  await page.goto("/digesters");
  const stream = page.getByRole("region", { name: /^What the workers of/ });
  await stream.locator(`a[href="/jobs/${job.id}"]`).hover();
  await expect(page.getByRole("tooltip")).toContainText(`${key}, attempt 1: completed`);
  await stream.getByRole("button", { name: /over time as a table/ }).click();
  const row = stream.getByRole("row", { name: new RegExp(key) });
  await expect(row).toContainText("completed");
  // A second attempt arrives by itself.
  await api.post(`/api/v1/jobs/${job.id}/requeue`, { data: {} });
  await expect(row).toHaveCount(2, { timeout: 30_000 });
});

test("a paused digester keeps its line and starts nothing of it until it is resumed", async ({
  page,
  api,
}) => {
  await page.goto("/digesters");
  await page.getByRole("button", { name: "Pause" }).click();
  await expect(page.getByText("paused", { exact: true })).toBeVisible();
  const { job } = await (await api.post("/api/v1/samples/vcf", { data: {} })).json();
  const waiting = page.getByRole("list", { name: "Waiting jobs" });
  await expect(waiting).toContainText(/is paused: it starts no job until it is resumed/);
  await page.getByRole("link", { name: "Overview" }).click();
  await expect(page.getByText("The only digester is paused")).toBeVisible();
  await page.getByRole("link", { name: "Digesters", exact: true }).click();
  await page.getByRole("button", { name: "Resume" }).click();
  await expect(page.getByText("paused", { exact: true })).toHaveCount(0);
  const status = async (): Promise<string> =>
    (await (await api.get(`/api/v1/jobs/${job.id}`)).json()).status;
  await expect.poll(status, { timeout: 30_000 }).toBe("completed");
});

test("an empty line does not say that nobody waits while jobs wait outside of it", async ({
  page,
  api,
}) => {
  await page.goto("/digesters");
  await expect(page.getByText("Nobody waits.")).toBeVisible();
  const { digesters } = await (await api.get("/api/v1/digesters")).json();
  await api.post(`/api/v1/digesters/${digesters[0].id}/drain`, { data: { draining: true } });
  await api.post("/api/v1/samples/vcf", { data: {} });
  await page.getByRole("link", { name: "1 job waits outside of it: see why" }).click();
  await expect(page.getByText(/digester is draining/)).toBeVisible();
});
