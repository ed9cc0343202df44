import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { chooseRegulator, listRegulators, type ChosenRegulator } from "./index.ts";
import type { QueuedJob, Situation } from "./regulator.ts";
import { makeJob, makeNode, play, situations } from "./testing.ts";

const minute = 60_000;
const hour = 60 * minute;
const noon = Date.UTC(2026, 10, 24, 12);

const choose = (name: string, options: Record<string, unknown> = {}): ChosenRegulator =>
  chooseRegulator({ name, options });

const at = (given: Partial<Situation>): Situation => ({
  waiting: [],
  running: [],
  node: makeNode(1, 0),
  usage: [],
  now: noon,
  ...given,
});

const startedJobs = (regulator: ChosenRegulator, waiting: readonly QueuedJob[]): string[] =>
  play(regulator, waiting).map(({ id }) => id);

/** Keeps a line full of rivals, and tells after how many starts of theirs the one job has its turn. */
function startsBefore(
  regulator: ChosenRegulator,
  victim: QueuedJob,
  rival: (turn: number, now: number) => QueuedJob,
  limit: number,
  before: Situation["usage"] = [],
): number {
  let now = noon;
  let usage = before;
  for (let turn = 0; turn < limit; turn += 1) {
    const waiting = [
      victim,
      rival(3 * turn, now),
      rival(3 * turn + 1, now),
      rival(3 * turn + 2, now),
    ];
    const { start } = regulator.decide(at({ waiting, node: makeNode(1, 1), usage, now }));
    if (start.includes(victim.id)) return turn;
    const started = waiting.find(({ id }) => start.includes(id));
    usage = [
      ...usage,
      {
        submittedBy: started?.submittedBy ?? null,
        at: now,
        bytes: started?.sourceBytes ?? 0,
        jobs: 1,
      },
    ];
    now += minute;
  }
  return limit;
}

describe("every strategy", () => {
  it.each(listRegulators().map(({ name }) => name))(
    "%s lets those go first that a person put at the front, the latest before all",
    (name) => {
      const rivals = [1, 2, 3].map((job) => makeJob(job, { priority: 9, sourceBytes: 10 }));
      const bumped = [
        makeJob(4, { front: noon - 2, priority: -5, sourceBytes: 1e7, submittedBy: "ana" }),
        makeJob(5, { front: noon - 1, priority: -9, sourceBytes: 1e8, submittedBy: "ana" }),
      ];
      const { start, waiting } = choose(name).decide(
        at({ waiting: [...rivals, ...bumped], node: makeNode(1, 1) }),
      );
      expect(start).toEqual([bumped[1]!.id]);
      expect(waiting[0]).toMatchObject({
        id: bumped[0]!.id,
        reason: expect.stringContaining("put at the front"),
      });
    },
  );
});

describe("priority with aging", () => {
  it("starts the most urgent first, and says what the waiting is worth", () => {
    const regulator = choose("priority", { agingMinutes: 10 });
    const waiting = [
      makeJob(1, { submittedAt: noon - 25 * minute, priority: 1 }),
      makeJob(2, { submittedAt: noon, priority: 4 }),
    ];
    const { waiting: told } = regulator.decide(at({ waiting }));
    expect(told.map(({ reason }) => reason)).toEqual([
      "Next in line: priority 4; starts when a worker is free.",
      "Second in line: priority 3 (1, and 2 for 25 min of waiting); starts when a worker is free.",
    ]);
  });

  it("starves nobody: a job is overtaken no longer than its priority is behind", () => {
    const regulator = choose("priority", { agingMinutes: 5 });
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 20 }), (behind) => {
        const victim = makeJob(1000, { submittedAt: noon, priority: 0 });
        const rival = (turn: number, now: number): QueuedJob =>
          makeJob(2000 + turn, { submittedAt: now, priority: behind });
        // A turn is a minute.
        expect(startsBefore(regulator, victim, rival, 1000)).toBeLessThanOrEqual(behind * 5);
      }),
    );
  });
});

