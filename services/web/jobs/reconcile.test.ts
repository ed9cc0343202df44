import { describe, expect, it } from "vitest";
import type { DigesterStatus } from "../../contract/digester.ts";
import { newJob } from "./job-model.ts";
import type { JobRecord } from "./job-record.ts";
import { reconcile } from "./reconcile.ts";

const status: DigesterStatus = {
  id: "d",
  boot: "b",
  revision: 1,
  version: "1",
  host: "h",
  pid: 1,
  startedAt: new Date(0).toISOString(),
  draining: false,
  workers: 1,
  lineLimit: 10,
  dataRoots: [],
  labels: [],
  regulator: { name: "fifo", options: {} },
  running: [],
  waiting: [],
  outbox: 0,
};

const job = (fields: Partial<JobRecord>): JobRecord => ({
  ...newJob({ key: "k", crop: "dev" }, 0),
  id: 1,
  reason: "In the line of d.",
  ...fields,
});

const waiting = [{ job: 1, key: "k", position: 1, reason: "All busy.", after: null }];
const running = (attempt: number) => [
  {
    job: 1,
    key: "k",
    attempt,
    step: "validating" as const,
    progress: 0,
    startedAt: status.startedAt,
  },
];
const runs = { status: "in_progress" as const, digester: "d", attempt: 2, startedAt: 50 };

const findings = (
  record: Partial<JobRecord>,
  said: Partial<DigesterStatus> = {},
  heard: { askedAt?: number; newLife?: boolean } = {},
) =>
  reconcile(
    {
      digester: "d",
      status: { ...status, ...said },
      askedAt: heard.askedAt ?? 100,
      newLife: heard.newLife ?? false,
    },
    [job(record)],
  ).map(({ kind }) => kind);

describe("comparing a digester's word with the record", () => {
  it.each<[string, string[], Parameters<typeof findings>]>([
    ["what it ran in an earlier life is lost", ["lost"], [runs, {}, { newLife: true }]],
    ["what it runs in this life is not", [], [runs, { running: running(2) }, { newLife: true }]],
    [
      "an older attempt in this life does not count",
      ["lost"],
      [runs, { running: running(1) }, { newLife: true }],
    ],
    [
      "what was claimed after we asked is not lost",
      [],
      [{ ...runs, startedAt: 150 }, {}, { newLife: true }],
    ],
    ["in the same life nothing is lost", [], [runs]],
    ["another's run is not its matter", [], [{ ...runs, digester: "e" }, {}, { newLife: true }]],
    ["what it does not have any more is missing", ["missing"], [{ digester: "d" }]],
    ["what was placed after we asked is not", [], [{ digester: "d", updatedAt: 150 }]],
    ["what it is just beginning is not", [], [{ digester: "d" }, { running: running(1) }]],
    ["another's place is not its matter", [], [{ digester: "e" }, { waiting }]],
    ["what it took by itself is noted", ["taken"], [{ digester: null }, { waiting }]],
    ["not while it drains", [], [{ digester: null }, { waiting, draining: true }]],
    ["nor what is held", [], [{ digester: null, held: true }, { waiting }]],
    ["a reason is passed on", ["reason"], [{ digester: "d" }, { waiting }]],
    ["once", [], [{ digester: "d", reason: "All busy." }, { waiting }]],
  ])("%s", (_what, kinds, given) => {
    expect(findings(...given)).toEqual(kinds);
  });
});
