import { expect } from "vitest";
import { AppError, type ErrorCode } from "../../contract/errors.ts";
import { applyPatch, newJob } from "../jobs/job-model.ts";
import type { JobRecord } from "../jobs/job-record.ts";
import type { SavedTemplate } from "../../contract/saved-template.ts";
import { instructionOf } from "./store-model.ts";
import type { Store } from "./store.ts";

/** A store that a suite is run on. */
export interface StoreUnderTest {
  readonly store: Store;
  /** Moves to slower storage what the driver keeps there, where it has such a thing. */
  readonly compact?: () => Promise<void>;
  /** Removes what the test has left behind. */
  readonly dispose: () => Promise<void>;
}

/** For tests of stores: the time at which they play, and what they begin with. */
export const now = Date.UTC(2026, 10, 24);
export const instruction = instructionOf(false);
/** What a template may hold. */
export const templateContent: Pick<SavedTemplate, "mapping" | "plan"> = {
  mapping: {
    format: "IUPAC_MATRIX",
    orientation: null,
    dataSetType: "IUPAC",
    corner: { row: 1, column: 4 },
    columns: { 0: "marker", 3: null },
    rows: {},
  },
  plan: {
    parts: ["dataset"],
    ids: { project: null, platform: 3, experiment: 5, mapset: null, dataset: 17 },
  },
};

export function create(
  store: Store,
  key: string,
  fields: Partial<JobRecord> = {},
): Promise<JobRecord> {
  return store.create({ ...newJob({ key, crop: "dev" }, now), ...fields }, instruction);
}

/** Has a digester claim and complete the job, with a result. */
export async function complete(store: Store, id: number): Promise<JobRecord> {
  const patch = { attempt: 1, digester: "d1" };
  await store.update(id, (job) =>
    applyPatch(job, { ...patch, status: "in_progress", callback: 1 }, now, 1000),
  );
  const result = {
    status: "completed" as const,
    tables: [],
    matrix: null,
    validation: [],
    errors: [],
    errorCount: 0,
    warnings: [],
    durationMs: 5,
    bytesRead: 7,
  };
  return store.update(id, (job) =>
    applyPatch(job, { ...patch, status: "completed", callback: 2, result }, now, 1000),
  );
}

export async function expectCode(promise: Promise<unknown>, code: ErrorCode): Promise<void> {
  const thrown = await promise.then(
    () => null,
    (error: unknown) => error,
  );
  expect(thrown).toBeInstanceOf(AppError);
  expect(thrown).toMatchObject({ code });
}
