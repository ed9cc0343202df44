import { randomBytes } from "node:crypto";
import { mkdirSync, rmSync, rmdirSync, statSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { setImmediate as nextTurn } from "node:timers/promises";
import { setFlagsFromString } from "node:v8";
import type { Command } from "commander";
import { AppError, coerceError, systemCode } from "../contract/errors.ts";
import { systemWords } from "../contract/system-words.ts";
import { toLoad, type Load } from "../contract/load.ts";
import type { QualitySummary } from "../contract/quality.ts";
import type { DigestResult } from "../contract/result.ts";
import { digest } from "../digest/digest.ts";
import { makeDirectory } from "../gate/make-directory.ts";
import { publish } from "../gate/publish.ts";
import type { KnownSource } from "../digest/validation/known-source.ts";
import { describeDryRun, dryRunFile } from "./dry-run.ts";
import { exitCodes } from "./exit.ts";
import { readInstructionFile } from "./instruction-file.ts";
import { print, printJson, say, table } from "./output.ts";
import { readPositive } from "./read-number.ts";
import { sayProblems } from "./say-problems.ts";
import { addSettingsOptions, settingsOf, type SettingsOptions } from "./settings-options.ts";
import { withKnown, type KnownOptions } from "./with-known.ts";

export interface DigestOptions extends KnownOptions, SettingsOptions {
  /** What relative sources and destinations are relative to; the instruction file's folder unless given. */
  readonly root?: string;
  /** Takes the place of the instruction's destination. */
  readonly out?: string;
  /** Null: any crop. */
  readonly crops: readonly string[] | null;
  readonly json?: true;
  /** Lines of each source. */
  readonly dryRun?: number | true;
}

/** SIGHUP: the terminal was closed. */
const INTERRUPTS = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

/** The crops that GOBii serves, and those of its own tests; a server has them configured, a command has not. */
const GOBII_CROPS = "chickpea,maize,rice,sorghum,wheat,dev,test,zoan";

/** `digest INSTRUCTION.json`: runs one instruction here, without a service. */
export function addDigestCommand(program: Command): void {
  addSettingsOptions(program.command("digest"))
    .description("digest one instruction here, without a service")
    .argument("<instruction.json>", "the list, {metadata, instructions} or the posted object")
    .option(
      "--root <dir>",
      "what relative paths are relative to; the file's own folder unless given",
    )
    .option("--out <dir>", "where the digest files go, instead of the instruction's destination")
    .option("--known <file>", "JSON of what the database knows; everything unless given")
    .option("--known-database <url>", "a GOBii PostgreSQL database, asked instead of a file")
    .option("--known-digests <dir...>", "directories of earlier digests, whose names are known")
    .option("--crops <list>", "the crops that are known, or any", toCrops, toCrops(GOBII_CROPS))
    .option("--json", "print the result object, and only that")
    .option(
      "--dry-run [lines]",
      "show what would be made of the first lines (1000) of each source, and write nothing",
      readPositive,
    )
    .action(async (file: string, options: DigestOptions) => {
      if (options.dryRun !== undefined) {
        const lines = options.dryRun === true ? 1000 : options.dryRun;
        const run = await dryRunFile(file, options, lines);
        if (options.json === true) printJson(run);
        else describeDryRun(run);
        if (!run.ok) process.exitCode = exitCodes.failed;
        return;
      }
      compileLess();
      const interrupt = new AbortController();
      const onSignal = (): void => interrupt.abort();
      for (const signal of INTERRUPTS) process.once(signal, onSignal);
      try {
        const result = await digestFile(file, options, interrupt.signal);
        if (options.json === true) printJson(result);
        else describeResult(result);
        if (result.status === "failed") process.exitCode = exitCodes.failed;
      } finally {
        for (const signal of INTERRUPTS) process.off(signal, onSignal);
      }
    });
}

/**
 * A process that digests once lives too short for what V8 would gain by inlining much: compiling that takes a third of its
 * processor time, in other threads.
 */
function compileLess(): void {
  setFlagsFromString("--max-inlined-bytecode-size-cumulative=100");
}

function toCrops(list: string): readonly string[] | null {
  return list === "any" ? null : list.split(",").filter((crop) => crop !== "");
}

/**
 * Digests the instruction of a file and puts the digest files where they are wanted. Whatever is wrong, the instruction file
 * included, makes a failed result.
 *
 * @throws AppError `unavailable` when `signal` is aborted before the end; nothing is left then.
 */
export async function digestFile(
  file: string,
  options: DigestOptions,
  signal?: AbortSignal,
): Promise<DigestResult> {
  const startedAt = performance.now();
  try {
    const load = toLoad(readInstructionFile(file));
    if (load.tables.length === 0) {
      throw new AppError("invalid_instruction", "The instruction has no tables");
    }
    const root = resolve(options.root ?? dirname(file));
    const destination =
      options.out === undefined ? resolve(root, destinationOf(load)) : resolve(options.out);
    const inStaging = async (outDir: string, known: KnownSource): Promise<DigestResult> => {
      const result = await digest(
        {
          load,
          root,
          outDir,
          publishDir: destination,
          knownCrops: options.crops,
          known,
          settings: settingsOf(options),
        },
        {
          onPhase: ({ message }) => {
            if (options.json !== true) say(message);
          },
          onProgress: () => {},
          checkpoint: async () => {
            await nextTurn();
            if (signal?.aborted === true) throw new AppError("unavailable", "Interrupted.");
          },
        },
      );
      if (result.status === "completed") await publish(outDir, destination);
      return result;
    };
    return await withKnown(options, (known) =>
      withStaging(destination, (outDir) => inStaging(outDir, known)),
    );
  } catch (thrown) {
    if (signal?.aborted === true) throw thrown;
    return failedResult(file, thrown, Math.round(performance.now() - startedAt));
  }
}

/** @throws AppError where the tables do not have one destination. */
function destinationOf(load: Load): string {
  const destinations = new Set(
    load.tables.map(({ destination }) => destination.replace(/(?<=.)\/+$/, "")),
  );
  const [destination, ...others] = destinations;
  if (destination === undefined || destination === "") {
    throw new AppError("invalid_instruction", "The instruction names no destination", {
      hint: "Name one with --out.",
    });
  }
  if (others.length > 0) {
    throw new AppError(
      "invalid_instruction",
      `The tables have several destinations: ${[...destinations].join(", ")}; expected one`,
      { hint: "Name one with --out." },
    );
  }
  return destination;
}

/** Makes a directory beside the destination for the time of `work`, and takes away what it had to make if that fails. */
async function withStaging(
  destination: string,
  work: (outDir: string) => Promise<DigestResult>,
): Promise<DigestResult> {
  refuseFiles(destination);
  const parent = dirname(destination);
  const name = `.digester-cli-${process.pid}-${randomBytes(6).toString("hex")}`;
  const staging = join(parent, name);
  let completed = false;
  let made: string | null = null;
  try {
    try {
      made = await makeDirectory(parent);
      mkdirSync(staging);
    } catch (thrown) {
      throw unwritable(destination, thrown);
    }
    const result = await work(staging);
    completed = result.status === "completed";
    return result;
  } finally {
    rmSync(staging, { recursive: true, force: true });
    if (!completed && made !== null) removeEmpty(parent, made);
  }
}

function unwritable(destination: string, thrown: unknown): AppError {
  // Of what is absent, everything above was just made: some file systems, /proc among them, let nothing be made.
  const why =
    systemCode(thrown) === "ENOENT" ? "no directory can be made there" : systemWords(thrown);
  return new AppError("bad_request", `The destination ${destination} cannot be written: ${why}`, {
    cause: thrown,
    hint: "Name another directory with --out.",
  });
}

/** @throws AppError `bad_request` where a file stands in the place of the destination or of a directory above it. */
function refuseFiles(destination: string): void {
  for (let path = destination; ; path = dirname(path)) {
    try {
      if (statSync(path).isDirectory()) return;
    } catch (thrown) {
      if (systemCode(thrown) === "ENOENT" || systemCode(thrown) === "ENOTDIR") continue;
      throw thrown;
    }
    const where = path === destination ? "is a file" : "lies below a file";
    throw new AppError(
      "bad_request",
      `The destination ${destination} ${where}; expected a directory`,
    );
  }
}

/** Removes empty directories from `path` up to `top`. */
function removeEmpty(path: string, top: string): void {
  try {
    for (let directory = path; ; directory = dirname(directory)) {
      rmdirSync(directory);
      if (directory === top) return;
    }
  } catch {
    // Someone has put something there in the meantime; it stays.
  }
}

function failedResult(file: string, thrown: unknown, durationMs: number): DigestResult {
  const error = coerceError(thrown);
  const hint = error instanceof AppError && error.hint !== undefined ? `. ${error.hint}` : "";
  const details = error instanceof AppError ? error.details.slice(1) : [];
  return {
    status: "failed",
    tables: [],
    matrix: null,
    validation: [],
    errors: [hint === "" ? error.message : error.message.replace(/\.$/, "") + hint, ...details].map(
      (message) => ({
        message,
        file,
        line: null,
        column: null,
      }),
    ),
    errorCount: 1 + details.length,
    warnings: [],
    durationMs,
    bytesRead: 0,
  };
}

function describeResult(result: DigestResult): void {
  sayProblems(result);
  if (result.tables.length > 0) {
    const rows = result.tables.map(({ table: name, rows: count, columns, file }) => [
      name,
      String(count),
      String(columns),
      file,
    ]);
    print(table([["TABLE", "ROWS", "COLUMNS", "FILE"], ...rows]));
  }
  const { matrix } = result;
  if (matrix !== null) {
    say(
      `${matrix.dataSetType}: ${matrix.markers} markers, ${matrix.samples} samples, ` +
        `${matrix.missing} calls missing, ${matrix.heterozygous} heterozygous`,
    );
  }
  for (const { format, file } of result.outputs ?? []) say(`matrix as ${format}: ${file}`);
  if (result.quality !== undefined) say(describeQuality(result.quality));
  say(
    `${result.status} in ${(result.durationMs / 1000).toFixed(1)} s, ${result.bytesRead} bytes read`,
  );
}

function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`;
}

function describeQuality(quality: QualitySummary): string {
  const { minorAlleleFrequency, heterozygosity, duplicateSamples } = quality;
  const parts = [`call rate ${percent(quality.callRate)}`];
  if (minorAlleleFrequency !== null) {
    parts.push(`mean minor allele frequency ${minorAlleleFrequency.toFixed(3)}`);
  }
  if (heterozygosity !== null) parts.push(`heterozygosity ${percent(heterozygosity)}`);
  parts.push(`${quality.monomorphicMarkers} markers monomorphic`);
  if (duplicateSamples !== null) parts.push(`${duplicateSamples} pairs of duplicate samples`);
  return `quality: ${parts.join(", ")}`;
}
