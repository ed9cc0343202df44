import pino from "pino";
import { describe, expect, it } from "vitest";
import type { ClusterOrders, ClusterReport } from "../contract/cluster.ts";
import { AppError } from "../contract/errors.ts";
import { createKeeper } from "./keeper.ts";
import type { ProvidedPilot, Provider } from "./provider.ts";
import type { WebRecord } from "./web-record.ts";

/** A batch system and a web service that do as they are told, and a clock that stands still. */
function world(limits = { min: 1, max: 3 }) {
  const state = {
    now: 1_800_000_000_000,
    waiting: 0,
    leads: true,
    away: null as AppError | null,
    /** Why it takes no pilot, though it is there. */
    refusal: null as AppError | null,
    asked: 0,
    queue: new Map<string, ProvidedPilot>(),
    digesters: [] as ClusterOrders["digesters"],
    reports: [] as ClusterReport[],
    lost: [] as string[],
    drained: [] as string[],
  };
  const asked = async <T>(answer: () => T): Promise<T> => {
    if (state.away !== null) throw state.away;
    return answer();
  };
  const provider: Provider = {
    name: "pretended",
    submit: (id) =>
      asked(() => {
        state.asked++;
        if (state.refusal !== null) throw state.refusal;
        const job = String(state.queue.size + 1);
        state.queue.set(id, { id, job, state: "queued", reason: "Priority", endsAt: null });
        return job;
      }),
    list: () => asked(() => [...state.queue.values()]),
    cancel: ({ id }) =>
      asked(() => {
        set(id, { state: "ended", reason: "CANCELLED" });
        state.digesters = state.digesters.filter((one) => one.id !== id);
      }),
    close: async () => undefined,
  };
  const record: WebRecord = {
    async report(report) {
      state.reports.push(report);
      const { leads, waiting, digesters } = state;
      return { leads, limits, waiting, digesters };
    },
    drain: async (id) => void state.drained.push(id),
    async lost(id) {
      state.lost.push(id);
      state.digesters = state.digesters.filter((one) => one.id !== id);
    },
  };
  const set = (id: string, fields: Partial<ProvidedPilot>): void => {
    const pilot = state.queue.get(id);
    if (pilot !== undefined) state.queue.set(id, { ...pilot, ...fields });
  };
  const newKeeper = () =>
    createKeeper({
      cluster: "maize",
      limits,
      labels: [],
      provider,
      record,
      log: pino({ level: "silent" }),
      now: () => state.now,
      everyMs: 1000,
      mostAtOnce: 10,
      jobsPerPilot: 1,
      idleMs: 60_000,
      spareMs: 0,
      silentMs: 300_000,
    });
  const ids = (): string[] =>
    [...state.queue.values()].filter((one) => one.state !== "ended").map(({ id }) => id);
  const begin = (id: string, running = 0): void => {
    set(id, { state: "running", reason: null });
    state.digesters = [
      ...state.digesters.filter((one) => one.id !== id),
      { id, reachable: true, draining: false, running, waiting: 0 },
    ];
  };
  return { state, newKeeper, keeper: newKeeper(), ids, begin, set };
}

