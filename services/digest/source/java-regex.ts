import { coerceError } from "../../contract/errors.ts";
import {
  characterClass,
  escapedCharacter,
  escapedSet,
  literal,
  quoted,
} from "./java-characters.ts";
import {
  inAnyCase,
  LINE_ANCHORS,
  noFlags,
  readFlags,
  skipComments,
  type JavaFlags,
} from "./java-flags.ts";
import { readPattern, type PatternReader } from "./pattern-reader.ts";

/**
 * Instructions carry Java regular expressions: as delimiters (`String.split`) and as `findText` (`String.replaceAll`).
 * This file says them in JavaScript's terms, or refuses: possessive quantifiers and atomic groups become a lookahead with
 * a back reference, classes are spelled out as Java defines them, `\Q…\E` is quoted, flags are worked into the part that they
 * hold for. Not translated are `\G`, `\N{…}` and `\X`.
 */
export interface JavaRegex {
  /** Global, so that its `lastIndex` moves on. */
  readonly regex: RegExp;
  /** JavaScript's number of each of Java's capturing groups; index 0 is the whole match. */
  readonly groups: readonly number[];
  readonly groupNames: readonly string[];
}

/** @throws AppError `invalid_instruction` where Java would not take the expression either, or it cannot be translated. */
export function translateJavaRegex(pattern: string): JavaRegex {
  const reader = readPattern(pattern);
  const parsed = parse(reader, {
    refers: /\\[1-9k]/.test(pattern),
    takesOff: /\(\?[a-z]*-[a-z]*i/.test(pattern),
  });
  try {
    const regex = new RegExp(parsed.source, `gv${parsed.ignoreCase ? "i" : ""}`);
    return { regex, groups: parsed.groups, groupNames: parsed.groupNames };
  } catch (thrown) {
    return reader.refuse(coerceError(thrown).message.replace(/^.*\/: /, ""));
  }
}

/**
 * Moves on behind a match of nothing, by a whole character: where only half of one is stepped over, the engine steps back,
 * and finds the same match without end.
 */
export function stepOver(regex: RegExp, text: string): void {
  regex.lastIndex += (text.codePointAt(regex.lastIndex) ?? 0) > 0xffff ? 2 : 1;
}

/** What a part of the translated expression is, before its groups can be numbered. */
type Piece =
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: "open"; readonly text: string; readonly javaGroup: number | null }
  | { readonly kind: "reference"; readonly javaGroup: number }
  | { readonly kind: "atom-open" }
  | { readonly kind: "atom-close" };

/** What Java's word boundaries, unlike its `\w`, take for a part of a word. */
const WORD = "[\\p{L}\\p{Nd}_]";

const ANCHORS: Readonly<Record<string, string>> = {
  b: `(?:(?<=${WORD})(?!${WORD})|(?<!${WORD})(?=${WORD}))`,
  B: `(?:(?<=${WORD})(?=${WORD})|(?<!${WORD})(?!${WORD}))`,
  A: "(?<![\\s\\S])",
  z: "(?![\\s\\S])",
  Z: "(?=\\n?(?![\\s\\S]))",
  R: "(?:\\r\\n|[\\n-\\r\\x85\\u2028\\u2029])",
};

