import { describe, expect, it } from "vitest";
import type { AttachedDigester } from "../../../../services/contract/digester.ts";
import type { Statistics } from "../../../../services/contract/statistics.ts";
import { digesterOf, jobOf } from "../../testing/wire.ts";
import { failureGroups } from "./failure-groups.ts";
import { endedWords, totalsOf, waitSeries, waitWords } from "./load-series.ts";
import { verdictOf } from "./verdict.ts";

const counts = { submitted: 0, in_progress: 0, completed: 0, failed: 0, aborted: 0 };
const verdict = (
  digesters: AttachedDigester[],
  rest: { submitted?: number; failedLately?: number } = {},
) =>
  verdictOf({
    counts: { ...counts, submitted: rest.submitted ?? 0 },
    digesters,
    failedLately: rest.failedLately ?? 0,
  });

describe("the verdict", () => {
  it("is well when a digester works and nothing failed, though others drain", () => {
    expect(verdict([digesterOf("a"), digesterOf("b", {}, { draining: true })]).kind).toBe("well");
  });

  it("is that nothing can run, why, and who waits", () => {
    expect(verdict([], { submitted: 2 })).toMatchObject({
      kind: "stopped",
      troubles: ["No digester is attached: start one, it attaches itself. 2 loads wait."],
    });
    const gone = digesterOf("a", { reachable: false, problem: "connection refused" });
    expect(verdict([gone], { submitted: 1 }).troubles).toEqual([
      "a, the only digester, cannot be reached: connection refused. 1 load waits.",
    ]);
    expect(verdict([gone, { ...gone, id: "b" }]).troubles).toEqual([
      "None of 2 digesters can be reached.",
    ]);
    expect(verdict([digesterOf("a", {}, { draining: true }), gone]).kind).toBe("stopped");
  });

  it("names who cannot be reached and what failed while others work", () => {
    const gone = digesterOf("b", { reachable: false, problem: "timed out" });
    expect(verdict([digesterOf("a"), gone], { failedLately: 3 })).toEqual({
      kind: "look",
      title: "Look here",
      troubles: [
        "b cannot be reached: timed out.",
        "3 loads failed in the last 24 h: see below why.",
      ],
    });
  });
});

it("does not say twice that an address cannot be reached", () => {
  const problem = "http://b:1 cannot be reached: nothing listens there.";
  const gone = digesterOf("b", { reachable: false, problem });
  expect(verdict([digesterOf("a"), gone]).troubles).toEqual([
    "b cannot be reached: nothing listens there.",
  ]);
});

const at = (file: string, line: number) =>
  `Unknown call "0/3" [/data/files/${file}/calls.vcf:${line}:12]`;
const failed = (id: number, reason: string | null) => jobOf(id, { status: "failed", reason });

describe("what failed last", () => {
  it("is told by cause, the newest first, each cause once", () => {
    const groups = failureGroups([failed(4, "b"), failed(3, "a"), failed(2, "b"), failed(1, null)]);
    expect(groups.map(({ reason, jobs }) => [reason, jobs.map(({ id }) => id)])).toEqual([
      ["b", [4, 2]],
      ["a", [3]],
      ["It failed without a word.", [1]],
    ]);
  });

  it("has one cause where only file, line and numbers differ, in the words of the newest", () => {
    const groups = failureGroups([
      failed(3, at("b", 7)),
      failed(2, at("a", 100)),
      failed(1, "Unknown call [/data/a:1:1]"),
    ]);
    expect(groups.map(({ reason, jobs }) => [reason, jobs.length])).toEqual([
      [at("b", 7), 2],
      ["Unknown call [/data/a:1:1]", 1],
    ]);
  });
});

const quiet = {
  submitted: 0,
  completed: 0,
  failed: 0,
  aborted: 0,
  lost: 0,
  started: 0,
  waitedMs: 0,
  longestWaitMs: 0,
};
const statistics: Statistics = {
  span: "hour",
  bucketMs: 60_000,
  buckets: [
    { ...quiet, at: "2026-11-24T12:00:00.000Z", started: 2, waitedMs: 4000, longestWaitMs: 3000 },
    { ...quiet, at: "2026-11-24T12:01:00.000Z", completed: 2, failed: 1, lost: 1 },
    { ...quiet, at: "2026-11-24T12:02:00.000Z", started: 1, waitedMs: 500, longestWaitMs: 500 },
  ],
};

describe("what happened over time", () => {
  it("has no waiting time where nothing began", () => {
    const [mean, longest] = waitSeries(statistics).series;
    expect(mean?.values).toEqual([2000, null, 500]);
    expect(longest?.values).toEqual([3000, null, 500]);
  });

  it("is summed up in words", () => {
    const totals = totalsOf(statistics);
    expect(endedWords(totals)).toBe(
      "2 completed, 1 failed; 1 attempt lost with their digester, and redone",
    );
    expect(waitWords(totals)).toBe("3 loads began after 1.5 s on average, 3.0 s at most");
    expect(waitWords(totalsOf({ ...statistics, buckets: [] }))).toBe("None began.");
  });
});
