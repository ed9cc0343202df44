import { mkdtemp, realpath, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { APIRequestContext, Page } from "@playwright/test";
import { expect, test } from "./fixtures.ts";
import { storeManyJobs } from "./many-jobs.ts";
import { startServices } from "./services-process.ts";

/**
 * How the list of jobs feels with much in it. Times are printed, not judged: they are those of this machine at this moment.
 */

const jobsStored = Number(process.env["PERFORMANCE_JOBS"] ?? 50_000);
const eventsPerSecond = 50;
/** An hour of a busy site, at a job a second with a few events each. */
const hourOfEvents = Number(process.env["PERFORMANCE_EVENTS"] ?? 10_000);
/** What the console may hold of them in its list of events: 2000 that came and 1000 from before. */
const mostKeptEvents = 3000;

test.describe("performance", () => {
  test.setTimeout(600_000);

  test("scrolls a long list while events arrive, and keeps its memory", async ({
    browser,
    playwright,
  }) => {
    const directory = await realpath(await mkdtemp(join(tmpdir(), "digester-performance-")));
    const dataDir = join(directory, "data");
    const stored = await timed(() => storeManyJobs(dataDir, jobsStored));
    const started = await timed(() =>
      startServices(["web", "--port", "0", "--data", dataDir], {
        XDG_DATA_HOME: join(directory, "state"),
      }),
    );
    const { url, token } = started.value.announcement;
    const api = await playwright.request.newContext({
      baseURL: url,
      extraHTTPHeaders: { authorization: `Bearer ${token}` },
    });
    const context = await browser.newContext({ baseURL: url });
    try {
      const page = await context.newPage();
      await page.goto(`/?token=${encodeURIComponent(token)}`);
      await page.goto("/jobs");
      await expect(page.locator("tbody tr a").first()).toBeVisible();
      const paint = await page.evaluate(
        () => performance.getEntriesByName("first-contentful-paint")[0]?.startTime ?? 0,
      );
      const held = await heldJobs(api);
      const list = page.getByRole("region", { name: "List of jobs" });
      await expect(list).toBeVisible();

      const calm = await measured(page, () => scroll(page));
      await expectNoGaps(page);
      const events = makeEvents(api, held);
      const busy = await measured(page, () => scroll(page));
      const sent = await events.stop();
      await expectNoGaps(page);

      const toEnd = await timed(async () => {
        await list.focus();
        await page.keyboard.press("End");
        await expect(page.locator("tbody tr").last().locator("a")).toBeVisible();
      });
      await expectNoGaps(page);
      const searched = await timed(async () => {
        await page.getByLabel("Search jobs").fill("name:_00042");
        await expect(page.getByText("1 job", { exact: true })).toBeVisible();
      });
      await page.getByLabel("Search jobs").fill("");
      await expect(page.locator("tbody tr a").nth(5)).toBeVisible();

      const before = await usedMegabytes(page);
      await manyEvents(api, held, hourOfEvents);
      await expect(page.getByText("live", { exact: true })).toBeVisible();
      const after = await usedMegabytes(page);
      await page.getByRole("link", { name: "Activity" }).click();
      const kept = page.getByRole("table", { name: "Events, newest first" });
      await expect(kept).toBeVisible();
      const keptEvents = Number(await kept.getAttribute("aria-rowcount"));

      print([
        [
          "jobs",
          `${jobsStored}, stored in ${seconds(stored.ms)}, service up in ${seconds(started.ms)}`,
        ],
        ["first paint", `${Math.round(paint)} ms`],
        ["scrolling, calm", frames(calm.value)],
        ["", ownWork(calm)],
        [`scrolling, ${sent} events`, frames(busy.value)],
        ["", ownWork(busy)],
        ["End key to the last row", `${Math.round(toEnd.ms)} ms`],
        ["search to its row", `${Math.round(searched.ms)} ms`],
        [`memory, ${hourOfEvents} events later`, `${before} MB → ${after} MB of script heap`],
        ["events kept", String(keptEvents)],
      ]);
      expect(calm.value.length, "frames were drawn").toBeGreaterThan(10);
      expect(busy.value.length, "frames were drawn").toBeGreaterThan(10);
      expect(keptEvents, "events are kept").toBeGreaterThan(0);
      // Those that were looked up when the page opened, and the newest that came since.
      expect(keptEvents, "not all events are kept").toBeLessThanOrEqual(mostKeptEvents);
    } finally {
      await api.dispose();
      await context.close();
      await started.value.stop();
      await rm(directory, { recursive: true, force: true });
    }
  });
});

async function timed<T>(work: () => Promise<T>): Promise<{ value: T; ms: number }> {
  const begun = performance.now();
  const value = await work();
  return { value, ms: performance.now() - begun };
}

interface Measured {
  /** Milliseconds of each frame. */
  readonly value: readonly number[];
  /** Milliseconds that the page's own thread spent on each kind of work. */
  readonly spent: Readonly<Record<"script" | "style" | "layout", number>>;
}

/** Times of frames are those of a busy machine; what the page spent itself is not. */
async function measured(page: Page, run: () => Promise<number[]>): Promise<Measured> {
  const session = await page.context().newCDPSession(page);
  await session.send("Performance.enable", { timeDomain: "threadTicks" });
  const read = async () => {
    const { metrics } = await session.send("Performance.getMetrics");
    const of = (name: string) => 1000 * (metrics.find((one) => one.name === name)?.value ?? 0);
    return {
      script: of("ScriptDuration"),
      style: of("RecalcStyleDuration"),
      layout: of("LayoutDuration"),
    };
  };
  const before = await read();
  const value = await run();
  const after = await read();
  await session.detach();
  return {
    value,
    spent: {
      script: after.script - before.script,
      style: after.style - before.style,
      layout: after.layout - before.layout,
    },
  };
}

/** Every place of the list that is in sight holds the row of a job, once what was scrolled to is drawn. */
async function expectNoGaps(page: Page): Promise<void> {
  await expect(page.locator("tbody tr[aria-busy]")).toHaveCount(0);
  await expect(async () => {
    const { rows, height } = await rowsInSight(page);
    expect(rows.filter(({ name }) => name === "")).toEqual([]);
    expect(new Set(rows.map(({ name }) => name)).size, "each job once").toBe(rows.length);
    const first = rows[0]?.index ?? 0;
    expect(rows.map(({ index }) => index)).toEqual(rows.map((_, place) => first + place));
    const filled = rows.reduce((sum, row) => sum + row.height, 0);
    expect(filled, "the rows fill the height of the list").toBeGreaterThanOrEqual(height - 2);
  }).toPass({ timeout: 5000 });
}

/** The rows that the list shows, from the top, and its height in pixels without its head. */
function rowsInSight(page: Page) {
  return page.getByRole("region", { name: "List of jobs" }).evaluate((list) => {
    const { top, bottom } = list.getBoundingClientRect();
    const head = list.querySelector("thead")?.getBoundingClientRect().bottom ?? top;
    const rows = [...list.querySelectorAll("tbody tr")]
      .map((row) => ({ box: row.getBoundingClientRect(), row }))
      .filter(({ box }) => box.bottom > head && box.top < bottom)
      .map(({ box, row }) => ({
        index: Number(row.getAttribute("aria-rowindex")),
        height: box.height,
        name: row.querySelector("a")?.textContent ?? "",
      }))
      .toSorted((a, b) => a.index - b.index);
    return { rows, height: bottom - head };
  });
}

/** The numbers of some jobs that nobody takes up, so that events come of what is asked here alone. */
async function heldJobs(api: APIRequestContext): Promise<readonly number[]> {
  const answer = await api.get("/api/v1/jobs?q=status:held&limit=200");
  const { jobs } = (await answer.json()) as { jobs: { id: number }[] };
  expect(jobs.length).toBeGreaterThan(0);
  return jobs.map(({ id }) => id);
}

/** Scrolls for five seconds, a screen in some ten frames, and answers the milliseconds of each frame. */
function scroll(page: Page): Promise<number[]> {
  return page.evaluate(
    () =>
      new Promise<number[]>((resolve) => {
        const list = document.querySelector('[aria-label="List of jobs"]');
        const times: number[] = [];
        const begun = performance.now();
        let last = begun;
        const step = (now: number): void => {
          times.push(now - last);
          last = now;
          list?.scrollBy(0, 80);
          if (now - begun < 5000) requestAnimationFrame(step);
          else resolve(times.slice(1));
        };
        requestAnimationFrame(step);
      }),
  );
}

/** Changes priorities at an even pace until it is stopped; answers how many times it did. */
function makeEvents(api: APIRequestContext, jobs: readonly number[]) {
  let sent = 0;
  const pending: Promise<unknown>[] = [];
  const timer = setInterval(() => {
    const job = jobs[sent % jobs.length] ?? 1;
    pending.push(
      api.post(`/api/v1/jobs/${job}/priority`, { data: { priority: (sent++ % 90) + 1 } }),
    );
  }, 1000 / eventsPerSecond);
  return {
    async stop(): Promise<number> {
      clearInterval(timer);
      await Promise.all(pending);
      return sent;
    },
  };
}

/** As many events as fast as the service makes them. */
async function manyEvents(
  api: APIRequestContext,
  ids: readonly number[],
  count: number,
): Promise<void> {
  for (let sent = 0, turn = 100; sent < count; sent += ids.length, turn++) {
    await api.post("/api/v1/jobs/actions", {
      data: { action: "priority", ids, priority: turn % 900 },
    });
  }
}

/** Script heap in use after a collection, in whole megabytes. */
async function usedMegabytes(page: Page): Promise<number> {
  const session = await page.context().newCDPSession(page);
  await session.send("HeapProfiler.collectGarbage");
  const { usedSize } = await session.send("Runtime.getHeapUsage");
  await session.detach();
  return Math.round(usedSize / 1e6);
}

function frames(times: readonly number[]): string {
  const sorted = times.toSorted((a, b) => a - b);
  const at = (share: number): string => {
    const place = Math.min(sorted.length - 1, Math.floor(sorted.length * share));
    return (sorted[place] ?? 0).toFixed(1);
  };
  const above = (ms: number): string => {
    const share = times.filter((one) => one > ms).length / times.length;
    return `${Math.round(100 * share)} % above ${ms} ms`;
  };
  return (
    `${times.length} frames in 5 s; ms a frame p50 ${at(0.5)}, p95 ${at(0.95)}, p99 ${at(0.99)}; ` +
    // Frames are told to a tenth of a millisecond and come every 16.7.
    `${above(16.8)}, ${above(33.5)}`
  );
}

/** What the page itself did for a frame: the machine may have had other work. */
function ownWork({ value, spent }: Measured): string {
  const each = (ms: number): string => (ms / value.length).toFixed(1);
  return `of which the page: script ${each(spent.script)} ms, style ${each(spent.style)} ms, layout ${each(spent.layout)} ms`;
}

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(1)} s`;
}

function print(lines: readonly (readonly [string, string])[]): void {
  const width = Math.max(...lines.map(([name]) => name.length));
  const text = lines.map(([name, value]) => `  ${name.padEnd(width)}  ${value}`).join("\n");
  process.stdout.write(`\n${text}\n`);
}
