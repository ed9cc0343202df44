import type { APIRequestContext } from "@playwright/test";
import { expect, test } from "./fixtures.ts";

/** A person watches what happens, stops it to read, and goes on without having missed anything. */

async function hold(api: APIRequestContext, submittedBy: string): Promise<void> {
  const data = { hold: true, submittedBy };
  expect((await api.post("/api/v1/samples/vcf", { data })).status()).toBe(201);
}

test("events are filtered by words and types, paused, and resumed without a gap", async ({
  page,
  api,
}) => {
  const keyOf = async (submitter: string): Promise<string> => {
    const { jobs } = await (await api.get(`/api/v1/jobs?q=submitter:${submitter}`)).json();
    return jobs[0].key;
  };
  await hold(api, "Ana");
  await hold(api, "Ben");
  const [ofAna, ofBen] = [await keyOf("Ana"), await keyOf("Ben")];
  await page.goto("/activity");
  const rows = page.getByRole("table", { name: "Events, newest first" }).locator("tbody tr");
  await expect(rows.filter({ hasText: ofBen }).first()).toBeVisible();
  await page.getByRole("searchbox", { name: "Text of events" }).fill("ANA");
  await expect(rows.filter({ hasText: "by Ana" })).toHaveCount(1);
  await expect(rows.filter({ hasText: "by Ben" })).toHaveCount(0);
  await page.getByRole("searchbox", { name: "Text of events" }).fill("");

  await page.getByRole("button", { name: "Pause" }).click();
  const before = await rows.count();
  for (const priority of [11, 12, 13]) {
    await api.post(`/api/v1/jobs/${ofAna}/priority`, { data: { priority } });
  }
  await expect(page.getByText("paused, 3 since")).toBeVisible();
  await expect(rows).toHaveCount(before);
  await page.getByRole("button", { name: "Resume" }).click();
  await expect(rows).toHaveCount(before + 3);
  for (const priority of [11, 12, 13]) {
    await expect(rows.filter({ hasText: String(priority) }).first()).toBeVisible();
  }

  await page.getByRole("combobox", { name: "Types of event" }).click();
  await page.getByRole("option", { name: "Submitted", exact: true }).click();
  await expect(rows).toHaveCount(2);
});
