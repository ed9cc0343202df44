import type { PatternReader } from "./pattern-reader.ts";

/** What Java's inline flags say of the part of an expression that they hold for. */
export interface JavaFlags {
  readonly ignoreCase: boolean;
  readonly multiline: boolean;
  readonly dotAll: boolean;
  /** White space and what follows a # are no part of the expression. */
  readonly comments: boolean;
}

export const noFlags: JavaFlags = {
  ignoreCase: false,
  multiline: false,
  dotAll: false,
  comments: false,
};

/** Of `i`, `m`, `s`, `x`; what `d` and `u` ask for is the case anyway, or makes no difference in a cell. */
const NAMES: Readonly<Record<string, keyof JavaFlags | null>> = {
  i: "ignoreCase",
  m: "multiline",
  s: "dotAll",
  x: "comments",
  d: null,
  u: null,
};

interface FlagsRead {
  readonly flags: JavaFlags;
  /** Letters with case of any script, which only hold for a whole expression. */
  readonly isUnicode: boolean;
  /** They hold for a group of their own, `(?i:…)`, else up to the end of the one that they stand in. */
  readonly isGroup: boolean;
}

/** Behind `(?`: flags that are put on and, behind a dash, off, with what ends them. */
export function readFlags(reader: PatternReader, before: JavaFlags): FlagsRead {
  let set = "";
  for (; /^[A-Za-z-]$/.test(reader.peek()); reader.skip(1)) set += reader.peek();
  const end = reader.peek();
  const [on = "", off = "", ...more] = set.split("-");
  const unknown = Array.from(on + off).find((name) => NAMES[name] === undefined);
  if ((end !== ")" && end !== ":") || more.length > 0 || unknown !== undefined) {
    reader.refuse(`the flags "(?${set}${end}" are not known here, only i, m, s and x are`);
  }
  reader.skip(1);
  const flags: Record<keyof JavaFlags, boolean> = { ...before };
  for (const [names, value] of [
    [on, true],
    [off, false],
  ] as const) {
    for (const name of names) {
      const flag = NAMES[name] ?? null;
      if (flag !== null) flags[flag] = value;
    }
  }
  return { flags, isUnicode: on.includes("u"), isGroup: end === ":" };
}

/** Skips what is no part of an expression with comments. @returns whether there was anything. */
export function skipComments(reader: PatternReader): boolean {
  if (reader.peek() === "#") {
    while (!reader.isAtEnd() && reader.peek() !== "\n") reader.skip(1);
    return true;
  }
  const isSpace = /^[ \t\n\v\f\r]$/.test(reader.peek());
  if (isSpace) reader.skip(1);
  return isSpace;
}

const LETTERS = Array.from("abcdefghijklmnopqrstuvwxyz", (letter) => [
  letter,
  letter.toUpperCase(),
]).flat();

/**
 * A set of one character, in JavaScript's terms with its v flag, such that the case of ASCII letters does not matter, as
 * Java has it. Other letters keep theirs.
 */
export function inAnyCase(set: string): string {
  const regex = new RegExp(`^${set}$`, "iv");
  const matched = LETTERS.filter((letter) => regex.test(letter)).join("");
  return `[[${set}--[a-zA-Z]]${matched}]`;
}

const BREAKS = "\\n\\r\\u2028\\u2029";

/** `^` and `$` at the ends of each line. */
export const LINE_ANCHORS: Readonly<Record<string, string>> = {
  "^": `(?<![^${BREAKS}])`,
  $: `(?![^${BREAKS}])`,
};
