import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Page } from "@playwright/test";
import { layOutSample } from "../services/web/samples.ts";
import type { DesktopEvent } from "../services/contract/desktop.ts";
import type { Desktop } from "./desktop/desktop.ts";
import { datasetInstruction, writeLargeMatrix } from "./large-matrix.ts";
import { expect, test } from "./desktop/fixtures.ts";

/** What the services answer at this address; null where nothing listens. */
async function answerOf(url: string): Promise<number | null> {
  try {
    return (await fetch(url)).status;
  } catch {
    return null;
  }
}

/** Collects what the desktop tells the page, in the page. */
async function listen(page: Page): Promise<() => Promise<DesktopEvent[]>> {
  const events = await page.evaluateHandle(() => {
    const heard: DesktopEvent[] = [];
    window.desktop?.onEvent((event) => heard.push(event));
    return heard;
  });
  return () => events.jsonValue();
}

async function endsCleanly(desktop: Desktop, origin: string): Promise<void> {
  expect(await desktop.exited).toBe(0);
  expect(await answerOf(origin)).toBeNull();
  expect(desktop.log()).toContain("stopping the services");
  expect(desktop.log()).not.toContain("did not stop");
}

test.describe("the window", () => {
  test("shows the console, signed in by a cookie that the page cannot read", async ({
    desktop,
  }) => {
    const { page } = desktop;
    const own = new URL(page.url());
    expect(own.hostname).toBe("127.0.0.1");
    expect(own.search).toBe("");
    await expect(page.getByRole("navigation")).toBeVisible();
    const seen = await page.evaluate(async () => ({
      cookie: document.cookie,
      jobs: (await fetch("/api/v1/jobs")).status,
    }));
    expect(seen).toEqual({ cookie: "", jobs: 200 });
    expect(await answerOf(`${own.origin}/api/v1/jobs`)).toBe(401);
  });

  test("keeps its desktop through a reload", async ({ desktop }) => {
    await desktop.page.reload();
    await expect(desktop.page.getByRole("navigation")).toBeVisible();
    const info = await desktop.page.evaluate(() => window.desktop?.getInfo());
    expect(info?.platform).toBe(process.platform);
  });

  test("has an embedded digester", async ({ desktop }) => {
    const digesters = () =>
      desktop.page.evaluate(async () => {
        const answer = (await (await fetch("/api/v1/digesters")).json()) as {
          digesters: { reachable: boolean }[];
        };
        return answer.digesters.map(({ reachable }) => reachable);
      });
    await expect.poll(digesters).toEqual([true]);
  });
});

test.describe("the first start", () => {
  test.use({ isWelcomed: false });

  test("asks how to begin, and no later one does", async ({ desktop, launch, userData }) => {
    test.slow();
    const welcome = { name: "Welcome to Digester" };
    await expect(desktop.page.getByRole("heading", welcome)).toBeVisible();
    await desktop.page.getByRole("button", { name: "Choose a file" }).click();
    await expect(desktop.page).toHaveURL(/\/submit/);
    await desktop.closeWindow();
    expect(await desktop.exited).toBe(0);
    // At another port, where the page remembers nothing of its own.
    const again = await launch({ userData });
    try {
      await expect(again.page.getByRole("heading", { name: "Overview" })).toBeVisible();
      await expect(again.page.getByRole("heading", welcome)).toBeHidden();
    } finally {
      await again.dispose();
    }
  });
});

test.describe("calls of the page", () => {
  test("are answered, or refused in words", async ({ desktop, userData }) => {
    const { page } = desktop;
    const dataDir = join(userData, "data");
    const info = await page.evaluate(() => window.desktop?.getInfo());
    expect(info?.dataDir).toBe(dataDir);

    await desktop.choosePaths(["/data/a.vcf", "/data/b.vcf"]);
    const paths = await page.evaluate(() => window.desktop?.choosePaths({ kind: "files" }));
    expect(paths).toEqual(["/data/a.vcf", "/data/b.vcf"]);

    await page.evaluate((path) => window.desktop?.openPath({ path }), dataDir);
    expect((await desktop.recorded()).shown).toEqual([dataDir]);

    const failureOf = (call: "outside" | "badge" | "file") =>
      page.evaluate(async (wanted) => {
        const attempt =
          wanted === "outside"
            ? window.desktop?.openPath({ path: "/etc" })
            : wanted === "badge"
              ? window.desktop?.setBadge({ count: -1 })
              : window.desktop?.openExternal({ url: "file:///etc/passwd" });
        return attempt?.then(
          () => null,
          (error: Error) => error.message,
        );
      }, call);
    expect(await failureOf("outside")).toBe("/etc lies outside the data roots.");
    expect(await failureOf("badge")).toContain("The input of setBadge is not valid: count");
    expect(await failureOf("file")).toContain("is not an https, http or mailto address");
  });

  test("and events to it, by the menu and a notification's click", async ({ desktop }) => {
    const events = await listen(desktop.page);
    await desktop.clickMenu("digesters");
    await expect.poll(events).toEqual([{ kind: "navigate", path: "/digesters" }]);
    await expect(desktop.page).toHaveURL(/\/digesters$/);

    await desktop.page.evaluate(() =>
      window.desktop?.notify({ title: "Job 7 failed", body: "panel.vcf:3:1", path: "/jobs/7" }),
    );
    expect((await desktop.recorded()).notifications).toEqual([
      { title: "Job 7 failed", body: "panel.vcf:3:1" },
    ]);
    await desktop.clickNotification(0);
    await expect.poll(async () => (await events()).length).toBe(2);
    expect((await events())[1]).toEqual({ kind: "navigate", path: "/jobs/7" });
    await expect(desktop.page).toHaveURL(/\/jobs\/7$/);
  });
});

