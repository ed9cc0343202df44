import type { DigestProblem } from "../contract/result.ts";

/** At most so many problems of one kind are kept; the rest are counted. */
export const KEPT_PER_KIND = 20;

/** Where in the source something was found; lines and columns count from 1. */
export interface Place {
  readonly file: string | null;
  readonly line: number | null;
  readonly column: number | null;
}

export const NOWHERE: Place = { file: null, line: null, column: null };

/** Collects what is wrong with an input, in the order of its discovery. */
export interface Problems {
  /** `kind` groups problems that have one cause. `message` is called only if the problem is kept. */
  report(kind: string, place: Place, message: () => string): void;
  readonly count: number;
  readonly list: readonly DigestProblem[];
}

export function createProblems(): Problems {
  const list: DigestProblem[] = [];
  const countOfKind = new Map<string, number>();
  let count = 0;
  return {
    report(kind, place, message) {
      count++;
      const ofKind = (countOfKind.get(kind) ?? 0) + 1;
      countOfKind.set(kind, ofKind);
      if (ofKind <= KEPT_PER_KIND) list.push({ message: message(), ...place });
    },
    get count() {
      return count;
    },
    list,
  };
}

/** Quotes a piece of the input for a message: long pieces are cut, control characters made visible. */
export function quote(text: string): string {
  const shown = text.length > 60 ? `${text.slice(0, 60)}…` : text;
  return JSON.stringify(shown);
}

/** A problem in one line: what, then where. */
export function describeProblem(problem: DigestProblem): string {
  const { file, line, column } = problem;
  const place = [file, line, column].filter((part) => part !== null).join(":");
  return place === "" ? problem.message : `${problem.message} [${place}]`;
}
