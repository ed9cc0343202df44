import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { scale, type PilotNow, type ScalingOptions } from "./scaling.ts";

const now = 1_000_000_000;
const usual: ScalingOptions = {
  min: 0,
  max: 10,
  jobsPerPilot: 4,
  idleMs: 60_000,
  spareMs: 120_000,
  silentMs: 300_000,
};

function pilot(id: string, fields: Partial<PilotNow> = {}): PilotNow {
  const nothing = { busy: 0, idleSince: null, silentSince: null, isLost: false, endsAt: null };
  return {
    id,
    state: "running",
    since: now,
    draining: false,
    ending: false,
    ...nothing,
    ...fields,
  };
}
const busy = (id: string, jobs = 1) => pilot(id, { busy: jobs });
const idle = (id: string, ms: number) => pilot(id, { idleSince: now - ms });

describe("how many pilots there should be", () => {
  it("asks for as many as what waits needs, up to the maximum", () => {
    expect(scale({ waiting: 9, running: 0 }, [], now, usual)).toMatchObject({ submit: 3 });
    const many = scale({ waiting: 900, running: 0 }, [], now, usual);
    expect(many).toMatchObject({ submit: 10, wanted: 10 });
    expect(many.why).toBe(
      "The maximum of 10; 900 waiting and 0 running at 4 for each pilot would need 225.",
    );
  });

  it("counts those that are asked for or in the queue", () => {
    const coming = [pilot("a", { state: "asked" }), pilot("b", { state: "queued" })];
    expect(scale({ waiting: 8, running: 0 }, coming, now, usual).submit).toBe(0);
  });

  it("keeps the minimum though nothing waits", () => {
    const options = { ...usual, min: 2 };
    expect(scale({ waiting: 0, running: 0 }, [], now, options).submit).toBe(2);
    const there = [idle("a", 1e9), idle("b", 1e9), idle("c", 1e9)];
    expect(scale({ waiting: 0, running: 0 }, there, now, options).cancel).toHaveLength(1);
  });

  it("ends one that has been idle for long enough, and no sooner", () => {
    const there = [idle("a", 59_999), idle("b", 60_000), busy("c")];
    expect(scale({ waiting: 0, running: 1 }, there, now, usual).cancel).toEqual(["b"]);
  });

  it("replaces one whose time is nearly over", () => {
    const leaving = pilot("a", { busy: 4, endsAt: now + 60_000 });
    expect(scale({ waiting: 0, running: 4 }, [leaving], now, usual).submit).toBe(1);
  });

  it("does not count on one that fell silent, and keeps it for a while", () => {
    const silent = pilot("a", { silentSince: now - 1000, isLost: true });
    const decision = scale({ waiting: 1, running: 0 }, [silent], now, usual);
    expect(decision).toMatchObject({ cancel: [], submit: 1 });
    const coming = pilot("a", { silentSince: now - 1000 });
    expect(scale({ waiting: 1, running: 0 }, [coming], now, usual).submit).toBe(0);
  });

  it("gives up one that runs in silence", () => {
    const silent = pilot("a", { silentSince: now - 300_000 });
    const decision = scale({ waiting: 1, running: 0 }, [silent], now, usual);
    expect(decision).toMatchObject({ cancel: ["a"], submit: 1 });
  });

  it("lets those that work end what they do, when there are more than people want", () => {
    const there = [busy("a", 4), busy("b", 1), idle("c", 0)];
    const decision = scale({ waiting: 50, running: 5 }, there, now, { ...usual, max: 1 });
    expect(decision).toMatchObject({ submit: 0, cancel: ["c"], drain: ["b"] });
  });
});