/** Reads the whole pattern: groups, references, quantifiers, and what they hold. */
function parse(
  reader: PatternReader,
  /** Whether it has references to groups, and takes the flag i off somewhere. */
  whole: { readonly refers: boolean; readonly takesOff: boolean },
) {
  const pieces: Piece[] = [];
  /** Where in `pieces` the groups that are still open begin; `atomic` ones are closed by two brackets. */
  const open: { at: number; atomic: boolean; flags: JavaFlags }[] = [];
  const groupNames: string[] = [];
  let groupCount = 0;
  let flags = noFlags;
  let ignoresAllCase = false;
  /** Where the last thing that a quantifier can follow begins, or -1. */
  let atomAt = -1;

  const atom = (text: string): void => {
    atomAt = pieces.length;
    pieces.push({ kind: "text", text });
  };
  /** A set of one character. */
  const set = (text: string): void => atom(flags.ignoreCase ? inAnyCase(text) : text);
  const anchor = (text: string): void => {
    atomAt = -1;
    pieces.push({ kind: "text", text });
  };

  const openGroup = (): void => {
    const begin = pieces.length;
    let atomic = false;
    if (reader.peek() !== "?") {
      groupCount++;
      pieces.push({ kind: "open", text: "(", javaGroup: groupCount });
    } else if (/^\?(?:[:=!]|<[=!])/.test(reader.ahead(0, 3))) {
      const text = reader.peek(1) === "<" ? `(?<${reader.peek(2)}` : `(?${reader.peek(1)}`;
      reader.skip(text.length - 1);
      pieces.push({ kind: "open", text, javaGroup: null });
    } else if (reader.startsWith("?>")) {
      reader.skip(2);
      atomic = true;
      pieces.push({ kind: "atom-open" });
    } else if (reader.startsWith("?<")) {
      reader.skip(2);
      const name = reader.takeUntil(">", "a group name");
      groupCount++;
      groupNames[groupCount] = name;
      pieces.push({ kind: "open", text: `(?<${name}>`, javaGroup: groupCount });
    } else {
      reader.skip(1);
      const before = flags;
      const read = readFlags(reader, before);
      flags = read.flags;
      if (flags.ignoreCase && !before.ignoreCase) {
        const isForAll = begin === 0 && !read.isGroup;
        // JavaScript's own flag knows of the case of every script, as Java's does with u, and what a reference refers to.
        if (isForAll && !whole.takesOff && (read.isUnicode || whole.refers)) {
          ignoresAllCase = true;
          flags = { ...flags, ignoreCase: false };
        } else if (read.isUnicode) {
          reader.refuse('the flags "iu" are supported only for the whole of it');
        }
      }
      if (!read.isGroup) return;
      pieces.push({ kind: "open", text: "(?:", javaGroup: null });
      open.push({ at: begin, atomic: false, flags: before });
      atomAt = -1;
      return;
    }
    open.push({ at: begin, atomic, flags });
    atomAt = -1;
  };

  const closeGroup = (): void => {
    const group = open.pop() ?? reader.refuse('")" closes nothing');
    pieces.push(group.atomic ? { kind: "atom-close" } : { kind: "text", text: ")" });
    atomAt = group.at;
    flags = group.flags;
  };

  const quantifier = (text: string): void => {
    if (atomAt < 0) reader.refuse(`"${text}" has nothing to repeat`);
    const begin = atomAt;
    const mode = reader.peek();
    if (mode === "?" || mode === "+") reader.skip(1);
    pieces.push({ kind: "text", text: mode === "?" ? `${text}?` : text });
    if (mode === "+") {
      pieces.splice(begin, 0, { kind: "atom-open" });
      pieces.push({ kind: "atom-close" });
    }
    atomAt = -1;
  };

  while (!reader.isAtEnd()) {
    if (flags.comments && skipComments(reader)) continue;
    const character = reader.peek();
    if (reader.startsWith("\\Q")) {
      reader.skip(2);
      for (const one of quoted(reader)) set(literal(one));
    } else if (character === "\\") {
      reader.skip(1);
      const anchorText = ANCHORS[reader.peek()];
      if (anchorText !== undefined) {
        if (reader.peek() === "R") atom(anchorText);
        else anchor(anchorText);
        reader.skip(1);
      } else if (/[1-9]/.test(reader.peek())) {
        // As many digits as make the number of a group, at least one.
        let digits = reader.peek();
        while (
          /\d/.test(reader.peek(digits.length)) &&
          Number(digits + reader.peek(digits.length)) <= groupCount
        ) {
          digits += reader.peek(digits.length);
        }
        const number = Number(digits);
        if (number > groupCount) reader.refuse(`"\\${number}" refers to a group that comes later`);
        reader.skip(digits.length);
        if (flags.ignoreCase) refuseReference(reader);
        atomAt = pieces.length;
        pieces.push({ kind: "reference", javaGroup: number });
      } else if (reader.startsWith("k<")) {
        reader.skip(2);
        if (flags.ignoreCase) refuseReference(reader);
        atom(`\\k<${reader.takeUntil(">", "\\k<")}>`);
      } else {
        set(
          escapedSet(reader) ??
            escapedCharacter(reader) ??
            reader.refuse(`"\\${reader.peek()}" is not known here`),
        );
      }
    } else if (character === "[") {
      reader.skip(1);
      set(characterClass(reader, flags.comments));
    } else if (character === "(") {
      reader.skip(1);
      openGroup();
    } else if (character === ")") {
      reader.skip(1);
      closeGroup();
    } else if (character === "|") {
      reader.skip(1);
      anchor("|");
    } else if (character === "^" || character === "$") {
      reader.skip(1);
      anchor(flags.multiline ? (LINE_ANCHORS[character] ?? character) : character);
    } else if (character === ".") {
      reader.skip(1);
      atom(flags.dotAll ? "[\\s\\S]" : ".");
    } else if (character === "*" || character === "+" || character === "?") {
      reader.skip(1);
      quantifier(character);
    } else if (character === "{") {
      reader.skip(1);
      const bounds = reader.takeUntil("}", "{");
      if (!/^\d+(,\d*)?$/.test(bounds)) reader.refuse(`"{${bounds}}" is no repetition`);
      quantifier(`{${bounds}}`);
    } else {
      reader.skip(1);
      set(literal(character));
    }
  }
  if (open.length > 0) reader.refuse('a "(" is not closed');
  return { ...numberGroups(pieces), ignoreCase: ignoresAllCase, groupNames };
}

function refuseReference(reader: PatternReader): never {
  return reader.refuse("it refers to a group where the case does not matter for a part only");
}

/** Writes the pieces out, now that it is known where JavaScript has groups of its own. */
function numberGroups(pieces: readonly Piece[]): { source: string; groups: number[] } {
  const groups = [0];
  let count = 0;
  for (const piece of pieces) {
    if (piece.kind === "atom-open") count++;
    else if (piece.kind === "open" && piece.javaGroup !== null) groups[piece.javaGroup] = ++count;
  }
  count = 0;
  const openAtoms: number[] = [];
  const source = pieces.map((piece) => {
    switch (piece.kind) {
      case "text":
        return piece.text;
      case "open":
        if (piece.javaGroup !== null) count++;
        return piece.text;
      case "reference":
        return `(?:\\${groups[piece.javaGroup]})`;
      case "atom-open":
        openAtoms.push(++count);
        return "(?:(?=(";
      case "atom-close":
        return `))\\${openAtoms.pop()})`;
    }
  });
  return { source: source.join(""), groups };
}
