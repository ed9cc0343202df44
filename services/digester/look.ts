import { AppError, toErrorAnswer, type ErrorBody } from "../contract/errors.ts";
import type { DryRun, DryRunRequest, Preview, PreviewRequest } from "../contract/preview.ts";
import { dryRun } from "../digest/dry-run.ts";
import { previewFile } from "../digest/formats/preview.ts";
import { knownTo } from "../digest/validation/known-digests.ts";
import { openGobiiDatabase } from "./gobii-database.ts";
import type { WorkerRequest } from "./worker-protocol.ts";

/** A dry run as a worker gets it: plain data, and what a digest is told as well. */
export type DryRunOrder = Pick<DryRunRequest, "lines" | "rows" | "columns"> &
  Pick<WorkerRequest, "load" | "settings" | "knownDatabase" | "knownFiles">;

/** What a worker answers: errors lose their class on the way, so they travel as bodies. */
export type Looked<T> =
  { readonly value: T } | { readonly error: ErrorBody["error"] } | { readonly thrown: string };

/** The methods of a worker that looks at files and writes none. */
export const lookMethods = {
  preview: (request: PreviewRequest): Promise<Looked<Preview>> => look(() => previewFile(request)),
  dryRun: (order: DryRunOrder): Promise<Looked<DryRun>> => look(() => tryOut(order)),
};

async function tryOut({ knownDatabase, knownFiles, ...order }: DryRunOrder): Promise<DryRun> {
  const database = knownDatabase === null ? null : openGobiiDatabase(knownDatabase);
  try {
    const known = knownTo(database, knownFiles);
    return await dryRun({ ...order, root: null, knownCrops: null, known });
  } finally {
    await database?.close();
  }
}

async function look<T>(work: () => Promise<T>): Promise<Looked<T>> {
  try {
    return { value: await work() };
  } catch (thrown) {
    if (thrown instanceof AppError) return { error: toErrorAnswer(thrown).body.error };
    return { thrown: String(thrown) };
  }
}
