import type { APIRequestContext } from "@playwright/test";
import { expect, test } from "./fixtures.ts";
import { violationsOn } from "./violations.ts";

/** A person looks what another strategy would make of the line, and swaps. */

const hour = (ahead: number): string =>
  `${String((new Date().getUTCHours() + ahead) % 24).padStart(2, "0")}:00`;

/** A window that is not open for two hours, so that everybody waits. */
async function closeWindow(api: APIRequestContext): Promise<string> {
  const { digesters } = await (await api.get("/api/v1/digesters")).json();
  const { id } = digesters[0];
  const options = { from: hour(2), to: hour(3), heavyMb: 0, timeZone: "UTC" };
  const swapped = await api.put(`/api/v1/digesters/${id}/regulator`, {
    data: { name: "time-window", options, by: "Grace", why: "Heavy loads at night." },
  });
  expect(swapped.status()).toBe(200);
  return id;
}

async function submit(api: APIRequestContext, priority: number): Promise<string> {
  const { key, job } = await (await api.post("/api/v1/samples/vcf", { data: {} })).json();
  const inLine = async (): Promise<unknown> =>
    (await (await api.get(`/api/v1/jobs/${job.id}`)).json()).digester;
  await expect.poll(inLine).not.toBeNull();
  await api.post(`/api/v1/jobs/${job.id}/priority`, { data: { priority } });
  return key;
}

test("the line under another strategy is looked at before it is put in force", async ({
  page,
  api,
}) => {
  const id = await closeWindow(api);
  const [first, , urgent] = [await submit(api, 0), await submit(api, 0), await submit(api, 9)];
  await page.keyboard.press("g");
  await page.keyboard.press("r");
  await expect(page.getByRole("heading", { level: 2 })).toHaveText(/window/i);
  const history = page.getByRole("region", { name: "Swaps so far" });
  await expect(history.getByRole("row", { name: /Grace/ })).toContainText("Heavy loads at night.");
  const now = page.getByRole("list", { name: "Waiting jobs" });
  await expect(now.getByRole("listitem")).toHaveCount(3, { timeout: 20_000 });
  await expect(now.getByRole("listitem").first()).toContainText(first);

  await page.getByRole("combobox", { name: "Strategy" }).click();
  await page.getByRole("option", { name: /^Priority/ }).click();
  const foreseen = page.getByRole("list", { name: "The line that there would be" });
  await expect(foreseen.getByRole("listitem").first()).toContainText(urgent);
  await expect(page.getByText(/would start at once, 1 would go earlier/)).toBeVisible();
  // Nothing has happened yet.
  await expect(page.getByRole("heading", { level: 2 })).toHaveText(/window/i);

  await page.getByLabel("Why").fill("Ada's deadline.");
  await page.getByRole("button", { name: "Put in force" }).click();
  await expect(page.getByRole("heading", { level: 2 })).toHaveText(/^Priority/);
  await expect(history.getByRole("row").nth(1)).toContainText("Ada's deadline.");
  await expect(page.getByText("Nobody waits.")).toBeVisible({ timeout: 30_000 });
  const { regulator } = await (await api.get(`/api/v1/digesters/${id}/regulator`)).json();
  expect(regulator.name).toBe("priority");
});

test("a choice that the strategy refuses is said in its words, and nothing is swapped", async ({
  page,
  api,
}) => {
  await closeWindow(api);
  await page.goto("/regulator");
  await page.getByLabel("From (hh:mm)").fill("noon");
  await expect(page.getByRole("alert")).toContainText(/from/i);
  await page.getByRole("button", { name: "Leave it" }).click();
  await expect(page.getByLabel("From (hh:mm)")).toHaveValue(hour(2));
});

test("weights and strategies in order are rows that one adds, fills, moves and removes", async ({
  page,
  api,
}) => {
  const id = await closeWindow(api);
  await api.post("/api/v1/samples/vcf", { data: { submittedBy: "Ana" } });
  await page.goto("/regulator");
  const strategy = page.getByRole("combobox", { name: "Strategy", exact: true });
  await strategy.click();
  await page.getByRole("option", { name: /^Fair share/ }).click();
  await page.getByRole("button", { name: "Add a submitter" }).click();
  await page.getByRole("combobox", { name: "Submitter 1" }).fill("a");
  await page.getByRole("option", { name: "Ana", exact: true }).click();
  await page.getByRole("textbox", { name: "Weight 1" }).fill("2.5");
  await page.getByRole("button", { name: "Add a submitter" }).click();
  await page.getByRole("combobox", { name: "Submitter 2" }).fill("Ana");
  await expect(page.getByText("Stands above already")).toBeVisible();
  await page.getByRole("combobox", { name: "Submitter 2" }).fill("Ben");
  await page.getByRole("button", { name: "Add a submitter" }).click();
  await page.getByRole("combobox", { name: "Submitter 3" }).fill("Cas");
  await page.getByRole("button", { name: "Remove Ben" }).click();
  await page.getByRole("button", { name: "Put in force" }).click();
  await expect(page.getByText("weights: Ana 2.5, Cas 1")).toBeVisible();
  const inForce = async (): Promise<unknown> =>
    (await (await api.get(`/api/v1/digesters/${id}/regulator`)).json()).regulator.options;
  expect(await inForce()).toMatchObject({ weights: { Ana: 2.5, Cas: 1 } });

  // What was begun and left is gone, and what is in force stands there again.
  await page.getByRole("textbox", { name: "Weight 1" }).fill("7");
  await page.getByRole("button", { name: "Leave it" }).click();
  await expect(page.getByRole("textbox", { name: "Weight 1" })).toHaveValue("2.5");

  await strategy.click();
  await page.getByRole("option", { name: "Combination" }).click();
  const parts = page.getByRole("list", { name: "Strategies, in order" });
  await expect(parts.getByRole("combobox", { name: /^Strategy/ })).toHaveCount(3);
  await page.getByRole("button", { name: "Remove Resource budget" }).click();
  await page.getByRole("button", { name: /^Fair share between submitters earlier$/ }).click();
  await page.getByRole("textbox", { name: "Half-life (hours)" }).fill("8");
  await page.getByRole("button", { name: "Put in force" }).click();
  await expect(page.getByRole("heading", { level: 2 })).toHaveText("Combination");
  expect(await inForce()).toMatchObject({
    parts: [{ name: "fair-share", options: { halfLifeHours: 8 } }, { name: "priority" }],
  });
});

for (const colorScheme of ["light", "dark"] as const) {
  test(`no barrier that axe finds while another strategy is considered, ${colorScheme}`, async ({
    page,
    api,
  }) => {
    await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
    await closeWindow(api);
    for (const priority of [0, 3]) await submit(api, priority);
    await page.goto("/regulator");
    await page.getByRole("combobox", { name: "Strategy" }).click();
    await page.getByRole("option", { name: /^Combination|^Several/ }).click();
    await expect(page.getByRole("button", { name: "Put in force" })).toBeVisible();
    await page.mouse.move(0, 400);
    const violations = await violationsOn(page);
    expect(violations.map(({ id, nodes }) => `${id}: ${nodes[0]?.html}`)).toEqual([]);
  });
}
