import { AppError, coerceError } from "../../contract/errors.ts";

/**
 * Instructions carry Java regular expressions: as delimiters (`String.split`) and as `findText` (`String.replaceAll`).
 * This file says them in JavaScript's terms, or refuses: possessive quantifiers and atomic groups become a lookahead with
 * a back reference, classes are spelled out as Java defines them, `\Q…\E` is quoted. Not translated are flags that hold
 * for a part only, comments mode, `\G`, `\N{…}` and `\X`.
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
  const refuse = (why: string): never => {
    throw new AppError(
      "invalid_instruction",
      `${JSON.stringify(pattern)} is not a regular expression that can be used: ${why}`,
    );
  };
  const parsed = parse(pattern, refuse);
  try {
    const regex = new RegExp(parsed.source, `gv${parsed.flags}`);
    return { regex, groups: parsed.groups, groupNames: parsed.groupNames };
  } catch (thrown) {
    return refuse(coerceError(thrown).message.replace(/^.*\/: /, ""));
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

const WHITE = " \\t\\n\\x0B\\f\\r";
const HORIZONTAL = " \\t\\xA0\\u1680\\u180E\\u2000-\\u200A\\u202F\\u205F\\u3000";
const VERTICAL = "\\n\\x0B\\f\\r\\x85\\u2028\\u2029";

/** Escapes that stand for a set of characters, in and outside of classes. */
const SETS: Readonly<Record<string, string>> = {
  d: "[0-9]",
  D: "[^0-9]",
  s: `[${WHITE}]`,
  S: `[^${WHITE}]`,
  w: "[a-zA-Z_0-9]",
  W: "[^a-zA-Z_0-9]",
  h: `[${HORIZONTAL}]`,
  H: `[^${HORIZONTAL}]`,
  v: `[${VERTICAL}]`,
  V: `[^${VERTICAL}]`,
};

const POSIX: Readonly<Record<string, string>> = {
  Lower: "a-z",
  Upper: "A-Z",
  ASCII: "\\x00-\\x7F",
  Alpha: "a-zA-Z",
  Digit: "0-9",
  Alnum: "a-zA-Z0-9",
  Punct: "\\x21-\\x2F\\x3A-\\x40\\x5B-\\x60\\x7B-\\x7E",
  Graph: "\\x21-\\x7E",
  Print: "\\x20-\\x7E",
  Blank: " \\t",
  Cntrl: "\\x00-\\x1F\\x7F",
  XDigit: "0-9a-fA-F",
  Space: WHITE,
};

const CONTROLS: Readonly<Record<string, string>> = {
  t: "\\t",
  n: "\\n",
  r: "\\r",
  f: "\\f",
  a: "\\x07",
  e: "\\x1B",
};

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

/** A character that means itself, so that JavaScript reads it so too. */
function literal(character: string): string {
  if (/^[A-Za-z0-9]$/.test(character)) return character;
  const code = character.codePointAt(0) ?? 0;
  return code < 0x80 ? `\\x${code.toString(16).padStart(2, "0")}` : character;
}

