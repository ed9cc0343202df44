import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { AppError } from "../../contract/errors.ts";
import { checked, chooseRegulator, defaultRegulator, listRegulators } from "./index.ts";
import type { RegulatorInput } from "./regulator.ts";

type Input = Omit<RegulatorInput, "options">;

const jobInLine = (id: number, submittedAt: number, submittedBy: string | null) => ({
  id: `http://web/api/callback#${id}`,
  job: id,
  key: `job-${id}`,
  priority: 0,
  submittedBy,
  submittedAt,
});

const inputs: fc.Arbitrary<Input> = fc
  .record({
    ids: fc.uniqueArray(fc.integer({ min: 1, max: 500 }), { maxLength: 40 }),
    times: fc.array(fc.integer({ min: 0, max: 5 }), { minLength: 40, maxLength: 40 }),
    people: fc.array(fc.constantFrom("ana", "bo", null), { minLength: 40, maxLength: 40 }),
    workers: fc.integer({ min: 1, max: 6 }),
    busy: fc.integer({ min: 0, max: 6 }),
  })
  .map(({ ids, times, people, workers, busy }) => {
    const jobs = ids.map((id, i) => jobInLine(id, times[i] ?? 0, people[i] ?? null));
    const running = jobs.slice(0, Math.min(busy, workers));
    return {
      waiting: jobs.slice(running.length).map((job) => ({ ...job, enteredAt: job.submittedAt })),
      running: running.map((job) => ({ ...job, startedAt: job.submittedAt })),
      node: { id: "node-1", workers, freeWorkers: workers - running.length },
      now: 10,
    };
  });

describe.each(listRegulators().map(({ name }) => name))("regulator %s", (name) => {
  const regulator = chooseRegulator({ name, options: {} });

  it("never starts more jobs than there are free workers, and leaves no worker idle for nothing", () => {
    fc.assert(
      fc.property(inputs, (input) => {
        const { start } = regulator.decide(input);
        expect(start.length).toBe(Math.min(input.node.freeWorkers, input.waiting.length));
        expect(new Set(start).size).toBe(start.length);
      }),
    );
  });

  it("accounts for every waiting job once, and gives each that stays a reason", () => {
    fc.assert(
      fc.property(inputs, (input) => {
        const { start, waiting } = regulator.decide(input);
        const told = [...start, ...waiting.map(({ id }) => id)].toSorted();
        expect(told).toEqual(input.waiting.map(({ id }) => id).toSorted());
        for (const { reason } of waiting) expect(reason).toMatch(/\w+.*\.$/);
      }),
    );
  });

  it("names, where it names one, a job that is ahead", () => {
    fc.assert(
      fc.property(inputs, (input) => {
        const { start, waiting } = regulator.decide(input);
        const order = [...input.running.map(({ id }) => id), ...start, ...waiting.map((w) => w.id)];
        const behind = waiting.filter(
          ({ id, after }) => after !== null && order.indexOf(after) >= order.indexOf(id),
        );
        expect(behind).toEqual([]);
        expect(waiting.filter(({ after }) => after !== null && !order.includes(after))).toEqual([]);
      }),
    );
  });

  it("decides the same whatever the order in which it is shown the jobs", () => {
    fc.assert(
      fc.property(inputs, (input) => {
        const mirrored = {
          ...input,
          waiting: input.waiting.toReversed(),
          running: input.running.toReversed(),
        };
        expect(regulator.decide(mirrored)).toEqual(regulator.decide(input));
      }),
    );
  });
});

describe("first come, first served", () => {
  const regulator = chooseRegulator(defaultRegulator);
  const waiting = [
    { ...jobInLine(14, 300, null), enteredAt: 0 },
    { ...jobInLine(13, 200, null), enteredAt: 0 },
  ];
  const running = [{ ...jobInLine(12, 100, null), key: "maize282", startedAt: 0 }];
  const node = { id: "node-1", workers: 1, freeWorkers: 0 };

  it("says whose turn comes after whom", () => {
    const decision = regulator.decide({ waiting, running, node, now: 0 });
    expect(decision.start).toEqual([]);
    expect(decision.waiting.map(({ reason }) => reason)).toEqual([
      "Next in line: first come, first served; starts after job 12 (maize282).",
      "Second in line: first come, first served; starts after job 13 (job-13).",
    ]);
  });

  it("starts the earliest submitted, and the lower number of the same moment", () => {
    const same = [...waiting, { ...jobInLine(11, 200, null), enteredAt: 0 }];
    const free = { ...node, workers: 2, freeWorkers: 2 };
    const { start } = regulator.decide({ waiting: same, running: [], node: free, now: 0 });
    expect(start).toEqual([jobInLine(11, 0, null).id, jobInLine(13, 0, null).id]);
  });
});

const codeOf = (act: () => unknown): string => {
  try {
    act();
    return "nothing thrown";
  } catch (thrown) {
    return thrown instanceof AppError ? thrown.code : "another error";
  }
};

describe("choosing a regulator", () => {
  it("refuses unknown names and unknown options", () => {
    expect(codeOf(() => chooseRegulator({ name: "none", options: {} }))).toBe("not_found");
    expect(codeOf(() => chooseRegulator({ name: "first-come", options: { x: 1 } }))).toBe(
      "bad_request",
    );
  });

  it("describes the options of each by a JSON schema of an object", () => {
    for (const { optionsSchema } of listRegulators()) {
      expect(optionsSchema).toMatchObject({ type: "object" });
    }
  });
});

describe("a regulator that breaks its promises", () => {
  const input: Input = {
    waiting: [1, 2, 3].map((id) => ({ ...jobInLine(id, id, null), enteredAt: 0 })),
    running: [],
    node: { id: "node-1", workers: 2, freeWorkers: 1 },
    now: 0,
  };
  const ids = input.waiting.map(({ id }) => id);

  it("starts no more than fit, and no job goes without a reason", () => {
    const greedy = checked("greedy", input, () => ({
      start: [...ids, ...ids, "nobody"],
      waiting: [],
    }));
    expect(greedy.start).toEqual(ids.slice(0, 1));
    expect(greedy.waiting.map(({ id }) => id)).toEqual(ids.slice(1));
    for (const { reason } of greedy.waiting) expect(reason).toContain("greedy");
  });

  it("that throws starts nothing and says so with every job", () => {
    const broken = checked("broken", input, () => {
      throw new Error("divided by zero");
    });
    expect(broken.start).toEqual([]);
    expect(broken.waiting).toHaveLength(3);
    expect(broken.waiting[0]?.reason).toContain("divided by zero");
  });
});
