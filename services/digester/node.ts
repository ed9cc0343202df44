import type { Logger } from "pino";
import type { CallbackTarget, DigesterStatus, Dispatch } from "../contract/digester.ts";
import { AppError, coerceError } from "../contract/errors.ts";
import type { RegulatorChoice } from "../contract/regulator.ts";
import type { Node } from "./api.ts";
import { toLoad } from "../contract/load.ts";
import { withWarnings } from "./attempt-outcome.ts";
import { requireInsideRoots, requireInstructionInsideRoots } from "./data-roots.ts";
import { requirePathInsideRoots } from "../gate/paths.ts";
import { findEarlierFiles } from "./earlier-loads.ts";
import type { Looker } from "./looker.ts";
import { readFileLines } from "./file-lines.ts";
import type { Outbox } from "./outbox.ts";
import type { Revision } from "./revision.ts";
import type { Scheduler } from "./scheduler.ts";
import { fileToSend, sizesOf } from "./sent-files.ts";

export interface NodeParts {
  /** What of the status never changes. */
  readonly about: Pick<
    DigesterStatus,
    | "id"
    | "boot"
    | "version"
    | "host"
    | "pid"
    | "startedAt"
    | "workers"
    | "lineLimit"
    | "labels"
    | "endsAt"
    | "fetches"
  >;
  readonly scheduler: Scheduler;
  readonly looker: Pick<Looker, "preview" | "dryRun">;
  /** The database that has the names of a crop; null where there is none. */
  readonly knownDatabase: (crop: string | null) => string | null;
  readonly outbox: Pick<Outbox, "size">;
  readonly revision: Revision;
  readonly dataRoots: () => readonly string[];
  /**
   * The callback address of the web service that follows the status; null without one. It compares the status with its
   * record, so it must not find jobs of others there that happen to have the same numbers.
   */
  readonly keeper: () => string | null;
  readonly keepRegulator: (choice: RegulatorChoice) => Promise<void>;
  readonly isReady: () => boolean;
  readonly onPolled: () => void;
  readonly onUndrained: () => void;
  /** The address to use for a caller: one that goes by several names is one caller, and a job of it one job. */
  readonly callerOf: (callback: CallbackTarget) => CallbackTarget;
  /** The same for an address alone. */
  readonly nameOf: (callbackUrl: string) => string;
  readonly log: Logger;
}

/** Lines far down a large file take a while; a person waits no longer. */
const FILE_LINES_MS = 25_000;

/** The digester as its API shows it. */
export function createNode(parts: NodeParts): Node {
  const { about, scheduler, outbox, revision, dataRoots, log } = parts;

  const notReady = (): string | null =>
    parts.isReady() ? null : "This digester is not registered with its web service yet.";

  return {
    notReady,
    accept: async (dispatch) => {
      const problem = notReady();
      if (problem !== null) throw new AppError("unavailable", problem);
      await requireInstructionInsideRoots(dispatch.instruction, dataRoots());
      await scheduler.accept({ ...dispatch, callback: parts.callerOf(dispatch.callback) });
    },
    // Whoever does not say whose job it means is the web service: others' jobs may have the same number.
    withdraw: (job, callbackUrl) =>
      scheduler.withdraw(job, callbackUrl === null ? parts.keeper() : parts.nameOf(callbackUrl)),
    status: async (since, waitMs) => {
      parts.onPolled();
      if (since !== null) await revision.after(since, waitMs);
      return {
        ...about,
        revision: revision.current(),
        dataRoots: [...dataRoots()],
        regulator: scheduler.regulator(),
        outbox: outbox.size(),
        ...scheduler.view(parts.keeper()),
      };
    },
    regulator: scheduler.regulator,
    swap: async (chosen, { by, why }) => {
      await parts.keepRegulator(chosen.choice);
      scheduler.swap(chosen);
      log.info({ regulator: chosen.choice, by, why }, "The regulator was swapped");
    },
    preview: scheduler.preview,
    look: async (request) => {
      await requirePathInsideRoots(request.path, dataRoots());
      return parts.looker.preview(request);
    },
    dryRun: async (instruction, { lines, rows, columns, settings, crop, earlier }) => {
      const load = toLoad(instruction);
      await requireInsideRoots(load, dataRoots());
      const found = earlier === undefined ? null : await findEarlierFiles(earlier, dataRoots());
      const run = await parts.looker.dryRun({
        load,
        lines,
        rows,
        columns,
        settings: settings ?? {},
        knownDatabase: parts.knownDatabase(crop ?? load.crop),
        knownFiles: found?.files ?? null,
      });
      return withWarnings(run, found?.warnings ?? []);
    },
    fileLines: (wanted) => readFileLines(wanted, dataRoots(), AbortSignal.timeout(FILE_LINES_MS)),
    fileToSend: (file) => fileToSend(file, dataRoots()),
    fileSizes: (files) => sizesOf(files, dataRoots()),
    drain: (on) => {
      scheduler.drain(on);
      if (!on) parts.onUndrained();
      log.info({ draining: on }, "Draining was switched");
    },
    pause: (on) => {
      scheduler.pause(on);
      log.info({ paused: on }, "Pausing was switched");
    },
  };
}

/** Those of the jobs whose files this digester may touch. The others are for digesters with other data roots. */
export async function takeable(
  dispatches: readonly Dispatch[],
  roots: readonly string[],
  log: Logger,
): Promise<Dispatch[]> {
  const taken: Dispatch[] = [];
  for (const dispatch of dispatches) {
    try {
      await requireInstructionInsideRoots(dispatch.instruction, roots);
      taken.push(dispatch);
    } catch (thrown) {
      log.info({ job: dispatch.job, why: coerceError(thrown).message }, "Not a job for this node");
    }
  }
  return taken;
}
