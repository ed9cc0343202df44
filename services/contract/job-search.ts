import { jobStatuses, type FailureKind, type JobStatus } from "./job.ts";

/**
 * The language in which people look for jobs: `status:failed,aborted submitter:ada -table:marker "wheat gbs"`.
 *
 * Terms are separated by spaces, and a job must meet all of them; of the values of one term it must meet one. A dash in front
 * turns a term round. What has no qualifier is looked for in everything that is known of a job, its instruction too. A value
 * with spaces, commas or quotes stands in double quotes, within which `\"` and `\\` stand for `"` and `\`.
 */
export const qualifiers = [
  "status",
  "submitter",
  "table",
  "file",
  "crop",
  "digester",
  "error",
  "name",
] as const;
export type Qualifier = (typeof qualifiers)[number];

export interface SearchTerm {
  /** Null: a text to be found anywhere; it then has one value. */
  readonly qualifier: Qualifier | null;
  /** At least one. */
  readonly values: readonly string[];
  readonly not: boolean;
}

export type JobSearch = readonly SearchTerm[];

/** Offsets in the text count from 0; `to` is exclusive. */
interface SearchProblem {
  readonly message: string;
  readonly from: number;
  readonly to: number;
}

export interface ParsedSearch {
  readonly terms: JobSearch;
  readonly problems: readonly SearchProblem[];
}

/** What `status:` may be asked for: the statuses, and those submitted ones that a person holds back. */
export const standings = [...jobStatuses, "held"] as const;

/** `-qualifier:` at the beginning of a term. A single letter is no qualifier but the drive of a path. */
const head = /^(-?)([A-Za-z]{2,}):/;

/** Reads a search. Where it has problems, `terms` are those without. */
export function parseSearch(text: string): ParsedSearch {
  const terms: SearchTerm[] = [];
  const problems: SearchProblem[] = [];
  const spaces = /\s*/y;
  for (let at = 0; ;) {
    spaces.lastIndex = at;
    spaces.test(text);
    at = spaces.lastIndex;
    if (at >= text.length) return { terms, problems };
    const term = readTerm(text, at);
    if (term.problem === null) terms.push(term.term);
    else problems.push({ message: term.problem, from: at, to: term.end });
    at = term.end;
  }
}

type Read =
  | { readonly end: number; readonly problem: null; readonly term: SearchTerm }
  | { readonly end: number; readonly problem: string };

function readTerm(text: string, from: number): Read {
  const [whole = "", dash = "", name = ""] = head.exec(text.slice(from)) ?? [];
  if (whole === "") return readText(text, from);
  const read = readValues(text, from + whole.length);
  const { end, values } = read;
  const qualifier = qualifiers.find((one) => one === name.toLowerCase());
  if (qualifier === undefined) {
    const problem = `There is no qualifier "${name}"; known are ${qualifiers.join(", ")}. To look for it as text, put it in quotes.`;
    return { end, problem };
  }
  if (read.problem !== null) return { end, problem: read.problem };
  if (values.length === 0) return { end, problem: `${qualifier}: expected a value after it` };
  const wrong = qualifier === "status" ? values.find((one) => !isStanding(one)) : undefined;
  if (wrong !== undefined) {
    return { end, problem: `status: expected ${standings.join(", ")}; found "${wrong}"` };
  }
  return { end, problem: null, term: { qualifier, values, not: dash === "-" } };
}

function isStanding(value: string): boolean {
  return standings.some((one) => one === value);
}

function readText(text: string, from: number): Read {
  const not = text[from] === "-" && from + 1 < text.length && !isSpace(text[from + 1]);
  const start = not ? from + 1 : from;
  const { value, end, problem } = readValue(text, start, isSpace);
  if (problem !== null) return { end, problem };
  return { end, problem: null, term: { qualifier: null, values: [value], not } };
}

function readValues(
  text: string,
  from: number,
): { values: string[]; end: number; problem: string | null } {
  const values: string[] = [];
  let at = from;
  while (at < text.length && !isSpace(text[at])) {
    if (text[at] === ",") {
      at++;
      continue;
    }
    const read = readValue(text, at, (char) => isSpace(char) || char === ",");
    if (read.problem !== null) return { values, end: read.end, problem: read.problem };
    if (!values.includes(read.value)) values.push(read.value);
    at = read.end;
  }
  return { values, end: at, problem: null };
}

function readValue(
  text: string,
  from: number,
  isEnd: (char: string | undefined) => boolean,
): { value: string; end: number; problem: string | null } {
  if (text[from] !== '"') {
    let end = from;
    while (end < text.length && !isEnd(text[end])) end++;
    return { value: text.slice(from, end), end, problem: null };
  }
  let value = "";
  for (let at = from + 1; at < text.length; at++) {
    const char = text[at] ?? "";
    const next = text[at + 1];
    if (char === '"') return { value, end: at + 1, problem: null };
    if (char === "\\" && (next === '"' || next === "\\")) {
      value += next;
      at++;
    } else {
      value += char;
    }
  }
  return { value, end: text.length, problem: "The quote is not closed" };
}

function isSpace(char: string | undefined): boolean {
  return char !== undefined && /\s/.test(char);
}