describe("the keeper of a cluster", () => {
  it("keeps the minimum, follows what waits, and says why", async () => {
    const { state, keeper, ids } = world();
    await keeper.tick();
    expect(ids()).toHaveLength(1);
    state.waiting = 8;
    await keeper.tick();
    expect(ids()).toHaveLength(3);
    expect(state.reports.at(-1)?.reason).toContain("The maximum of 3; 8 waiting");
    await keeper.tick();
    expect(state.reports.at(-1)?.pilots).toMatchObject([
      { state: "queued", reason: "Priority" },
      { state: "queued" },
      { state: "queued" },
    ]);
  });

  it("asks for another one when a pilot is over, and takes away what a killed one leaves in the record", async () => {
    const { state, keeper, ids, begin, set } = world();
    await keeper.tick();
    const [first = ""] = ids();
    begin(first, 1);
    await keeper.tick();
    set(first, { state: "ended", reason: "NODE_FAIL" });
    await keeper.tick();
    expect(state.lost).toEqual([first]);
    expect(ids()).toHaveLength(1);
    expect(state.reports.at(-1)?.pilots).toContainEqual(
      expect.objectContaining({ id: first, state: "ended", reason: "NODE_FAIL" }),
    );
    expect(state.reports.at(-1)?.problem).toBeNull();
  });

  it("ends one that stands idle, once", async () => {
    const { state, keeper, ids, begin } = world({ min: 0, max: 3 });
    state.waiting = 1;
    await keeper.tick();
    const [only = ""] = ids();
    state.waiting = 0;
    begin(only);
    await keeper.tick();
    state.now += 59_000;
    await keeper.tick();
    expect(ids()).toEqual([only]);
    state.now += 1000;
    await keeper.tick();
    expect(ids()).toEqual([]);
    await keeper.tick();
    expect(state.reports.at(-1)?.wanted).toBe(0);
  });

  it("finds its pilots again after a restart, and asks for no others", async () => {
    const { keeper, newKeeper, ids, begin } = world();
    await keeper.tick();
    const [first = ""] = ids();
    begin(first);
    await newKeeper().tick();
    expect(ids()).toEqual([first]);
  });

  it("waits longer and longer for a provider that is away, and says so", async () => {
    const { state, keeper, ids } = world();
    state.away = new AppError("unavailable", "squeue: Unable to contact slurm controller");
    await keeper.tick();
    expect(state.reports.at(-1)?.problem).toBe(
      "squeue: Unable to contact slurm controller (asked again in 2 s)",
    );
    state.now += 2000;
    await keeper.tick();
    expect(state.reports.at(-1)?.problem).toContain("asked again in 4 s");
    state.away = null;
    await keeper.tick();
    expect(ids()).toEqual([]);
    state.now += 4000;
    await keeper.tick();
    expect(ids()).toHaveLength(1);
    await keeper.tick();
    expect(state.reports.at(-1)?.problem).toBeNull();
  });

  it("does not ask for pilot after pilot that comes to nothing", async () => {
    const { state, keeper, ids, set } = world();
    let asked = 0;
    for (let second = 0; second < 120; second++) {
      await keeper.tick();
      for (const id of ids()) {
        asked++;
        set(id, { state: "ended", reason: "FAILED (NonZeroExitCode)" });
      }
      state.now += 1000;
    }
    expect(asked).toBeGreaterThan(3);
    expect(asked).toBeLessThan(10);
    expect(state.reports.at(-1)?.problem).toContain("FAILED (NonZeroExitCode)");
    expect(state.reports.at(-1)?.reason).toMatch(/Pilots are asked for again in \d+ s\.$/);
  });

  it("asks less and less often a provider that will not have a pilot, and says so at once", async () => {
    const { state, keeper, ids } = world();
    state.refusal = new AppError("upstream_failed", "sbatch: invalid partition specified: mian");
    await keeper.tick();
    expect(state.reports.at(-1)?.problem).toContain("invalid partition specified: mian");
    for (let second = 0; second < 120; second += 5) {
      state.now += 5000;
      await keeper.tick();
      expect(state.reports.at(-1)?.problem).toContain("invalid partition specified: mian");
    }
    expect(state.asked).toBeGreaterThan(3);
    expect(state.asked).toBeLessThan(10);
    state.refusal = null;
    state.now += 30_000;
    await keeper.tick();
    expect(ids()).toHaveLength(1);
    expect(state.reports.at(-1)?.problem).toBeNull();
  });

  it("gives up no digester while the provider cannot say whether its pilot is there", async () => {
    const { state, keeper, newKeeper, ids, begin } = world();
    await keeper.tick();
    const [first = ""] = ids();
    begin(first, 1);
    state.digesters = state.digesters.map((one) => ({ ...one, reachable: false }));
    state.away = new AppError("unavailable", "squeue: Unable to contact slurm controller");
    const restarted = newKeeper();
    await restarted.tick();
    expect(state.lost).toEqual([]);
    state.away = null;
    state.now += 2000;
    await restarted.tick();
    expect(state.lost).toEqual([]);
  });

  it("does nothing while another one keeps the cluster", async () => {
    const { state, keeper, ids } = world();
    state.leads = false;
    await keeper.tick();
    expect(ids()).toEqual([]);
  });
});