test.describe("a second instance", () => {
  test("ends at once, brings the window forward and hands over its link", async ({ desktop }) => {
    const events = await listen(desktop.page);
    const before = (await desktop.recorded()).focusCalls;
    expect(await desktop.launchAgain(["digester://activity"])).toBe(0);
    await expect.poll(events).toEqual([{ kind: "navigate", path: "/activity" }]);
    expect((await desktop.recorded()).focusCalls).toBe(before + 1);
  });
});

test.describe("the page stays where it is", () => {
  test("when it is led elsewhere", async ({ desktop }) => {
    const { page } = desktop;
    await expect(page).toHaveTitle(/^Overview/);
    const home = page.url();
    const sameServer = `http://localhost:${new URL(home).port}/`;
    for (const url of [sameServer, `https://example.invalid/?next=${home}`]) {
      await page.evaluate((to) => {
        location.href = to;
      }, url);
      await expect.poll(() => desktop.log()).toContain(`"url":"${url}"`);
      await page.waitForTimeout(200);
      expect(page.url()).toBe(home);
      await expect(page.getByRole("navigation")).toBeVisible();
    }
  });

  test("when it opens windows, of which none comes", async ({ desktop }) => {
    const { page } = desktop;
    const pagesBefore = page.context().pages().length;
    const urls = ["https://example.invalid/guide", "file:///etc/passwd", page.url()];
    for (const url of urls) {
      await page.evaluate((to) => void window.open(to), url);
    }
    await expect
      .poll(async () => (await desktop.recorded()).opened)
      .toEqual(["https://example.invalid/guide"]);
    await expect.poll(() => page.context().pages().length).toBe(pagesBefore);
  });
});

test.describe("an instruction from a file", () => {
  test("is chosen in the system's dialog, looked over and submitted", async ({
    desktop,
    userData,
  }) => {
    test.slow();
    const { page } = desktop;
    const file = join(userData, "maize_panel.json");
    await writeFile(file, await sampleInstruction(join(userData, "data"), "maize_panel"));
    await desktop.choosePaths([file]);
    await desktop.clickMenu("open-instruction");

    await expect(page).toHaveURL(/\/submit$/);
    await expect(page.getByText("maize_panel.json")).toBeVisible();
    await page.getByRole("button", { name: "Submit", exact: true }).click();
    await expect(page).toHaveURL(/\/jobs\/1$/);
    const statusOfJob = () =>
      page.evaluate(async () => {
        const job = (await (await fetch("/api/v1/jobs/1")).json()) as { status: string };
        return job.status;
      });
    await expect.poll(statusOfJob, { timeout: 30_000 }).toBe("completed");
    expect(
      await readFile(join(userData, "data/loader/digest/maize_panel/digest.marker"), "utf8"),
    ).not.toBe("");
  });
});

/** Two jobs at once, by the page; answers their names. */
function submitSamples(page: Page): Promise<string[]> {
  return page.evaluate(async () => {
    const request = { method: "POST", headers: { "content-type": "application/json" }, body: "{}" };
    const answers = await Promise.all(
      [1, 2].map(() => fetch("/api/v1/samples/sample-list", request)),
    );
    const jobs = await Promise.all(
      answers.map((answer) => answer.json() as Promise<{ job: { key: string } }>),
    );
    return jobs.map(({ job }) => job.key);
  });
}