function parse(pattern: string, refuse: (why: string) => never) {
  const characters = Array.from(pattern);
  const pieces: Piece[] = [];
  /** Where in `pieces` the groups that are still open begin; `atomic` ones are closed by two brackets. */
  const open: { at: number; atomic: boolean }[] = [];
  const groupNames: string[] = [];
  let at = 0;
  let groupCount = 0;
  let flags = "";
  /** Where the last thing that a quantifier can follow begins, or -1. */
  let atomAt = -1;

  const peek = (offset = 0): string => characters[at + offset] ?? "";
  const startsWith = (text: string): boolean =>
    characters.slice(at, at + text.length).join("") === text;
  const takeUntil = (end: string, what: string): string => {
    const from = at;
    while (at < characters.length && !startsWith(end)) at++;
    if (at >= characters.length) refuse(`${what} is not closed`);
    const text = characters.slice(from, at).join("");
    at += end.length;
    return text;
  };
  const atom = (text: string): void => {
    atomAt = pieces.length;
    pieces.push({ kind: "text", text });
  };
  const anchor = (text: string): void => {
    atomAt = -1;
    pieces.push({ kind: "text", text });
  };

  /** Behind a backslash: the code point that an escape such as `\x41` stands for, as JavaScript writes it, or null. */
  const escapedCharacter = (): string | null => {
    const letter = peek();
    const hex = (digits: string): string => {
      if (!/^[0-9a-fA-F]{1,6}$/.test(digits)) refuse(`"\\${letter}${digits}" is no character`);
      return `\\u{${digits}}`;
    };
    const control = CONTROLS[letter];
    if (control !== undefined) {
      at++;
      return control;
    }
    if (letter === "x" && peek(1) === "{") {
      at += 2;
      return hex(takeUntil("}", "\\x{"));
    }
    if (letter === "x" || letter === "u") {
      const width = letter === "x" ? 2 : 4;
      const digits = characters.slice(at + 1, at + 1 + width).join("");
      if (digits.length < width) refuse(`"\\${letter}" needs ${width} digits`);
      at += 1 + width;
      return hex(digits);
    }
    if (letter === "0") {
      const octal = /^[0-3]?[0-7]{1,2}/.exec(characters.slice(at + 1, at + 4).join(""))?.[0];
      if (octal === undefined) return refuse('"\\0" needs octal digits');
      at += 1 + octal.length;
      return hex(Number.parseInt(octal, 8).toString(16));
    }
    if (letter === "c") {
      const code = (peek(1).codePointAt(0) ?? refuse('"\\c" needs a letter')) ^ 64;
      at += 2;
      return hex(code.toString(16));
    }
    if (/^[A-Za-z0-9]$/.test(letter)) return null;
    if (letter === "") return refuse("it ends with a backslash");
    at++;
    return literal(letter);
  };

  /** Behind a backslash: a set of characters such as `\d` or `\p{Alpha}`, or null. */
  const escapedSet = (): string | null => {
    const letter = peek();
    const set = SETS[letter];
    if (set !== undefined) {
      at++;
      return set;
    }
    if (letter !== "p" && letter !== "P") return null;
    at++;
    let name = peek();
    if (name === "{") {
      at++;
      name = takeUntil("}", "\\p{");
    } else {
      at++;
    }
    const posix = POSIX[name];
    if (posix !== undefined) return letter === "p" ? `[${posix}]` : `[^${posix}]`;
    const property = name.replace(/^Is(?=[A-Z])/, "");
    return `\\${letter}{${/^In|^java/.test(property) ? refuse(`\\p{${name}} is not known here`) : property}}`;
  };

  /** A class, behind its opening bracket. Java joins nested classes and intersects with `&&`, as does the v flag. */
  const characterClass = (): string => {
    const negated = peek() === "^";
    if (negated) at++;
    const operands: string[] = [];
    let operand = "";
    for (let first = true; ; first = false) {
      const character = peek();
      if (character === "") refuse("a class is not closed");
      if (character === "]" && !first) {
        at++;
        break;
      }
      if (startsWith("&&")) {
        at += 2;
        operands.push(operand);
        operand = "";
      } else if (character === "[") {
        at++;
        operand += characterClass();
      } else if (character === "-" && !first && peek(1) !== "]" && peek(1) !== "[") {
        at++;
        operand += operand === "" || /[\]}]$/.test(operand) ? "\\x2d" : "-";
      } else if (startsWith("\\Q")) {
        at += 2;
        operand += Array.from(quoted()).map(literal).join("");
      } else if (character === "\\") {
        at++;
        operand +=
          escapedSet() ?? escapedCharacter() ?? refuse(`"\\${peek()}" is not known in a class`);
      } else {
        at++;
        operand += literal(character);
      }
    }
    operands.push(operand);
    const body =
      operands.length === 1
        ? operand
        : operands
            .filter((part) => part !== "")
            .map((part) => `[${part}]`)
            .join("&&");
    return `[${negated ? "^" : ""}${body}]`;
  };

  /** Behind `\Q`: what is quoted, up to `\E` or the end. */
  const quoted = (): string => {
    const from = at;
    while (at < characters.length && !startsWith("\\E")) at++;
    const text = characters.slice(from, at).join("");
    at = Math.min(at + 2, characters.length);
    return text;
  };

  const openGroup = (): void => {
    const begin = pieces.length;
    let atomic = false;
    if (peek() !== "?") {
      groupCount++;
      pieces.push({ kind: "open", text: "(", javaGroup: groupCount });
    } else if (/^\?(?:[:=!]|<[=!])/.test(characters.slice(at, at + 3).join(""))) {
      const text = peek(1) === "<" ? `(?<${peek(2)}` : `(?${peek(1)}`;
      at += text.length - 1;
      pieces.push({ kind: "open", text, javaGroup: null });
    } else if (startsWith("?>")) {
      at += 2;
      atomic = true;
      pieces.push({ kind: "atom-open" });
    } else if (startsWith("?<")) {
      at += 2;
      const name = takeUntil(">", "a group name");
      groupCount++;
      groupNames[groupCount] = name;
      pieces.push({ kind: "open", text: `(?<${name}>`, javaGroup: groupCount });
    } else {
      at++;
      const set = takeUntil(")", "a flag");
      if (begin > 0 || !/^[imsud]*$/.test(set)) {
        refuse(
          `the flags "(?${set})" are supported only at its beginning, and of them only i, m and s`,
        );
      }
      flags = Array.from(new Set(flags + set.replace(/[ud]/g, ""))).join("");
      return;
    }
    open.push({ at: begin, atomic });
    atomAt = -1;
  };

  const closeGroup = (): void => {
    const group = open.pop() ?? refuse('")" closes nothing');
    pieces.push(group.atomic ? { kind: "atom-close" } : { kind: "text", text: ")" });
    atomAt = group.at;
  };

  const quantifier = (text: string): void => {
    if (atomAt < 0) refuse(`"${text}" has nothing to repeat`);
    const begin = atomAt;
    const mode = peek();
    if (mode === "?" || mode === "+") at++;
    pieces.push({ kind: "text", text: mode === "?" ? `${text}?` : text });
    if (mode === "+") {
      pieces.splice(begin, 0, { kind: "atom-open" });
      pieces.push({ kind: "atom-close" });
    }
    atomAt = -1;
  };

  while (at < characters.length) {
    const character = peek();
    if (startsWith("\\Q")) {
      at += 2;
      for (const one of quoted()) atom(literal(one));
    } else if (character === "\\") {
      at++;
      const anchorText = ANCHORS[peek()];
      if (anchorText !== undefined) {
        if (peek() === "R") atom(anchorText);
        else anchor(anchorText);
        at++;
      } else if (/[1-9]/.test(peek())) {
        // As many digits as make the number of a group, at least one.
        let digits = peek();
        while (
          /\d/.test(peek(digits.length)) &&
          Number(digits + peek(digits.length)) <= groupCount
        ) {
          digits += peek(digits.length);
        }
        const number = Number(digits);
        if (number > groupCount) refuse(`"\\${number}" refers to a group that comes later`);
        at += digits.length;
        atomAt = pieces.length;
        pieces.push({ kind: "reference", javaGroup: number });
      } else if (startsWith("k<")) {
        at += 2;
        atom(`\\k<${takeUntil(">", "\\k<")}>`);
      } else {
        atom(escapedSet() ?? escapedCharacter() ?? refuse(`"\\${peek()}" is not known here`));
      }
    } else if (character === "[") {
      at++;
      atom(characterClass());
    } else if (character === "(") {
      at++;
      openGroup();
    } else if (character === ")") {
      at++;
      closeGroup();
    } else if (character === "|") {
      at++;
      anchor("|");
    } else if (character === "^" || character === "$") {
      at++;
      anchor(character);
    } else if (character === ".") {
      at++;
      atom(".");
    } else if (character === "*" || character === "+" || character === "?") {
      at++;
      quantifier(character);
    } else if (character === "{") {
      at++;
      const bounds = takeUntil("}", "{");
      if (!/^\d+(,\d*)?$/.test(bounds)) refuse(`"{${bounds}}" is no repetition`);
      quantifier(`{${bounds}}`);
    } else {
      at++;
      atom(literal(character));
    }
  }
  if (open.length > 0) refuse('a "(" is not closed');
  return { ...numberGroups(pieces), flags, groupNames };
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
