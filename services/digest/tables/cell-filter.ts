import type { ColumnRule } from "../../contract/load.ts";
import { put, type ByteBuffer } from "../output/byte-sink.ts";
import { decode } from "../source/delimiter.ts";
import { stepOver, translateJavaRegex } from "../source/java-regex.ts";
import { compileJavaReplacement } from "../source/java-replacement.ts";
import type { PatternWatch } from "../source/pattern-watch.ts";

export interface TextFilter {
  (text: string): string;
  /** The regular expression that it matches, if any. */
  readonly pattern?: string;
}

type FilterRule = Pick<ColumnRule, "filterFrom" | "filterTo" | "findText" | "replaceText">;

/**
 * What an instruction does to a cell: `filterFrom` and `filterTo` are literal and cut out the piece between them,
 * `findText` and `replaceText` are Java's `replaceAll` on that piece and count only together.
 *
 * @returns null where the cell stays as it is.
 * @throws AppError `invalid_instruction` for an expression that cannot be used.
 */
export function compileTextFilter(rule: FilterRule): TextFilter | null {
  const { filterFrom, filterTo, findText, replaceText } = rule;
  const cuts = (filterFrom ?? "") !== "" || (filterTo ?? "") !== "";
  if (findText === null || replaceText === null) {
    return cuts ? (text) => cut(text, filterFrom ?? "", filterTo ?? "") : null;
  }
  const pattern = translateJavaRegex(findText);
  const replacement = compileJavaReplacement(replaceText, pattern);
  const filter = (text: string): string =>
    replaceAll(cut(text, filterFrom ?? "", filterTo ?? ""), pattern.regex, replacement);
  return Object.assign(filter, { pattern: findText });
}

function cut(text: string, filterFrom: string, filterTo: string): string {
  const found = text.indexOf(filterFrom);
  const begin = found < 0 ? 0 : found + filterFrom.length;
  const end = filterTo === "" ? -1 : text.indexOf(filterTo, begin);
  return end < 0 ? text.slice(begin) : text.slice(begin, end);
}

function replaceAll(
  text: string,
  regex: RegExp,
  replacement: (match: RegExpExecArray) => string,
): string {
  let out = "";
  let from = 0;
  regex.lastIndex = 0;
  for (let match = regex.exec(text); match !== null; match = regex.exec(text)) {
    out += text.slice(from, match.index) + replacement(match);
    from = match.index + match[0].length;
    if (match[0] === "") stepOver(regex, text);
  }
  return out + text.slice(from);
}

/** Writes the cell `source[from, to)` to the sink as the filter leaves it; `watch` is told of the match. */
export function putFiltered(
  sink: ByteBuffer,
  filter: TextFilter | null,
  source: Buffer,
  from: number,
  to: number,
  watch: PatternWatch,
): void {
  if (filter === null) {
    put(sink, source, from, to);
    return;
  }
  const { text, encoding } = decode(source, from, to);
  watch.pattern = filter.pattern ?? null;
  watch.bytes = source;
  watch.from = from;
  const filtered = Buffer.from(filter(text), encoding);
  watch.pattern = null;
  put(sink, filtered, 0, filtered.length);
}
