import { readText, type Reading } from "./instruction-text.ts";
import { keyProblem } from "./submit-body.ts";

/** A file as it was chosen. */
export interface TextFile {
  readonly name: string;
  readonly text: string;
}

/** One of several instructions that are submitted together. */
export interface BatchEntry {
  /** The name of the file; of several instructions in one file, with their number. */
  readonly name: string;
  /** Under which it is submitted; empty: the service makes one up. */
  readonly key: string;
  readonly reading: Exclude<Reading, { kind: "empty" }>;
}

/**
 * What files hold, an entry for each instruction. A file may hold several: a list of lists, or of what old systems wrapped
 * instructions in. Keys are the files' names, numbered where they would be the same.
 */
export function readBatch(files: readonly TextFile[]): BatchEntry[] {
  const keys = new Set<string>();
  return files.flatMap(({ name, text }) => {
    const texts = instructionTexts(text);
    return texts.map((one, index) => {
      const suffix = texts.length > 1 ? `-${index + 1}` : "";
      const key = uniqueKey(name.replace(/\.json$/i, "") + suffix, keys);
      keys.add(key);
      const title = texts.length > 1 ? `${name}, ${index + 1} of ${texts.length}` : name;
      return { name: title, key, reading: readOne(one) };
    });
  });
}

/** Offsets in the problems of a part of a file would be those of the part, so a file that is wrong stays whole. */
function instructionTexts(text: string): string[] {
  const parts = partsOf(text);
  const readings = parts.map((part) => readText(part));
  return readings.some(({ kind }) => kind === "right") ? parts : [text];
}

function partsOf(text: string): string[] {
  try {
    const json: unknown = JSON.parse(text);
    if (!Array.isArray(json) || json.length < 2) return [text];
    const areWhole = json.every((one) => Array.isArray(one) || isWrapped(one));
    return areWhole ? json.map((one) => JSON.stringify(one, null, 2)) : [text];
  } catch {
    return [text];
  }
}

/** Instructions of a list carry a table; what stands around a whole load carries none. */
function isWrapped(value: unknown): boolean {
  return typeof value === "object" && value !== null && !("table" in value);
}

function readOne(text: string): BatchEntry["reading"] {
  const reading = readText(text);
  if (reading.kind !== "empty") return reading;
  const problem = { message: "The file is empty.", from: 0, to: 0, line: 1 };
  return { kind: "wrong", problems: [problem] };
}

function uniqueKey(name: string, taken: ReadonlySet<string>): string {
  const base = keyProblem(name) === null ? name : "";
  if (base === "" || !taken.has(base)) return base;
  for (let number = 2; ; number++) {
    const key = `${base}-${number}`;
    if (!taken.has(key)) return key;
  }
}