describe("fair share", () => {
  it("gives turns to whoever had less, whatever the others queue", () => {
    const regulator = choose("fair-share");
    const crowd = Array.from({ length: 20 }, (_, i) => makeJob(i + 1, { submittedBy: "ana" }));
    const one = makeJob(99, { submittedBy: "bo" });
    expect(startedJobs(regulator, [...crowd, one]).indexOf(one.id)).toBe(1);
  });

  it("forgets by half-life", () => {
    const waiting = [makeJob(1, { submittedBy: "ana" }), makeJob(2, { submittedBy: "bo" })];
    const usage = [
      { submittedBy: "ana", at: noon - 48 * hour, bytes: 4e9, jobs: 1 },
      { submittedBy: "bo", at: noon - hour, bytes: 2e9, jobs: 1 },
    ];
    const next = (halfLifeHours: number): string | undefined =>
      choose("fair-share", { halfLifeHours }).decide(at({ waiting, usage })).waiting[0]?.id;
    expect(next(24)).toBe(makeJob(1).id);
    expect(next(300)).toBe(makeJob(2).id);
  });

  it("tells what somebody had", () => {
    const usage = [{ submittedBy: "ana", at: noon, bytes: 2e9, jobs: 1 }];
    const waiting = [makeJob(1, { submittedBy: "ana" })];
    const decision = choose("fair-share", { weights: { ana: 2 } }).decide(at({ waiting, usage }));
    expect(decision.waiting[0]?.reason).toBe(
      "Next in line: fair share: ana had 2.0 GB digested of late at weight 2; starts when a worker is free.",
    );
  });

  it("respects weights: while both wait, each has their part of the bytes, but for one job", () => {
    const sizes = fc.array(fc.integer({ min: 1e6, max: 5e7 }), { minLength: 30, maxLength: 60 });
    fc.assert(
      fc.property(sizes, fc.integer({ min: 1, max: 5 }), (bytes, weight) => {
        const regulator = choose("fair-share", { weights: { ana: weight }, halfLifeHours: 336 });
        const waiting = bytes.map((sourceBytes, i) =>
          makeJob(i + 1, { sourceBytes, submittedBy: i % 2 === 0 ? "ana" : "bo" }),
        );
        const byId = new Map(waiting.map((job) => [job.id, job]));
        const left = { ana: Math.ceil(bytes.length / 2), bo: Math.floor(bytes.length / 2) };
        const had = { ana: 0, bo: 0 };
        const { waiting: line } = regulator.decide(at({ waiting }));
        for (const { id } of line) {
          if (left.ana === 0 || left.bo === 0) break;
          const job = byId.get(id);
          const name = job?.submittedBy === "ana" ? "ana" : "bo";
          left[name] -= 1;
          had[name] += (job?.sourceBytes ?? 0) + 1e6;
          expect(Math.abs(had.ana / weight - had.bo)).toBeLessThanOrEqual(5.1e7);
        }
      }),
    );
  });

  it("starves nobody: the bytes of others before somebody's turn are bounded by what that one had", () => {
    const regulator = choose("fair-share", { halfLifeHours: 336 });
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 50 }), (size) => {
        const victim = makeJob(1000, { submittedBy: "ana", submittedAt: noon });
        const rival = (turn: number): QueuedJob =>
          makeJob(2000 + turn, { submittedBy: "bo", submittedAt: 0, sourceBytes: size * 1e6 });
        expect(startsBefore(regulator, victim, rival, 100)).toBeLessThanOrEqual(1);
      }),
    );
  });
});

describe("fair share with names that are new every time", () => {
  it("lets them pass nobody who waited before, whatever that one had", () => {
    const had = fc.record({ bytes: fc.integer({ min: 0, max: 1e13 }), jobs: fc.nat(1000) });
    fc.assert(
      fc.property(had, fc.integer({ min: 1, max: 3 }), (before, jobsEach) => {
        const regulator = choose("fair-share");
        const victim = makeJob(1, { submittedBy: "ana", submittedAt: noon });
        const ana = { submittedBy: "ana", at: noon - hour, ...before };
        const stranger = (turn: number, now: number): QueuedJob =>
          makeJob(2000 + turn, {
            submittedBy: `new-${Math.floor(turn / jobsEach)}`,
            submittedAt: now + 1,
          });
        expect(startsBefore(regulator, victim, stranger, 50, [ana])).toBe(0);
      }),
    );
  });

  it("still lets somebody who had little catch up with somebody who had much", () => {
    const usage = [{ submittedBy: "ana", at: noon - hour, bytes: 1e9, jobs: 1 }];
    const crowd = Array.from({ length: 20 }, (_, i) =>
      makeJob(i + 1, { submittedBy: "ana", submittedAt: noon - 1000 }),
    );
    const one = makeJob(99, { submittedBy: "bo", submittedAt: noon });
    const { waiting } = choose("fair-share").decide(at({ waiting: [...crowd, one], usage }));
    expect(waiting.findIndex(({ id }) => id === one.id)).toBeLessThanOrEqual(1);
  });
});

