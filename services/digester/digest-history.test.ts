import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { openDigestHistory } from "./digest-history.ts";
import { silentLog, temporaryDirectory } from "./testing/fakes.ts";

const hour = 3_600_000;
const start = Date.UTC(2026, 10, 24, 12);

describe("the history of digests", () => {
  it("sums up by hour and submitter, and outlives the process", async () => {
    const path = join(await temporaryDirectory(), "history.json");
    const first = await openDigestHistory(path, silentLog);
    first.add({ submittedBy: "ana", bytes: 10, ms: 5, at: start });
    first.add({ submittedBy: "ana", bytes: 20, ms: 5, at: start + 1000 });
    first.add({ submittedBy: "ana", bytes: 40, ms: 5, at: start + hour });
    first.add({ submittedBy: null, bytes: 1, ms: 5, at: start });
    await first.close();
    const second = await openDigestHistory(path, silentLog);
    const expected = [
      { submittedBy: "ana", at: start, bytes: 30, jobs: 2 },
      { submittedBy: "ana", at: start + hour, bytes: 40, jobs: 1 },
      { submittedBy: null, at: start, bytes: 1, jobs: 1 },
    ];
    expect(second.usage()).toHaveLength(3);
    expect(second.usage()).toEqual(expect.arrayContaining(expected));
    expect(second.durationOf(null)).toBeCloseTo(5);
  });

  it("forgets what is too old to count", async () => {
    const history = await openDigestHistory(join(await temporaryDirectory(), "h.json"), silentLog);
    history.add({ submittedBy: "ana", bytes: 10, ms: 5, at: start });
    history.add({ submittedBy: "bo", bytes: 10, ms: 5, at: start + 100 * 24 * hour });
    expect(history.usage().map(({ submittedBy }) => submittedBy)).toEqual(["bo"]);
    await history.close();
  });

  it("expects more time for more bytes, and says nothing before it knows anything", async () => {
    const history = await openDigestHistory(join(await temporaryDirectory(), "h.json"), silentLog);
    expect(history.durationOf(100)).toBeNull();
    history.add({ submittedBy: null, bytes: 1000, ms: 100, at: start });
    const [small, large] = [history.durationOf(10) ?? 0, history.durationOf(10_000) ?? 0];
    expect(large).toBeGreaterThan(small);
    expect(history.durationOf(1000)).toBeCloseTo(100);
    await history.close();
  });

  it("begins anew when its file cannot be read", async () => {
    const path = join(await temporaryDirectory(), "history.json");
    await writeFile(path, '{"usage": [');
    expect((await openDigestHistory(path, silentLog)).usage()).toEqual([]);
  });
});
