import type { DigestProblem } from "./result.ts";

/** What a problem says wherever it stands. */
export type ProblemWords = Omit<DigestProblem, "file" | "line" | "column">;

/** Longer names are cut: a row without delimiters would be one. */
const LONGEST_NAME = 80;

/**
 * A problem in one line: where, then what stood there, what was expected and what to do, e.g. `wheat.vcf, line 211, column 14,
 * sample W14: Genotype 0/3, but …`. Lines and columns count from 1.
 */
export function describeProblem(problem: DigestProblem): string {
  const where = placeWords(problem);
  return where === "" ? plainWords(problem) : `${where}: ${plainWords(problem)}`;
}

/** What is wrong, for who has to mend it; the reference's words only where there are no others. */
export function plainWords({ plain, message }: ProblemWords): string {
  return plain ?? message;
}

/**
 * Where a problem is; empty where that is not known. With a line the file was found, so that its name will do; else its path
 * may be what is wrong.
 */
function placeWords({ file, line, column, columnName, sample, marker }: DigestProblem): string {
  const name = file === null || line === null ? file : (file.split(/[\\/]/).pop() ?? file);
  return [
    name === null ? null : named(name, Infinity),
    line === null ? null : `line ${line}`,
    ...columnWords(column, columnName),
    sample === undefined ? null : `sample ${named(sample)}`,
    marker === undefined ? null : `marker ${named(marker)}`,
  ]
    .filter((part) => part !== null)
    .join(", ");
}

function columnWords(column: number | null, name: string | undefined): string[] {
  const number = column === null ? [] : [`column ${column}`];
  return name === undefined ? number : [[...number, named(name)].join(" ")];
}

/** Quoted where it could be taken for more than a name. */
function named(name: string, longest = LONGEST_NAME): string {
  const short = name.length > longest ? `${name.slice(0, longest)}…` : name;
  return /^[^\s",:][^",:\n]*$/.test(short) ? short : JSON.stringify(short);
}

const NAME = String.raw`(?:"(?:[^"\\]|\\.)*"|[^\s",:][^",:\n]*)`;
const PLACE = new RegExp(
  `^(?:${NAME}(?:, line \\d+)|(?:[A-Za-z]:)?[\\\\/][^":\\n]*|"(?:[A-Za-z]:)?[\\\\/](?:[^"\\\\]|\\\\.)*")` +
    `(?:, (?:column|sample|marker) ${NAME})*: `,
);

const LESSER_PARTS = new RegExp(`, (?:column|marker) ${NAME}`, "g");

/** The same words with no more of the place than a row has room for: `wheat.vcf:211, sample W14: …`. */
export function withShortPlace(words: string): string {
  return words.replace(PLACE, (place) =>
    place.replaceAll(LESSER_PARTS, "").replace(/, line (?=\d)/, ":"),
  );
}

/**
 * What several loads may have in common: words about a problem without where it is, whom it concerns, what stood there, and
 * how many there are. Not for people to read.
 */
export function causeOf(words: string): string {
  return words
    .replace(PLACE, "")
    .replaceAll(/"(?:[^"\\]|\\.)*"/g, "…")
    .replaceAll(/(?:\/[^\s/:,;\])]+)+/g, "…")
    .replaceAll(/\d+/g, "0");
}
