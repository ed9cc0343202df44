import { AppError } from "../../contract/errors.ts";
import { newJob } from "../jobs/job-model.ts";
import type { JobRecord } from "../jobs/job-record.ts";
import type { JournaledStore } from "./journaled-store.ts";
import { openStoreOn, type LowdbStoreOptions } from "./lowdb-store.ts";
import type { SimulatedDisk } from "./simulated-disk.ts";
import { createModel, instructionOf, type Contents, type Operation } from "./store-model.ts";
import type { Store } from "./store.ts";

/** For tests: the time at which all of them play. */
export const now = Date.UTC(2026, 10, 24);

/** For tests: the store on a simulated disk, and what it warned of. */
export async function openSimulated(
  disk: SimulatedDisk,
  options: Partial<LowdbStoreOptions> = {},
): Promise<{ store: JournaledStore; warnings: string[] }> {
  const warnings: string[] = [];
  const store = await openStoreOn(disk, {
    onWarning: (message) => warnings.push(message),
    now: () => now,
    ...options,
  });
  return { store, warnings };
}

export function createJob(store: Store, key: string): Promise<JobRecord> {
  return store.create(newJob({ key, crop: "dev" }, now), instructionOf(false));
}

/** What operations lead to, each at its own time. */
export function outcomeOf(past: ReadonlyArray<readonly [Operation, number]>): Contents {
  const model = createModel();
  for (const [asked, at] of past) model.perform(asked, at);
  return model.contents();
}

/** What the first `count` of operations lead to, a millisecond after each other. */
export function outcomeOfFirst(operations: readonly Operation[], count: number): Contents {
  return outcomeOf(operations.slice(0, count).map((asked, i) => [asked, now + i]));
}

/** Whether a change was refused because of the disk, and not for what it asked. */
export function isUnavailable(thrown: unknown): boolean {
  return thrown instanceof AppError && thrown.code === "unavailable";
}