const smallRival = (turn: number, now: number): QueuedJob =>
  makeJob(2000 + turn, { submittedAt: now, sourceBytes: 10 });

describe("shortest first", () => {
  it("starts small sources first, and those of unknown size last", () => {
    const waiting = [
      makeJob(1, { sourceBytes: null, submittedAt: noon }),
      makeJob(2, { sourceBytes: 5e9, submittedAt: noon }),
      makeJob(3, { sourceBytes: 1000, submittedAt: noon }),
    ];
    const { waiting: told } = choose("shortest-first").decide(at({ waiting }));
    expect(told.map(({ reason }) => reason.split(";")[0])).toEqual([
      "Next in line: shortest first, and it has 1.0 kB to read",
      "Second in line: shortest first, and it has 5.0 GB to read",
      "Third in line: shortest first, and the size of its source is not known",
    ]);
  });

  it("starves nobody: a large job is passed over no longer than the bound", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 90 }), (longestWaitMinutes) => {
        const regulator = choose("shortest-first", { longestWaitMinutes });
        const victim = makeJob(1, { sourceBytes: 1e12, submittedAt: noon });
        expect(startsBefore(regulator, victim, smallRival, 1000)).toBe(longestWaitMinutes + 1);
      }),
    );
  });
});

describe("resource budget", () => {
  const running = [{ ...makeJob(1), memoryBytes: 3e9, startedAt: noon }];
  const node = makeNode(4, 3);

  it("keeps within memory, cores and readers of a file system", () => {
    const big = makeJob(2, { memoryBytes: 4e9, enteredAt: noon });
    const reasonOf = (regulator: ChosenRegulator): string | undefined =>
      regulator.decide(at({ waiting: [big], running, node })).waiting[0]?.reason;
    expect(reasonOf(choose("resource-budget", { memoryPercent: 80 }))).toBe(
      "Waits for memory: it needs about 4.0 GB, and 3.0 GB of 6.4 GB are taken; may start after job 1 (job-1).",
    );
    expect(reasonOf(choose("resource-budget", { memoryPercent: 100, cores: 1 }))).toBe(
      "Waits for a core: 1 of 1 are taken; may start after job 1 (job-1).",
    );
    expect(
      reasonOf(choose("resource-budget", { memoryPercent: 100, readersPerFileSystem: 1 })),
    ).toBe(
      "Waits for the file system /data, from which 1 job reads already; may start after job 1 (job-1).",
    );
    expect(reasonOf(choose("resource-budget", { memoryPercent: 100 }))).toBeUndefined();
  });

  it("never has more at once than the budget allows, but for one job alone", () => {
    const regulator = choose("resource-budget", { cores: 3, readersPerFileSystem: 2 });
    fc.assert(
      fc.property(situations, (situation) => {
        const empty = { ...situation, running: [], node: makeNode(6, 6) };
        const { start } = regulator.decide(empty);
        const chosen = empty.waiting.filter(({ id }) => start.includes(id));
        const memory = chosen.reduce((sum, job) => sum + job.memoryBytes, 0);
        expect(chosen.length <= 1 || memory <= 6.4e9).toBe(true);
        expect(chosen.length).toBeLessThanOrEqual(3);
        for (const place of ["/data", "/mnt/nfs"]) {
          const readers = chosen.filter(({ fileSystems }) => fileSystems.includes(place));
          expect(readers.length).toBeLessThanOrEqual(2);
        }
        expect(chosen.length > 0 || empty.waiting.length === 0).toBe(true);
      }),
    );
  });

  it("lets small ones pass a large one for a while, then keeps room free for it", () => {
    const regulator = choose("resource-budget", { overtakeMinutes: 30 });
    const waiting = [
      makeJob(2, { memoryBytes: 6e9, enteredAt: noon }),
      makeJob(3, { memoryBytes: 1e8, enteredAt: noon }),
    ];
    const decideAt = (now: number) => regulator.decide(at({ waiting, running, node, now }));
    expect(decideAt(noon).start).toEqual([makeJob(3).id]);
    const { start, waiting: told } = decideAt(noon + 31 * minute);
    expect(start).toEqual([]);
    expect(told[1]).toMatchObject({
      reason: "Waits because room is kept free for job 2 (job-2), which has waited 31 min for it.",
      after: makeJob(2).id,
    });
  });
});

