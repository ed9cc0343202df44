import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { AppError } from "../../contract/errors.ts";
import { checked, chooseRegulator, defaultRegulator, listRegulators } from "./index.ts";
import type { Situation } from "./regulator.ts";
import { makeJob, makeNode, situations } from "./testing.ts";

const Described = z.object({
  properties: z.record(
    z.string(),
    z.object({ title: z.string(), description: z.string(), default: z.unknown() }),
  ),
});

describe.each(listRegulators().map(({ name }) => name))("regulator %s", (name) => {
  const regulator = chooseRegulator({ name, options: {} });

  it("never starts more jobs than there are free workers, and leaves none idle for nothing", () => {
    fc.assert(
      fc.property(situations, (input) => {
        const { start, waiting } = regulator.decide(input);
        expect(start.length).toBeLessThanOrEqual(input.node.freeWorkers);
        expect(new Set(start).size).toBe(start.length);
        const isIdle = start.length < Math.min(input.node.freeWorkers, input.waiting.length);
        const unexplained = waiting.filter(
          ({ reason }) => !/^Waits (for|until|because)/.test(reason),
        );
        expect(isIdle ? unexplained : []).toEqual([]);
      }),
    );
  });

  it("accounts for every waiting job once, and gives each that stays a reason", () => {
    fc.assert(
      fc.property(situations, (input) => {
        const { start, waiting } = regulator.decide(input);
        const told = [...start, ...waiting.map(({ id }) => id)].toSorted();
        expect(told).toEqual(input.waiting.map(({ id }) => id).toSorted());
        for (const { reason } of waiting) expect(reason).toMatch(/\w+.*\.$/);
      }),
    );
  });

  it("names, where it names one, a job that is ahead", () => {
    fc.assert(
      fc.property(situations, (input) => {
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
      fc.property(situations, (input) => {
        const mirrored = {
          ...input,
          waiting: input.waiting.toReversed(),
          running: input.running.toReversed(),
        };
        expect(regulator.decide(mirrored)).toEqual(regulator.decide(input));
      }),
    );
  });

  it("describes each option, with a title and a default, so that a form can be drawn of it", () => {
    const { optionsSchema } = listRegulators().find((offer) => offer.name === name) ?? {};
    const { properties } = Described.parse(optionsSchema);
    expect(Object.keys(properties)).toEqual(Object.keys(regulator.choice.options));
  });
});

describe("first come, first served", () => {
  const regulator = chooseRegulator(defaultRegulator);
  const waiting = [makeJob(14, { submittedAt: 300 }), makeJob(13, { submittedAt: 200 })];
  const running = [{ ...makeJob(12, { submittedAt: 100, key: "maize282" }), startedAt: 0 }];
  const rest = { usage: [], now: 0 };

  it("says whose turn comes after whom", () => {
    const decision = regulator.decide({ waiting, running, node: makeNode(1, 0), ...rest });
    expect(decision.start).toEqual([]);
    expect(decision.waiting.map(({ reason }) => reason)).toEqual([
      "Next in line: first come, first served; starts after job 12 (maize282).",
      "Second in line: first come, first served; starts after job 13 (job-13).",
    ]);
  });

  it("starts the earliest submitted, and the lower number of the same moment", () => {
    const same = [...waiting, makeJob(11, { submittedAt: 200 })];
    const node = makeNode(2, 2);
    const { start } = regulator.decide({ waiting: same, running: [], node, ...rest });
    expect(start).toEqual([makeJob(11).id, makeJob(13).id]);
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
  const input: Situation = {
    waiting: [1, 2, 3].map((id) => makeJob(id)),
    running: [],
    node: makeNode(2, 1),
    usage: [],
    now: 0,
  };
  const ids = input.waiting.map(({ id }) => id);

  it("starts no more than fit, and no job goes without a reason", () => {
    const greedy = checked("greedy", input, () => ({
      start: [...ids, ...ids, "nobody"],
      until: null,
      waiting: [],
    }));
    expect(greedy.start).toEqual(ids.slice(0, 1));
    expect(greedy.waiting.map(({ id }) => id)).toEqual(ids.slice(1));
    for (const { reason } of greedy.waiting) expect(reason).toContain("greedy");
  });

  it("that cannot say why jobs wait starts what it chose and says so with the others", () => {
    const mute = checked("mute", input, () => ({
      start: ids.slice(0, 1),
      until: null,
      get waiting(): never {
        throw new Error("no words");
      },
    }));
    expect(mute.start).toEqual(ids.slice(0, 1));
    expect(mute.waiting.map(({ id }) => id)).toEqual(ids.slice(1));
    for (const { reason } of mute.waiting) expect(reason).toContain("mute failed: no words");
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
