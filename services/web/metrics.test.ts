import { describe, expect, it, onTestFinished } from "vitest";
import { applyPatch, loseAttempt, newJob } from "./jobs/job-model.ts";
import { keepStatistics } from "./jobs/statistics.ts";
import { createWebMetrics } from "./metrics.ts";
import { createMemoryStore } from "./store/memory-store.ts";
import { openLowdbStore } from "./store/lowdb-store.ts";
import { runningWeb, temporaryDir } from "./testing/running-web.ts";

const valueOf = (text: string, name: string): number =>
  Number(
    text
      .split("\n")
      .find((line) => line.startsWith(`${name} `))
      ?.split(" ")[1],
  );

describe("the metrics of the web service", () => {
  it("count jobs by status, waits, runs, lost leases and stale callbacks", async () => {
    const metrics = createWebMetrics();
    const store = createMemoryStore();
    onTestFinished(metrics.follow(store));
    const statistics = await keepStatistics(store, Date.now, metrics.waited);
    onTestFinished(() => statistics.stop());
    const claim = (attempt: number, now: number) =>
      store.update(1, (job) =>
        applyPatch(job, { digester: "d", attempt, status: "in_progress" }, now, 1000),
      );
    await store.create(newJob({ key: "a", crop: "dev" }, 1000), null);
    await store.create(newJob({ key: "b", crop: "dev" }, 1000), null);
    await claim(1, 4000);
    await store.update(1, (job) => loseAttempt(job, "Gone.", 10_000));
    await claim(2, 11_000);
    await store.update(1, (job) =>
      applyPatch(job, { digester: "d", attempt: 2, status: "completed" }, 16_000, 1000),
    );
    const about = { job: 1, key: "a", attempt: 1, digester: "e" };
    await store.record({ type: "refused", at: 17_000, ...about });
    const text = await metrics.text();
    expect(valueOf(text, 'digester_web_jobs{status="completed"}')).toBe(1);
    expect(valueOf(text, 'digester_web_jobs{status="submitted"}')).toBe(1);
    expect(valueOf(text, "digester_web_job_wait_seconds_count")).toBe(2);
    expect(valueOf(text, "digester_web_job_wait_seconds_sum")).toBe(4);
    expect(valueOf(text, 'digester_web_job_run_seconds_sum{status="completed"}')).toBe(5);
    expect(valueOf(text, "digester_web_lease_expiries_total")).toBe(1);
    expect(valueOf(text, "digester_web_stale_callbacks_total")).toBe(1);
    expect(text).toContain('digester_web_event_loop_delay_seconds{quantile="0.99"}');
  });

  it("count each write of the store", async () => {
    const metrics = createWebMetrics();
    const onWrite = metrics.storeWritten;
    const store = await openLowdbStore(await temporaryDir(), { onWarning: () => {}, onWrite });
    await store.setSetting("a", 1);
    await store.setSetting("b", 2);
    await store.close();
    const text = await metrics.text();
    expect(valueOf(text, "digester_web_store_write_seconds_count")).toBe(2);
    expect(valueOf(text, "digester_web_store_write_seconds_sum")).toBeGreaterThan(0);
  });

  it("are for those who have the token", async () => {
    const web = await runningWeb();
    expect((await fetch(`${web.url}/metrics`)).status).toBe(401);
    const headers = { authorization: `Bearer ${web.token}` };
    const answer = await fetch(`${web.url}/metrics`, { headers });
    expect(answer.headers.get("content-type")).toContain("text/plain");
    expect(await answer.text()).toContain('digester_web_jobs{status="submitted"} 0');
  });
});
