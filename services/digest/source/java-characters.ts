import type { PatternReader } from "./pattern-reader.ts";

/*
 * Characters, sets and classes of Java's regular expressions, as JavaScript writes them with its v flag. Each function reads
 * one of them.
 */

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

/** A character that means itself, so that JavaScript reads it so too. */
export function literal(character: string): string {
  if (/^[A-Za-z0-9]$/.test(character)) return character;
  const code = character.codePointAt(0) ?? 0;
  return code < 0x80 ? `\\x${code.toString(16).padStart(2, "0")}` : character;
}

/** Behind a backslash: the code point that an escape such as `\x41` stands for, as JavaScript writes it, or null. */
export function escapedCharacter(reader: PatternReader): string | null {
  const letter = reader.peek();
  const hex = (digits: string): string => {
    if (!/^[0-9a-fA-F]{1,6}$/.test(digits)) reader.refuse(`"\\${letter}${digits}" is no character`);
    return `\\u{${digits}}`;
  };
  const control = CONTROLS[letter];
  if (control !== undefined) {
    reader.skip(1);
    return control;
  }
  if (letter === "x" && reader.peek(1) === "{") {
    reader.skip(2);
    return hex(reader.takeUntil("}", "\\x{"));
  }
  if (letter === "x" || letter === "u") {
    const width = letter === "x" ? 2 : 4;
    const digits = reader.ahead(1, width);
    if (digits.length < width) reader.refuse(`"\\${letter}" needs ${width} digits`);
    reader.skip(1 + width);
    return hex(digits);
  }
  if (letter === "0") {
    const octal = /^[0-3]?[0-7]{1,2}/.exec(reader.ahead(1, 3))?.[0];
    if (octal === undefined) return reader.refuse('"\\0" needs octal digits');
    reader.skip(1 + octal.length);
    return hex(Number.parseInt(octal, 8).toString(16));
  }
  if (letter === "c") {
    const code = (reader.peek(1).codePointAt(0) ?? reader.refuse('"\\c" needs a letter')) ^ 64;
    reader.skip(2);
    return hex(code.toString(16));
  }
  if (/^[A-Za-z0-9]$/.test(letter)) return null;
  if (letter === "") return reader.refuse("it ends with a backslash");
  reader.skip(1);
  return literal(letter);
}

/** Behind a backslash: a set of characters such as `\d` or `\p{Alpha}`, or null. */
export function escapedSet(reader: PatternReader): string | null {
  const letter = reader.peek();
  const set = SETS[letter];
  if (set !== undefined) {
    reader.skip(1);
    return set;
  }
  if (letter !== "p" && letter !== "P") return null;
  reader.skip(1);
  let name = reader.peek();
  if (name === "{") {
    reader.skip(1);
    name = reader.takeUntil("}", "\\p{");
  } else {
    reader.skip(1);
  }
  const posix = POSIX[name];
  if (posix !== undefined) return letter === "p" ? `[${posix}]` : `[^${posix}]`;
  const property = name.replace(/^Is(?=[A-Z])/, "");
  return `\\${letter}{${/^In|^java/.test(property) ? reader.refuse(`\\p{${name}} is not known here`) : property}}`;
}

/** A class, behind its opening bracket. Java joins nested classes and intersects with `&&`, as does the v flag. */
export function characterClass(reader: PatternReader, hasComments = false): string {
  const negated = reader.peek() === "^";
  if (negated) reader.skip(1);
  const operands: string[] = [];
  let operand = "";
  for (let first = true; ; first = false) {
    const character = reader.peek();
    if (character === "") reader.refuse("a class is not closed");
    if (hasComments && /^[\s#]$/.test(character)) {
      reader.refuse(
        "with the flag x, white space and # in a class are to be quoted by a backslash",
      );
    }
    if (character === "]" && !first) {
      reader.skip(1);
      break;
    }
    if (reader.startsWith("&&")) {
      reader.skip(2);
      operands.push(operand);
      operand = "";
    } else if (character === "[") {
      reader.skip(1);
      operand += characterClass(reader, hasComments);
    } else if (character === "-" && !first && reader.peek(1) !== "]" && reader.peek(1) !== "[") {
      reader.skip(1);
      operand += operand === "" || /[\]}]$/.test(operand) ? "\\x2d" : "-";
    } else if (reader.startsWith("\\Q")) {
      reader.skip(2);
      operand += Array.from(quoted(reader)).map(literal).join("");
    } else if (character === "\\") {
      reader.skip(1);
      operand +=
        escapedSet(reader) ??
        escapedCharacter(reader) ??
        reader.refuse(`"\\${reader.peek()}" is not known in a class`);
    } else {
      reader.skip(1);
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
}

/** Behind `\Q`: what is quoted, up to `\E` or the end. */
export function quoted(reader: PatternReader): string {
  let text = "";
  while (!reader.isAtEnd() && !reader.startsWith("\\E")) {
    text += reader.peek();
    reader.skip(1);
  }
  reader.skip(2);
  return text;
}
