import { AppError } from "../../contract/errors.ts";

/** A pattern that is read from its beginning to its end, by whole characters. */
export interface PatternReader {
  /** The character that is read next, or one behind it; empty where the pattern has ended. */
  readonly peek: (offset?: number) => string;
  /** So many characters from there on, or fewer where the pattern ends. */
  readonly ahead: (offset: number, count: number) => string;
  readonly startsWith: (text: string) => boolean;
  readonly skip: (count: number) => void;
  /**
   * What stands before `end`, which is read as well.
   *
   * @param what is refused where there is no end.
   */
  readonly takeUntil: (end: string, what: string) => string;
  readonly isAtEnd: () => boolean;
  /** @throws AppError `invalid_instruction`, always: the pattern cannot be used. */
  readonly refuse: (why: string) => never;
}

export function readPattern(pattern: string): PatternReader {
  const characters = Array.from(pattern);
  let at = 0;
  const ahead = (offset: number, count: number): string =>
    characters.slice(at + offset, at + offset + count).join("");
  const startsWith = (text: string): boolean => ahead(0, text.length) === text;
  const refuse = (why: string): never => {
    throw new AppError(
      "invalid_instruction",
      `${JSON.stringify(pattern)} is not a regular expression that can be used: ${why}`,
    );
  };
  return {
    peek: (offset = 0) => characters[at + offset] ?? "",
    ahead,
    startsWith,
    skip: (count) => {
      at += count;
    },
    takeUntil: (end, what) => {
      const from = at;
      while (at < characters.length && !startsWith(end)) at++;
      if (at >= characters.length) refuse(`${what} is not closed`);
      const text = characters.slice(from, at).join("");
      at += end.length;
      return text;
    },
    isAtEnd: () => at >= characters.length,
    refuse,
  };
}
