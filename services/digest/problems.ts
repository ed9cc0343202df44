import { plainWords, type ProblemWords } from "../contract/problem-words.ts";
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
  /** `kind` groups problems that have one cause. `words` is called only if the problem is kept, and at once. */
  report(kind: string, place: Place, words: () => string | ProblemWords): void;
  readonly count: number;
  /** Those that were kept. */
  readonly list: readonly DigestProblem[];
}

export interface CollectedProblems extends Problems {
  /** Those that were kept and, for each kind of which there were more, how many. */
  summary(): DigestProblem[];
}

/** Keeps the first problems of each kind, and counts all. */
export function createProblems(): CollectedProblems {
  const list: DigestProblem[] = [];
  const kinds = new Map<string, { count: number; first: string }>();
  let count = 0;
  return {
    report(kind, place, words) {
      count++;
      const known = kinds.get(kind);
      if (known !== undefined && ++known.count > KEPT_PER_KIND) return;
      const said = asWords(words());
      list.push({ ...said, file: place.file, line: place.line, column: place.column });
      if (known === undefined) kinds.set(kind, { count: 1, first: plainWords(said) });
    },
    get count() {
      return count;
    },
    list,
    summary() {
      const more = [...kinds.values()].filter((kind) => kind.count > KEPT_PER_KIND);
      return [
        ...list,
        ...more.map((kind) => ({
          message: `${kind.count - KEPT_PER_KIND} more like the first of its kind: ${kind.first}`,
          ...NOWHERE,
        })),
      ];
    },
  };
}

export function asWords(words: string | ProblemWords): ProblemWords {
  return typeof words === "string" ? { message: words } : words;
}

/** Reports one that was found elsewhere. */
export function reportFound(
  problems: Pick<Problems, "report">,
  kind: string,
  { file, line, column, ...words }: DigestProblem,
): void {
  problems.report(kind, { file, line, column }, () => words);
}
