import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { newJob } from "./job-model.ts";
import type { JobRecord } from "./job-record.ts";
import { choose, fits, loadsOf, movesFrom, type Candidate } from "./placement.ts";

const candidate = (fields: Partial<Candidate> = {}): Candidate => ({
  id: "a",
  problem: null,
  silent: false,
  draining: false,
  paused: false,
  workers: 2,
  lineLimit: 4,
  revision: 1,
  waiting: [],
  running: [],
  dataRoots: [],
  labels: [],
  ...fields,
});

const job = (id: number, fields: Partial<JobRecord> = {}): JobRecord => ({
  ...newJob({ key: `k${id}`, crop: "dev" }, 0),
  id,
  ...fields,
});

const chosen = (
  candidates: Candidate[],
  unsettled: JobRecord[] = [],
  paths = ["/data/a"],
  refusals?: Map<string, string>,
  labels: string[] = [],
) => choose({ paths, labels }, loadsOf(candidates, unsettled).values(), refusals);

describe("choosing a digester", () => {
  it("takes a paused one only where nobody else is", () => {
    const paused = candidate({ id: "a", paused: true });
    const full = candidate({ id: "b", running: [1, 2], waiting: [3] });
    expect(chosen([paused, full]).digester).toBe("b");
    expect(chosen([paused]).digester).toBe("a");
  });

  it("takes one that sees the data, before one that fetches it, before one whose hands are full", () => {
    const far = candidate({ id: "far", fetches: true, workers: 1 });
    const near = candidate({ id: "near", workers: 1 });
    const busy = { running: [1] };
    expect(chosen([far, near]).digester).toBe("near");
    expect(chosen([far, { ...near, ...busy }]).digester).toBe("far");
    expect(
      chosen([
        { ...far, ...busy },
        { ...near, ...busy },
      ]).digester,
    ).toBe("near");
  });

  it("takes the least loaded for its size, counting what it was just given", () => {
    const small = candidate({ id: "small", workers: 1 });
    const large = candidate({ id: "large", workers: 4, running: [7, 8] });
    expect(chosen([small, large]).digester).toBe("small");
    const given = [job(1, { digester: "small" })];
    expect(chosen([small, large], given).digester).toBe("large");
  });

  it.each<[string, Candidate[], RegExp]>([
    ["nobody is attached", [], /^No digester is attached\. Attach one under Digesters, or/],
    ["nobody is reachable", [candidate({ problem: "nothing listens" })], /reachable. a: nothing/],
    ["everybody drains", [candidate({ draining: true })], /draining/],
    ["every line is full", [candidate({ waiting: [1, 2, 3, 4] })], /full/],
    ["nobody reads there", [candidate({ dataRoots: ["/other"] })], /can read \/data\/a$/],
    [
      "the only one that reads there is full",
      [candidate({ waiting: [1, 2, 3, 4] }), candidate({ id: "b", dataRoots: ["/other"] })],
      /The line of every digester that can take it is full/,
    ],
  ])("says why not when %s", (_what, candidates, words) => {
    const choice = chosen(candidates);
    expect(choice.digester).toBeNull();
    expect(choice.reason).toMatch(words);
  });

  it("does not ask again who refused it, and says what was said", () => {
    const refusals = new Map([["a", "a refuses it: no such type"]]);
    expect(chosen([candidate()], [], [], refusals).reason).toBe("a refuses it: no such type");
    const both = [candidate(), candidate({ id: "b" })];
    expect(chosen(both, [], [], refusals).digester).toBe("b");
  });

  it("gives a job that asks for labels to a digester only that carries all of them", () => {
    const plain = candidate();
    const wheat = candidate({ id: "b", labels: ["wheat"], running: [1, 2] });
    const both = candidate({ id: "c", labels: ["wheat", "big-memory"], running: [3, 4, 5] });
    const place = (labels: string[], among = [plain, wheat, both]) =>
      chosen(among, [], ["/data/a"], undefined, labels);
    expect(place([]).digester).toBe("a");
    expect(place(["wheat"]).digester).toBe("b");
    expect(place(["big-memory", "wheat"]).digester).toBe("c");
    expect(place(["rice"]).reason).toBe(
      "No attached digester that takes work carries the label rice.",
    );
    expect(place(["wheat", "big-memory"], [plain, wheat]).reason).toMatch(
      /carries all of the labels wheat, big-memory/,
    );
  });

  it("gives either a digester that can take the job, or a reason that is not empty", () => {
    const candidates = fc.uniqueArray(
      fc.record({
        id: fc.constantFrom("a", "b", "c", "d"),
        silent: fc.boolean(),
        problem: fc.constantFrom(null, null, "gone"),
        draining: fc.boolean(),
        paused: fc.boolean(),
        workers: fc.integer({ min: 1, max: 4 }),
        lineLimit: fc.nat({ max: 3 }),
        revision: fc.constant(1),
        waiting: fc.array(fc.nat(), { maxLength: 3 }),
        running: fc.array(fc.nat(), { maxLength: 3 }),
        dataRoots: fc.constantFrom([], ["/data"], ["/other"]),
        labels: fc.subarray(["wheat", "big-memory"]),
      }),
      { selector: ({ id }) => id },
    );
    const place = fc.constantFrom("/data/a", "/other/b", "/data2");
    const wanted = fc.subarray(["wheat", "big-memory"]);
    fc.assert(
      fc.property(candidates, place, wanted, (all, path, labels) => {
        const choice = chosen(all, [], [path], undefined, labels);
        const able = all.filter(
          ({ problem, draining, waiting, lineLimit, dataRoots, labels: carried }) =>
            problem === null &&
            !draining &&
            waiting.length < lineLimit &&
            fits(candidate({ dataRoots, labels: carried }), { paths: [path], labels }),
        );
        expect(choice.digester === null).toBe(able.length === 0);
        expect(able.map(({ id }) => id)).toEqual(
          expect.arrayContaining([choice.digester].filter(Boolean)),
        );
        expect(choice.reason).not.toBe("");
      }),
    );
  });
});