/** The shortest text that reads as these terms. */
export function printSearch(terms: JobSearch): string {
  return terms
    .map(({ qualifier, values, not }) => {
      const dash = not ? "-" : "";
      if (qualifier === null) return dash + printText(values[0] ?? "");
      return `${dash}${qualifier}:${values.map(printValue).join(",")}`;
    })
    .join(" ");
}

function printText(value: string): string {
  const isBare =
    value !== "" && !/^["-]/.test(value) && !/\s/.test(value) && head.exec(value) === null;
  return isBare ? value : quoted(value);
}

/** A value as it stands after a qualifier. */
export function printValue(value: string): string {
  return value !== "" && !/[\s,"]/.test(value) ? value : quoted(value);
}

function quoted(value: string): string {
  return `"${value.replaceAll(/["\\]/g, (char) => `\\${char}`)}"`;
}

/** The search with a value added to its qualifier, or taken out where it was there. */
export function toggleValue(terms: JobSearch, qualifier: Qualifier, value: string): JobSearch {
  const at = terms.findIndex((term) => term.qualifier === qualifier && !term.not);
  const term = terms[at];
  if (term === undefined) return [...terms, { qualifier, values: [value], not: false }];
  const others = term.values.filter((one) => one !== value);
  const values = others.length === term.values.length ? [...others, value] : others;
  return values.length === 0 ? terms.toSpliced(at, 1) : terms.with(at, { ...term, values });
}

/** The values that a search asks of a qualifier, those that it excludes left out. */
export function valuesOf(terms: JobSearch, qualifier: Qualifier): readonly string[] {
  return terms.flatMap((term) => (term.qualifier === qualifier && !term.not ? term.values : []));
}

/** What a search looks at, of a stored job and of one that a list shows alike. */
export interface SearchedJob {
  readonly id: number;
  readonly key: string;
  readonly crop: string;
  readonly status: JobStatus;
  readonly held: boolean;
  readonly submittedBy: string | null;
  readonly tables: readonly string[];
  readonly source: string | null;
  readonly digester: string | null;
  readonly reason: string | null;
  readonly message: string | null;
  readonly failure: FailureKind | null;
}

/** The values that a job has for a qualifier, as facets count them. `""`: it has none. */
export function facetValues(job: SearchedJob, qualifier: Qualifier): readonly string[] {
  switch (qualifier) {
    case "status":
      return job.held && job.status === "submitted" ? [job.status, "held"] : [job.status];
    case "submitter":
      return [job.submittedBy ?? ""];
    case "table":
      return job.tables.length === 0 ? [""] : job.tables;
    case "file":
      return [job.source ?? ""];
    case "crop":
      return [job.crop];
    case "digester":
      return [job.digester ?? ""];
    case "error":
      return job.failure === null ? [] : [job.failure];
    case "name":
      return [job.key];
  }
}

/**
 * Whether a job meets a term, ignoring case. Names are compared whole, with `*` for any characters; files, names of jobs and
 * errors by a part. `error:` takes a kind of failure or a part of what a failed job says.
 */
export function termMatcher(
  { qualifier, values, not }: SearchTerm,
  inInstruction: (id: number, text: string) => boolean,
): (job: SearchedJob) => boolean {
  const wanted = values.map((value) => value.toLowerCase());
  const meets = wanted.map((value) => valueMatcher(qualifier, value, inInstruction));
  return (job) => meets.some((one) => one(job)) !== not;
}

function valueMatcher(
  qualifier: Qualifier | null,
  value: string,
  inInstruction: (id: number, text: string) => boolean,
): (job: SearchedJob) => boolean {
  switch (qualifier) {
    case null:
      return (job) => hasText(job, value) || inInstruction(job.id, value);
    case "name":
    case "file":
      return (job) => facetValues(job, qualifier).some((one) => holds(one, value));
    case "error":
      return (job) =>
        job.status === "failed" &&
        (job.failure === value || has(job.reason, value) || has(job.message, value));
    case "status":
    case "submitter":
    case "table":
    case "crop":
    case "digester": {
      const isSame = sameName(value);
      return (job) => facetValues(job, qualifier).some(isSame);
    }
  }
}

/** An empty value means that there is none. */
function holds(text: string, part: string): boolean {
  return part === "" ? text === "" : text.toLowerCase().includes(part);
}

function sameName(wanted: string): (value: string) => boolean {
  if (!wanted.includes("*")) return (value) => value.toLowerCase() === wanted;
  const parts = wanted.split("*").map((part) => part.replaceAll(/[\\^$.|?+()[\]{}]/g, "\\$&"));
  const pattern = new RegExp(`^${parts.join("[^]*")}$`);
  return (value) => pattern.test(value.toLowerCase());
}

function has(field: string | null, text: string): boolean {
  return field !== null && field.toLowerCase().includes(text);
}

/** @param text in lower case. */
function hasText(job: SearchedJob, text: string): boolean {
  return (
    has(job.key, text) ||
    has(job.source, text) ||
    has(job.reason, text) ||
    has(job.message, text) ||
    has(job.submittedBy, text) ||
    job.tables.some((table) => has(table, text))
  );
}

/** Whether a search can only be answered by whoever has the instructions. */
export function looksIntoInstructions(terms: JobSearch): boolean {
  return terms.some((term) => term.qualifier === null);
}
