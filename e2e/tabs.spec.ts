import { expect, test } from "./fixtures.ts";

test("eight tabs of one browser are all live: they share one event stream", async ({
  page,
  context,
  api,
}) => {
  await expect(page.getByTestId("live-mark")).toHaveText("live");
  const tabs = [page];
  for (let count = 1; count < 8; count += 1) {
    const tab = await context.newPage();
    await tab.goto("/jobs");
    await expect(tab.getByTestId("live-mark")).toHaveText("live");
    tabs.push(tab);
  }
  await page.goto("/jobs");
  const created = await api.post("/api/v1/samples/hapmap", { data: { hold: true } });
  expect(created.status()).toBe(201);
  const { job } = (await created.json()) as { job: { key: string } };
  for (const tab of tabs) await expect(tab.getByText(job.key).first()).toBeVisible();

  // The first to come goes: the others still hear.
  await page.close();
  await api.post(`/api/v1/jobs/${job.key}/cancel`, { data: { by: "ana" } });
  for (const tab of tabs.slice(1)) await expect(tab.getByText("aborted").first()).toBeVisible();
});
