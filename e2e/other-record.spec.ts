import { mkdtemp, realpath, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test as base } from "@playwright/test";
import { expect, test as withPage } from "./fixtures.ts";
import { startServices, type ServicesProcess } from "./services-process.ts";

withPage(
  "a submission whose answer was lost makes one job, however often it is tried",
  async ({ page, api }) => {
    const made = await api.post("/api/v1/samples/hapmap", { data: { hold: true } });
    const { job } = (await made.json()) as { job: { key: string } };
    const kept = await api.get(`/api/v1/instructions/${job.key}`);
    const { instructions } = (await kept.json()) as { instructions: unknown };
    await page.goto("/submit?tab=paste");
    await page
      .getByRole("radio", { name: "Paste JSON" })
      .or(page.getByRole("tab", { name: "Paste JSON" }))
      .click();
    await page.locator(".cm-content").click();
    await page.keyboard.insertText(JSON.stringify(instructions));
    let lost = 0;
    await page.route("**/api/v1/instructions", async (route) => {
      if (lost > 0) return route.continue();
      lost += 1;
      await route.fetch();
      return route.abort();
    });
    const submit = page.getByRole("button", { name: "Submit", exact: true });
    await submit.click();
    await expect(page.getByRole("alert")).toContainText("does not answer");
    await submit.click();
    await expect(page).toHaveURL(/\/jobs\/2$/);
    const list = (await (await api.get("/api/v1/jobs")).json()) as { total: number };
    expect(list.total).toBe(2);
  },
);

base(
  "a console whose service comes back with another record shows nothing of the first",
  async ({ browser }) => {
    const directory = await realpath(await mkdtemp(join(tmpdir(), "digester-record-")));
    const started: ServicesProcess[] = [];
    const start = async (data: string, port: string) => {
      const web = await startServices(["web", "--port", port, "--data", join(directory, data)]);
      started.push(web);
      return web;
    };
    const context = await browser.newContext();
    try {
      const first = await start("first", "0");
      const { url, token } = first.announcement;
      const headers = { authorization: `Bearer ${token}`, "content-type": "application/json" };
      const post = { method: "POST", headers, body: "{}" };
      const made = (await (await fetch(`${url}/api/v1/samples/hapmap`, post)).json()) as {
        job: { key: string };
      };
      const page = await context.newPage();
      await page.goto(`${url}/?token=${encodeURIComponent(token)}`);
      await page.goto(`${url}/jobs/1`);
      const activity = await context.newPage();
      await activity.goto(`${url}/activity`);
      await expect(activity.getByText(made.job.key).first()).toBeVisible();
      await expect(page.getByRole("heading", { name: made.job.key })).toBeVisible();

      await first.kill();
      const second = await start("second", new URL(url).port);
      await expect(page.getByText("Sign in to Digester")).toBeVisible({ timeout: 30_000 });
      await expect(activity.getByText("Sign in to Digester")).toBeVisible({ timeout: 30_000 });

      // In one tab; the others find out by themselves.
      const other = await context.newPage();
      await other.goto(`${url}/?token=${encodeURIComponent(second.announcement.token)}`);
      await page.bringToFront();
      await expect(page.getByText("There is no job 1")).toBeVisible({ timeout: 30_000 });
      await activity.bringToFront();
      await expect(activity.getByTestId("live-mark")).toHaveText("live", { timeout: 30_000 });
      await expect(activity.getByText("Quiet so far")).toBeVisible();
      await expect(activity.getByText(made.job.key)).toHaveCount(0);
    } finally {
      await context.close();
      await Promise.all(started.map((one) => one.kill()));
      await rm(directory, { recursive: true, force: true });
    }
  },
);
