import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { readInstruction } from "../../contract/instruction.ts";
import { toLoad, type ColumnRule, type Load } from "../../contract/load.ts";
import type { DigestResult, TableValidation } from "../../contract/result.ts";
import { digest } from "../digest.ts";
import type { Phase } from "../failure-message.ts";
import { everythingKnown, knownFromFile } from "../validation/known-source.ts";

/** A recorded run of GOBii's own digester: a folder with an instruction, its input and what came of it. */
export interface GoldenCase {
  readonly case: string;
  readonly stage: string;
  /** The reference is wrong, and `intended` says what is right. */
  readonly referenceDefect: boolean | null;
  /** The reference refuses good input. */
  readonly beyond?: boolean;
}

/** What must be equal. */
export interface Comparison {
  readonly ours: unknown;
  readonly expected: unknown;
}

/** What is to come of a case of which the reference is not to be followed. */
export type Intention =
  /** Completes, with these files instead of the recorded ones. */
  | { readonly files: Readonly<Record<string, string>> }
  /** Fails with an error of these words, at that place. */
  | { readonly error: RegExp; readonly line?: number; readonly column?: number };

export interface Recorded {
  readonly statuses?: readonly (readonly [Phase["gobiiStatus"], string])[];
  readonly mailErrors?: readonly string[];
  readonly errors?: readonly string[];
  readonly validation?: readonly TableValidation[];
  readonly messages?: Readonly<Record<string, string | null>>;
}

export function readJson(path: string): unknown {
  return JSON.parse(readFileSync(path, "utf8"));
}

export function recordedIn(dir: string): Recorded {
  return readJson(join(dir, "expected/result.json")) as Recorded;
}

export function loadIn(dir: string): Load {
  return toLoad(readInstruction(readJson(join(dir, "instruction.json"))));
}

/** The digest files in a folder, by name. */
export function filesIn(dir: string): Record<string, string> {
  if (!existsSync(dir)) return {};
  const names = readdirSync(dir).filter((name) => name.startsWith("digest."));
  return Object.fromEntries(names.map((name) => [name, readFileSync(join(dir, name), "latin1")]));
}

export async function withTempDir<T>(work: (dir: string) => Promise<T>): Promise<T> {
  const dir = mkdtempSync(join(tmpdir(), "digest-test-"));
  try {
    return await work(dir);
  } finally {
    rmSync(dir, { recursive: true });
  }
}

export interface Run {
  readonly result: DigestResult;
  readonly phases: readonly Phase[];
  /** What is in the output directory afterwards. */
  readonly files: Readonly<Record<string, string>>;
  readonly names: readonly string[];
}

/** Digests a load in a directory of its own. Relative sources are those of `root`; earlier files may be in `publishDir`. */
export function runDigest(load: Load, root: string, publishDir = "output"): Promise<Run> {
  const knownFile = join(root, "db.json");
  const phases: Phase[] = [];
  return withTempDir(async (outDir) => {
    const result = await digest(
      {
        load,
        root,
        outDir,
        publishDir,
        knownCrops: ["dev"],
        known: existsSync(knownFile) ? knownFromFile(knownFile) : everythingKnown,
      },
      {
        onPhase: (phase) => {
          phases.push(phase);
        },
        onProgress: () => {},
        checkpoint: () => {},
      },
    );
    return { result, phases, files: filesIn(outDir), names: readdirSync(outDir) };
  });
}

/** A column that is read from the source or, without coordinates, a constant. */
export function column(
  type: ColumnRule["type"],
  name: string,
  row: number | null = null,
  at: number | null = null,
  more: Partial<ColumnRule> = {},
): ColumnRule {
  return {
    type,
    name,
    row,
    column: at,
    filterFrom: null,
    filterTo: null,
    findText: null,
    replaceText: null,
    constantValue: null,
    subcolumn: false,
    subcolumnDelimiter: null,
    ...more,
  };
}

/** The first problem that an intention speaks of, as far as it speaks of it. */
export function compareError(
  errors: DigestResult["errors"],
  intention: Extract<Intention, { error: RegExp }>,
): Comparison {
  const found = errors.find((error) => intention.error.test(error.message));
  return {
    ours: found === undefined ? errors : { line: found.line, column: found.column },
    expected: {
      line: intention.line ?? found?.line,
      column: intention.column ?? found?.column,
    },
  };
}
