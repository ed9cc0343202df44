import { describe, expect, it } from "vitest";
import type { DigesterStatus } from "../../contract/digester.ts";
import { createLog } from "../log.ts";
import { createMemoryStore } from "../store/memory-store.ts";
import { applyPatch, newJob, place } from "./job-model.ts";
import type { JobRecord } from "./job-record.ts";
import { defaultRetryPolicy } from "./retries.ts";
import { recordSync } from "./record-sync.ts";

const status: DigesterStatus = {
  id: "d",
  boot: "b",
  revision: 1,
  version: "1",
  host: "h",
  pid: 1,
  startedAt: "2026-11-24T12:00:00.000Z",
  draining: false,
  workers: 1,
  lineLimit: 10,
  dataRoots: [],
  labels: [],
  regulator: { name: "first-come", options: {} },
  running: [],
  waiting: [{ job: 1, key: "k", position: 1, reason: "Next in line.", after: null }],
  outbox: 0,
};

async function placed() {
  const store = createMemoryStore();
  await store.create(newJob({ key: "k", crop: "dev" }, 1000), null);
  await store.update(1, (job) => place(job, "d", 1000));
  const shown: JobRecord[] = [];
  const onTouch = (job: JobRecord): void => void shown.push(job);
  const sync = recordSync({
    store,
    log: createLog("silent"),
    now: () => 2000,
    retries: defaultRetryPolicy,
    onTouch,
  });
  const hear = () =>
    sync.settleDifferences({ digester: "d", status, askedAt: 1500, newLife: false });
  return { store, shown, hear };
}

describe("what a digester says of its line", () => {
  it("becomes the reason of a job that waits there", async () => {
    const { store, shown, hear } = await placed();
    await hear();
    expect(await store.job(1)).toMatchObject({ status: "submitted", reason: "Next in line." });
    expect(shown).toMatchObject([{ id: 1, reason: "Next in line." }]);
  });

  it("is not put onto a job that was claimed in between", async () => {
    const { store, shown, hear } = await placed();
    const hearing = hear();
    await store.update(1, (job) =>
      applyPatch(job, { digester: "d", attempt: 1, status: "in_progress" }, 1600, 1000),
    );
    await hearing;
    expect(await store.job(1)).toMatchObject({ status: "in_progress", reason: null });
    expect(
      shown.filter((job) => job.status !== "submitted" || job.reason !== "Next in line."),
    ).toEqual([]);
  });
});
