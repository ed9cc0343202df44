import type { DigestSettings } from "../contract/digest-settings.ts";
import type { Load } from "../contract/load.ts";
import type { DigestResult } from "../contract/result.ts";
import type { EarlierFile } from "../digest/validation/known-digests.ts";
import type { Phase } from "../digest/failure-message.ts";

/** What the service sends to a worker: all that a digest needs, as plain data. */
export interface WorkerRequest {
  readonly load: Load;
  /** Where the files are written. */
  readonly outDir: string;
  /** Where they will stand in the end; the result names them there. */
  readonly publishDir: string;
  /** URL of the GOBii database that knows what exists; null: everything does. */
  readonly knownDatabase: string | null;
  /** Digest files of earlier loads, whose names are known as well; null: they are not asked. */
  readonly knownFiles: readonly EarlierFile[] | null;
  /** Of the crop. */
  readonly settings: DigestSettings;
}

/** What a worker says while it is at work: the first word by itself, then several at a time. */
export type WorkerEvent =
  /** The first word: a worker that dies before it had not begun, so the job may go to another. */
  | { readonly kind: "started"; readonly pid: number }
  | { readonly kind: "phase"; readonly phase: Phase }
  | { readonly kind: "progress"; readonly bytesRead: number; readonly bytesTotal: number }
  /** The last word of a digest that was told to stop: it does not touch its files any more. */
  | { readonly kind: "stopped" };

/** The last word of a digest that was not told to stop. */
export interface WorkerAnswer {
  /** Null when it was told to stop. */
  readonly result: DigestResult | null;
  /** What was not said yet. */
  readonly events: readonly WorkerEvent[];
}
