import { AppError, toErrorAnswer, type ErrorBody } from "../contract/errors.ts";
import type { Load } from "../contract/load.ts";
import type { DryRun, DryRunRequest, Preview, PreviewRequest } from "../contract/preview.ts";
import { dryRun } from "../digest/dry-run.ts";
import { previewFile } from "../digest/formats/preview.ts";
import { everythingKnown } from "../digest/validation/known-source.ts";

/** A dry run as a worker gets it: plain data. */
export type DryRunOrder = Pick<DryRunRequest, "lines" | "rows" | "columns" | "settings"> & {
  readonly load: Load;
};

/** What a worker answers: errors lose their class on the way, so they travel as bodies. */
export type Looked<T> =
  { readonly value: T } | { readonly error: ErrorBody["error"] } | { readonly thrown: string };

/** The methods of a worker that looks at files and writes none. */
export const lookMethods = {
  preview: (request: PreviewRequest): Promise<Looked<Preview>> => look(() => previewFile(request)),
  dryRun: ({ load, ...size }: DryRunOrder): Promise<Looked<DryRun>> =>
    look(() => dryRun({ load, ...size, root: null, knownCrops: null, known: everythingKnown })),
};

async function look<T>(work: () => Promise<T>): Promise<Looked<T>> {
  try {
    return { value: await work() };
  } catch (thrown) {
    if (thrown instanceof AppError) return { error: toErrorAnswer(thrown).body.error };
    return { thrown: String(thrown) };
  }
}
