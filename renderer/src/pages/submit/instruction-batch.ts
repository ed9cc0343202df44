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
  /** Where the file holds nothing else. */
  readonly file: TextFile | null;
  readonly reading: Exclude<Reading, { kind: "empty" }>;
}

/**
 * What files hold, an entry for each instruction. A file may hold several: a list of lists, or of what old systems wrapped
 * instructions in. Keys are the files' names, numbered where they would be the same.
 */
export function readBatch(files: readonly TextFile[]): BatchEntry[] {
  const keys = new Set<string>();
  return files.flatMap((file) => {
    const { name } = file;
    const readings = readParts(file.text);
    const isWhole = readings.length === 1;
    return readings.map((reading, index) => {
      const suffix = isWhole ? "" : `-${index + 1}`;
      const key = uniqueKey(name.replace(/\.json$/i, "") + suffix, keys);
      keys.add(key);
      const title = isWhole ? name : `${name}, ${index + 1} of ${readings.length}`;
      return { name: title, key, file: isWhole ? file : null, reading };
    });
  });
}

/** Offsets in the problems of a part of a file would be those of the part, so a file that is wrong stays whole. */
function readParts(text: string): BatchEntry["reading"][] {
  const readings = partsOf(text).map((part) => readOne(part));
  return readings.some(({ kind }) => kind === "right") ? readings : [readOne(text)];
}

/** None where it does not hold several. */
function partsOf(text: string): string[] {
  try {
    const json: unknown = JSON.parse(text);
    if (!Array.isArray(json) || json.length < 2) return [];
    const areWhole = json.every((one) => Array.isArray(one) || isWrapped(one));
    return areWhole ? json.map((one) => JSON.stringify(one, null, 2)) : [];
  } catch {
    return [];
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
