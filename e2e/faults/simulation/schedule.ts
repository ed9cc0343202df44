import * as fc from "fast-check";
import type { RegulatorChoice } from "../../../services/contract/regulator.ts";
import type { Weather } from "./world.ts";

/** Everything that is decided before a simulation begins: the same schedule always runs the same way. */
export interface Schedule {
  /** Of what the network does to each message. */
  readonly seed: number;
  readonly weather: Weather;
  readonly digesters: number;
  readonly workers: number;
  /** Milliseconds that moving one file takes: a rename, or a copy to a slow disk. */
  readonly renameMs: number;
  readonly regulator: RegulatorChoice;
  readonly jobs: readonly PlannedJob[];
  readonly faults: readonly Fault[];
  readonly wishes: readonly Wish[];
}

/** Times are milliseconds from the beginning. */
export interface PlannedJob {
  readonly at: number;
  readonly priority: number;
  readonly submittedBy: string;
  readonly bytes: number;
  /** How long a worker takes for it. */
  readonly runMs: number;
}

export interface Fault {
  readonly at: number;
  /** A kill without notice, or a stop from which it wakes up again. */
  readonly kind: "kill" | "freeze";
  /** 0: the web service; else a digester, counted from 1. */
  readonly target: number;
  /** Until it is back. */
  readonly ms: number;
}

/** What a person does meanwhile. */
export interface Wish {
  readonly at: number;
  readonly kind: "cancel" | "hold" | "priority";
  /** Index of the job. */
  readonly job: number;
}

const seconds = (most: number) => fc.integer({ min: 0, max: most * 1000 });

const regulators: readonly RegulatorChoice[] = [
  { name: "first-come", options: {} },
  { name: "priority", options: { agingMinutes: 0.1 } },
  { name: "fair-share", options: {} },
  { name: "shortest-first", options: {} },
  { name: "resource-budget", options: {} },
  { name: "combination", options: {} },
];

const digesters = 2;

/** Schedules in which everything that can go wrong does so within half a minute, and often at once. */
export const schedules: fc.Arbitrary<Schedule> = fc.record({
  seed: fc.integer({ min: 0, max: 1_000_000 }),
  weather: fc.record({
    lossPercent: fc.constantFrom(0, 0, 5, 20),
    duplicatePercent: fc.constantFrom(0, 5, 20),
    longestDelay: fc.constantFrom(1, 50, 2000),
  }),
  digesters: fc.constant(digesters),
  workers: fc.integer({ min: 1, max: 2 }),
  renameMs: fc.constantFrom(5, 2000),
  regulator: fc.constantFrom(...regulators),
  jobs: fc.array(
    fc.record({
      at: seconds(10),
      priority: fc.integer({ min: -2, max: 2 }),
      submittedBy: fc.constantFrom("ana", "bo"),
      bytes: fc.constantFrom(1000, 5e6, 3e9),
      runMs: seconds(12),
    }),
    { minLength: 1, maxLength: 4 },
  ),
  faults: fc.array(
    fc.record({
      at: seconds(30),
      kind: fc.constantFrom("kill", "freeze"),
      target: fc.integer({ min: 0, max: digesters }),
      ms: fc.oneof(seconds(2), seconds(25)),
    }),
    { maxLength: 6 },
  ),
  wishes: fc.array(
    fc.record({
      at: seconds(25),
      kind: fc.constantFrom("cancel", "hold", "priority"),
      job: fc.integer({ min: 0, max: 3 }),
    }),
    { maxLength: 2 },
  ),
});