describe("time window", () => {
  const heavy = makeJob(1, { sourceBytes: 3e9 });
  const light = makeJob(2, { sourceBytes: 1e6 });
  const options = { from: "20:00", to: "06:00", heavyMb: 1000, timeZone: "UTC" };
  const regulator = choose("time-window", options);
  const decideAt = (now: number) =>
    regulator.decide(at({ waiting: [heavy, light], node: makeNode(2, 2), now }));

  it("lets heavy jobs wait for the night, and says until when", () => {
    const { start, waiting } = decideAt(noon + 30_500);
    expect(start).toEqual([light.id]);
    expect(waiting).toEqual([
      {
        id: heavy.id,
        reason:
          "Waits until 20:00 (UTC): it has 3.0 GB to read, and jobs above 1.0 GB start between 20:00 and 06:00 only.",
        after: null,
        until: Date.UTC(2026, 10, 24, 20),
      },
    ]);
  });

  it("is open from its first minute to its last, over midnight, in its own time zone", () => {
    const isOpen = (hours: number, minutes: number): boolean =>
      decideAt(Date.UTC(2026, 10, 24, hours, minutes)).start.includes(heavy.id);
    const times = [isOpen(19, 59), isOpen(20, 0), isOpen(0, 0), isOpen(5, 59), isOpen(6, 0)];
    expect(times).toEqual([false, true, true, true, false]);
    const tokyo = choose("time-window", { ...options, timeZone: "Asia/Tokyo" });
    const situation = at({ waiting: [heavy], node: makeNode(1, 1), now: noon });
    expect(tokyo.decide(situation).start).toEqual([heavy.id]);
  });

  it("is foreseen: the heavy job starts when it opens", () => {
    const starts = play(regulator, [heavy, light], { now: noon });
    expect(starts).toEqual([
      { id: light.id, at: noon },
      { id: heavy.id, at: Date.UTC(2026, 10, 24, 20) },
    ]);
  });

  it("refuses times and zones that are none", () => {
    expect(() => choose("time-window", { from: "24:00" })).toThrow("time of day");
    expect(() => choose("time-window", { timeZone: "Mars/Olympus" })).toThrow("time zone");
  });
});

describe("a combination", () => {
  const regulator = choose("combination", {
    parts: [
      { name: "time-window", options: { timeZone: "UTC" } },
      { name: "priority" },
      { name: "fair-share" },
    ],
  });

  it("asks the next one between those that the one before does not tell apart", () => {
    const waiting = [
      makeJob(1, { submittedBy: "ana", submittedAt: noon }),
      makeJob(2, { submittedBy: "ana", submittedAt: noon }),
      makeJob(3, { submittedBy: "bo", submittedAt: noon }),
      makeJob(4, { submittedBy: "bo", submittedAt: noon, priority: 1 }),
      makeJob(5, { submittedBy: "bo", submittedAt: noon, priority: 1, sourceBytes: 5e9 }),
    ];
    const { waiting: told } = regulator.decide(at({ waiting }));
    const jobOf = new Map(waiting.map(({ id, job }) => [id, job]));
    expect(told.map(({ id }) => jobOf.get(id))).toEqual([4, 1, 3, 2, 5]);
    expect(told[0]?.reason).toContain("priority 1, fair share: bo had");
    expect(told[4]?.reason).toContain("Waits until 20:00");
  });

  it("fills in the options of its parts, and refuses those that they refuse", () => {
    const parts = [{ name: "priority" }];
    expect(choose("combination", { parts }).choice.options).toEqual({
      parts: [{ name: "priority", options: { agingMinutes: 10 } }],
    });
    const wrong = [{ name: "priority", options: { agingMinutes: -1 } }];
    expect(() => choose("combination", { parts: wrong })).toThrow("The options of combination");
  });
});