describe("moving waiting jobs", () => {
  const placed = [1, 2, 3].map((id) => job(id, { digester: "busy" }));
  const moves = (candidates: Candidate[], jobs = placed, may = (): boolean => true) =>
    movesFrom(jobs, loadsOf(candidates, jobs), may).map((move) => [move.job.id, move.digester]);

  it("gives the last of a long line to one who can begin at once, and no more", () => {
    const busy = candidate({ id: "busy", workers: 1, running: [9] });
    const idle = candidate({ id: "idle", workers: 2 });
    expect(moves([busy, idle])).toEqual([
      [3, "idle"],
      [2, "idle"],
    ]);
    expect(moves([busy, candidate({ id: "idle", workers: 2, running: [7, 8] })])).toEqual([]);
  });

  it("leaves a job where it will begin at once anyway", () => {
    const calm = candidate({ id: "busy", workers: 4 });
    expect(moves([calm, candidate({ id: "idle", workers: 4 })])).toEqual([]);
  });

  it("does not wait for one that has just fallen silent, as far as another can begin at once", () => {
    const silent = candidate({ id: "busy", problem: "connection refused", silent: true });
    expect(moves([silent, candidate({ id: "idle", workers: 2 })])).toEqual([
      [3, "idle"],
      [2, "idle"],
    ]);
    const unknown = candidate({ id: "busy", workers: 3, problem: "not heard from yet" });
    expect(moves([unknown, candidate({ id: "idle", workers: 2 })])).toEqual([]);
  });

  it("leaves the line of one that is paused, but for what another could begin at once", () => {
    const paused = candidate({ id: "busy", paused: true, workers: 3 });
    expect(moves([paused, candidate({ id: "idle", workers: 1 })])).toEqual([[3, "idle"]]);
    expect(moves([paused, candidate({ id: "full", running: [7, 8] })])).toEqual([]);
    expect(moves([paused, candidate({ id: "other", paused: true })])).toEqual([]);
  });

  it("empties the line of one that drains, into any line with room that reads there", () => {
    const draining = candidate({ id: "busy", draining: true });
    const other = candidate({ id: "other", running: [7, 8], lineLimit: 2 });
    expect(moves([draining, other])).toEqual([
      [3, "other"],
      [2, "other"],
    ]);
    expect(moves([draining, other], placed, () => false)).toEqual([]);
    expect(moves([draining, candidate({ id: "other", problem: "gone" })])).toEqual([]);
  });
});
