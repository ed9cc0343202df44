import { compileDelimiter } from "./delimiter.ts";
import { stepOver, translateJavaRegex } from "./java-regex.ts";
import { createTimeBox } from "./pattern-watch.ts";
import { compileQuotedDelimiter } from "./quoted-cells.ts";

/** How the cells of a line are told apart, as an instruction says it. */
export interface CellReading {
  /** A Java regular expression, as for `String.split`. */
  readonly delimiter: string;
  readonly quotes: boolean;
}

/** Where in a line something stands, in characters; `to` is behind it. */
export interface Span {
  readonly from: number;
  readonly to: number;
}

/** For a single line; a match may take time without end. */
const PATTERN_BUDGET_MS = 200;

/**
 * Where the cell with this 1-based number stands in a line as the file has it, its quotes included; null where there is none,
 * or where it takes too long to tell.
 *
 * @throws AppError `invalid_instruction` for a delimiter that cannot be used.
 */
export function cellSpan(
  line: string,
  { delimiter, quotes }: CellReading,
  wanted: number,
): Span | null {
  const { byte, separate } = compileDelimiter(delimiter);
  if (separate === null) {
    if (quotes) compileQuotedDelimiter(delimiter);
    return spanBetween(line, String.fromCharCode(byte), quotes, wanted);
  }
  const { regex } = translateJavaRegex(delimiter);
  let span: Span | null = null;
  const isDone = createTimeBox()(PATTERN_BUDGET_MS, () => {
    span = spanByPattern(line, regex, wanted);
  });
  return isDone ? span : null;
}

function spanBetween(
  line: string,
  separator: string,
  quotes: boolean,
  wanted: number,
): Span | null {
  let from = 0;
  for (let number = 1; ; number++) {
    const end = line.indexOf(separator, quotes ? endOfQuotes(line, from) : from);
    if (number === wanted) return { from, to: end === -1 ? line.length : end };
    if (end === -1) return null;
    from = end + separator.length;
  }
}

/** Where the quotes end that a cell begins with; where it begins if it has none. */
function endOfQuotes(line: string, from: number): number {
  if (line[from] !== '"') return from;
  for (let at = from + 1; ; at += 2) {
    at = line.indexOf('"', at);
    if (at === -1) return line.length;
    if (line[at + 1] !== '"') return at + 1;
  }
}

/** As `splitLikeJava` cuts it. */
function spanByPattern(line: string, regex: RegExp, wanted: number): Span | null {
  let from = 0;
  let number = 1;
  regex.lastIndex = 0;
  for (let match = regex.exec(line); match !== null; match = regex.exec(line)) {
    const end = match.index + match[0].length;
    if (match[0] === "") stepOver(regex, line);
    if (end === 0) continue;
    if (number === wanted) return { from, to: match.index };
    number++;
    from = end;
  }
  return number === wanted ? { from, to: line.length } : null;
}
