import { isUtf8 } from "node:buffer";
import { stepOver, translateJavaRegex } from "./java-regex.ts";
import type { LineBlock } from "./line-block.ts";
import { createPatternWatch, type PatternWatch } from "./pattern-watch.ts";

/** How the cells of a line are told apart. */
export interface Delimiter {
  /** The byte between two cells, once `separate` has been applied. */
  readonly byte: number;
  /** Puts that byte where the expression matches; null where the file has it already. */
  readonly separate: ((block: LineBlock, watch?: PatternWatch) => LineBlock) | null;
  /** Whether the expression also matches nothing at all, and so splits between any two characters. */
  readonly splitsEverywhere: boolean;
}

/** Free for our own use: a source that contains NUL is refused. */
export const PRIVATE_DELIMITER = 0;

/**
 * Compiles a delimiter, which is a Java regular expression as for `String.split`. One that stands for a single ASCII
 * character, as nearly all do, costs nothing at run time.
 *
 * @throws AppError `invalid_instruction` for an expression that cannot be used.
 */
export function compileDelimiter(pattern: string): Delimiter {
  const byte = literalByte(pattern);
  if (byte !== null) return { byte, separate: null, splitsEverywhere: false };
  const { regex } = translateJavaRegex(pattern);
  regex.lastIndex = 0;
  return {
    byte: PRIVATE_DELIMITER,
    separate(block, watch = createPatternWatch()) {
      watch.pattern = pattern;
      watch.bytes = block.bytes;
      const separated = separateBlock(block, regex, watch);
      watch.pattern = null;
      return separated;
    },
    splitsEverywhere: regex.exec("")?.[0] === "",
  };
}

const ESCAPED: Readonly<Record<string, number>> = { t: 9, f: 12 };

function literalByte(pattern: string): number | null {
  const [first = "", second] = Array.from(pattern);
  if (pattern.length === 1) {
    return isPlain(first) && !".$|()[{^?*+\\".includes(first) ? first.charCodeAt(0) : null;
  }
  if (pattern.length !== 2 || first !== "\\" || second === undefined || !isPlain(second)) {
    return null;
  }
  return ESCAPED[second] ?? (/[A-Za-z0-9]/.test(second) ? null : second.charCodeAt(0));
}

/** ASCII, and no end of a line. */
function isPlain(character: string): boolean {
  return character.length === 1 && character < "\x7f" && character !== "\n" && character !== "\r";
}

function separateBlock(block: LineBlock, regex: RegExp, watch: PatternWatch): LineBlock {
  const lines: Buffer[] = [];
  const starts = new Int32Array(block.count + 1);
  const separator = String.fromCharCode(PRIVATE_DELIMITER);
  let at = 0;
  for (let line = 0; line < block.count; line++) {
    const from = block.starts[line] ?? 0;
    watch.from = from;
    const { text, encoding } = decode(block.bytes, from, (block.starts[line + 1] ?? 0) - 1);
    const bytes = Buffer.from(`${splitLikeJava(text, regex).join(separator)}\n`, encoding);
    starts[line] = at;
    lines.push(bytes);
    at += bytes.length;
  }
  starts[block.count] = at;
  return { bytes: Buffer.concat(lines, at), starts, count: block.count, firstRow: block.firstRow };
}

/** `text.split(regex, -1)` of Java: trailing empty cells stay, a match of nothing at the beginning makes no cell. */
export function splitLikeJava(text: string, regex: RegExp): string[] {
  const cells: string[] = [];
  let from = 0;
  regex.lastIndex = 0;
  for (let match = regex.exec(text); match !== null; match = regex.exec(text)) {
    const end = match.index + match[0].length;
    if (match[0] === "") stepOver(regex, text);
    if (end === 0) continue;
    cells.push(text.slice(from, match.index));
    from = end;
  }
  cells.push(text.slice(from));
  return cells;
}

export interface DecodedText {
  readonly text: string;
  readonly encoding: "utf8" | "latin1";
}

/** Decodes UTF-8; bytes that are not are taken for Latin-1, so that encoding the text again gives the same bytes. */
export function decode(bytes: Buffer, from: number, to: number): DecodedText {
  const encoding = isUtf8(bytes.subarray(from, to)) ? "utf8" : "latin1";
  return { text: bytes.toString(encoding, from, to), encoding };
}