const anyPilot = fc.record({
  state: fc.constantFrom("asked" as const, "queued" as const, "running" as const),
  sinceAgo: fc.nat(400_000),
  busy: fc.nat(6),
  idleAgo: fc.option(fc.nat(200_000)),
  silentAgo: fc.option(fc.nat(600_000)),
  endsIn: fc.option(fc.nat(1_000_000)),
  draining: fc.boolean(),
  ending: fc.boolean(),
});
const anyPilots = fc.array(anyPilot, { maxLength: 30 }).map((all) =>
  all.map((one, i): PilotNow => ({
    id: `p${i}`,
    state: one.state,
    since: now - one.sinceAgo,
    busy: one.busy,
    idleSince: one.busy > 0 || one.idleAgo === null ? null : now - one.idleAgo,
    silentSince: one.silentAgo === null ? null : now - one.silentAgo,
    isLost: one.silentAgo !== null && one.silentAgo % 2 === 0,
    endsAt: one.endsIn === null ? null : now + one.endsIn,
    draining: one.draining,
    ending: one.ending,
  })),
);
const anyOptions = fc
  .tuple(fc.nat(8), fc.nat(20), fc.integer({ min: 1, max: 8 }))
  .map(([min, more, jobsPerPilot]): ScalingOptions => ({
    ...usual,
    min,
    max: min + more,
    jobsPerPilot,
  }));
const anyDemand = fc.record({ waiting: fc.nat(200), running: fc.nat(60) });

const holds = (
  check: (given: {
    decision: ReturnType<typeof scale>;
    pilots: readonly PilotNow[];
    options: ScalingOptions;
  }) => void,
): void => {
  fc.assert(
    fc.property(anyDemand, anyPilots, anyOptions, (demand, pilots, options) => {
      check({ decision: scale(demand, pilots, now, options), pilots, options });
    }),
    { numRuns: 2000 },
  );
};

describe("whatever there is", () => {
  it("never goes beyond the maximum", () => {
    holds(({ decision, pilots, options: { max } }) => {
      expect(decision.submit).toBeGreaterThanOrEqual(0);
      expect(decision.submit).toBeLessThanOrEqual(Math.max(0, max - pilots.length));
    });
  });

  it("never ends a pilot that works and is heard from", () => {
    holds(({ decision, pilots }) => {
      const wrong = pilots.filter(
        ({ id, state, ending, busy: jobs, silentSince }) =>
          decision.cancel.includes(id) &&
          (ending ||
            (state === "running" &&
              jobs > 0 &&
              (silentSince === null || now - silentSince < usual.silentMs))),
      );
      expect(wrong).toEqual([]);
    });
  });

  it("never ends those that it needs, nor asks for one while it ends another that could do", () => {
    holds(({ decision, pilots, options }) => {
      const healthy = pilots.filter(
        ({ draining, ending, silentSince, isLost, endsAt }) =>
          !draining &&
          !isLost &&
          !ending &&
          (silentSince === null || now - silentSince < usual.silentMs) &&
          (endsAt === null || endsAt - now > usual.spareMs),
      );
      const left = healthy.filter(({ id }) => !decision.cancel.includes(id));
      const endsHealthy = left.length < healthy.length;
      expect(endsHealthy && decision.submit > 0).toBe(false);
      expect(endsHealthy && left.length < Math.min(decision.wanted, options.min)).toBe(false);
    });
  });

  it("comes to rest: with the same work nothing is asked for and ended in turn", () => {
    fc.assert(
      fc.property(anyDemand, anyOptions, ({ waiting }, options) => {
        let pilots: PilotNow[] = [];
        const changes: number[] = [];
        for (let step = 0; step < 40; step++) {
          const at = now + step * 30_000;
          const { submit, cancel } = scale({ waiting, running: 0 }, pilots, at, options);
          changes.push(submit - cancel.length);
          pilots = pilots
            .filter(({ id }) => !cancel.includes(id))
            .map((one) => ({ ...one, state: "running", idleSince: one.idleSince ?? at }));
          for (let n = 0; n < submit; n++) {
            pilots.push(pilot(`${step}-${n}`, { state: "asked", since: at }));
          }
        }
        expect(changes.slice(1)).toEqual(changes.slice(1).map(() => 0));
      }),
      { numRuns: 300 },
    );
  });
});