test.describe("while the person looks elsewhere", () => {
  test("loads that end together are told as one, and a click leads to them", async ({
    desktop,
  }) => {
    const { page } = desktop;
    await page.evaluate(() => {
      document.hasFocus = () => false;
    });
    const names = await submitSamples(page);
    const told = async () => (await desktop.recorded()).notifications;
    await expect.poll(told, { timeout: 30_000 }).toHaveLength(1);
    const [notice] = await told();
    expect(notice?.title).toBe("2 loads completed");
    for (const name of names) expect(notice?.body).toContain(name);
    await desktop.clickNotification(0);
    await expect(page).toHaveURL(/\/jobs\?status=completed/);
    await expect(page.getByRole("row", { name: names[0] ?? "" })).toBeVisible();
  });

  test("nothing is told to who looks at it", async ({ desktop }) => {
    const { page } = desktop;
    await page.evaluate(() => {
      document.hasFocus = () => true;
    });
    await submitSamples(page);
    await page.getByRole("link", { name: "Jobs", exact: false }).first().click();
    await expect(page.getByText("Completed", { exact: true }).nth(1)).toBeVisible({
      timeout: 30_000,
    });
    await page.waitForTimeout(2500);
    expect((await desktop.recorded()).notifications).toEqual([]);
  });
});

/** How many jobs the digesters say they run and do not stop already. */
function runningHere(page: Page): Promise<number> {
  return page.evaluate(async () => {
    const answer = await fetch("/api/v1/digesters");
    const { digesters } = (await answer.json()) as {
      digesters: { status: { running: { stopping?: boolean }[] } | null }[];
    };
    return digesters
      .flatMap(({ status }) => status?.running ?? [])
      .filter((job) => job.stopping !== true).length;
  });
}

test.describe("while a job runs here", () => {
  test("the badge counts it, and quitting is asked about", async ({ desktop, userData }) => {
    test.setTimeout(120_000);
    const { page } = desktop;
    const dataDir = join(userData, "data");
    const source = join(dataDir, "files", "large");
    await writeLargeMatrix(source, { markers: 120_000, samples: 500 });
    const instructions = datasetInstruction(source, join(dataDir, "loader", "digest", "large"));
    const badges = async () => (await desktop.recorded()).badges;
    await page.evaluate(
      async (body) => {
        const headers = { "content-type": "application/json" };
        await fetch("/api/v1/instructions", { method: "POST", headers, body });
      },
      JSON.stringify({ key: "large", instructions }),
    );
    await expect.poll(async () => (await badges()).at(-1), { timeout: 30_000 }).toBe(1);

    await desktop.chooseButton(1);
    await desktop.closeWindow();
    const question = "A job is running on this computer.";
    await expect.poll(async () => (await desktop.recorded()).questions).toEqual([question]);
    await expect(page.getByRole("navigation")).toBeVisible();
    expect(await page.evaluate(async () => (await fetch("/api/v1/jobs")).status)).toBe(200);

    await page.evaluate(async () => {
      const headers = { "content-type": "application/json" };
      await fetch("/api/v1/jobs/1/cancel", { method: "POST", headers, body: "{}" });
    });
    await expect.poll(() => runningHere(page), { timeout: 30_000 }).toBe(0);
    // The worker has a moment to stop, about which there is nothing to ask.
    await desktop.closeWindow();
    expect(await desktop.exited).toBe(0);
  });
});

/** The HapMap sample with its files laid out below `dataDir`, as the text of an instruction file. */
async function sampleInstruction(dataDir: string, key: string): Promise<string> {
  const crop = { name: "dev", contextPath: "/gobii-dev", dataRoots: [dataDir], excluded: [] };
  const instruction = await layOutSample("resources/samples", "hapmap", crop, key);
  return JSON.stringify(
    instruction.shape === "list" ? instruction.instructions : instruction.procedure,
  );
}

test.describe("every way to quit stops the services first", () => {
  const ways: [name: string, quit: (desktop: Desktop) => Promise<void> | void][] = [
    ["the window's cross", (desktop) => desktop.closeWindow()],
    ["app.quit", (desktop) => desktop.quit()],
    ["the menu", (desktop) => desktop.clickMenu("quit")],
    ["SIGTERM", (desktop) => void process.kill(desktop.pid, "SIGTERM")],
  ];
  for (const [name, quit] of ways) {
    test(name, async ({ desktop }) => {
      const { origin } = new URL(desktop.page.url());
      await quit(desktop);
      await endsCleanly(desktop, origin);
    });
  }

  test("and the window is back in its place the next time", async ({
    desktop,
    launch,
    userData,
  }) => {
    test.slow();
    await desktop.closeWindow();
    expect(await desktop.exited).toBe(0);
    const state: unknown = JSON.parse(await readFile(join(userData, "window.json"), "utf8"));
    expect(state).toMatchObject({ maximized: false, bounds: { width: expect.any(Number) } });
    const again = await launch({ userData });
    try {
      await expect(again.page.getByRole("navigation")).toBeVisible();
    } finally {
      await again.dispose();
    }
  });
});

test.describe("the services in a process of their own", () => {
  test.use({ environment: { DIGESTER_SERVICE_HOST: "process" } });

  test("serve the same console and end with the app", async ({ desktop }) => {
    const { origin } = new URL(desktop.page.url());
    await expect(desktop.page.getByRole("navigation")).toBeVisible();
    await desktop.quit();
    await endsCleanly(desktop, origin);
  });
});
