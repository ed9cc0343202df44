/** How the cells of a file seem to be told apart. */
export interface DelimiterGuess {
  /** As instructions have it, a Java regular expression; null where each line is one cell. */
  readonly value: string | null;
  readonly evidence: string;
  /** Cells stand in double quotes. */
  readonly quotes: boolean;
}

interface Candidate {
  readonly value: string;
  readonly separator: string | RegExp;
  readonly name: string;
}

/** Where two fit equally well the first is taken. */
const CANDIDATES: readonly Candidate[] = [
  { value: "\\t", separator: "\t", name: "tabs" },
  { value: ",", separator: ",", name: "commas" },
  { value: ";", separator: ";", name: "semicolons" },
  { value: "\\|", separator: "|", name: "bars" },
  { value: "\\s+", separator: /\s+/, name: "spaces" },
];

/**
 * Finds what stands between cells: what divides most lines into the same number of cells, more than one. Lines of comments,
 * which begin with ##, are not looked at.
 *
 * @param mayHaveQuotes cells may stand in quotes, whether or not these do.
 */
export function guessDelimiter(lines: readonly string[], mayHaveQuotes: boolean): DelimiterGuess {
  const looked = lines.filter((line) => !line.startsWith("##") && line.trim() !== "").slice(0, 60);
  let best: { candidate: Candidate; share: number; cells: number; agreeing: number } | null = null;
  for (const candidate of CANDIDATES) {
    const { cells, agreeing } = mostFrequent(
      looked.map((line) => countCells(line, candidate.separator)),
    );
    const share = looked.length === 0 ? 0 : agreeing / looked.length;
    if (cells > 1 && share > (best?.share ?? 0) + 0.1) best = { candidate, share, cells, agreeing };
  }
  if (best === null || best.share < 0.4) {
    return {
      value: null,
      evidence: "Nothing divides the lines into equally many cells.",
      quotes: false,
    };
  }
  const { candidate, cells, agreeing } = best;
  return {
    value: candidate.value,
    evidence: `${agreeing} of the first ${looked.length} lines have ${cells} cells between ${candidate.name}.`,
    quotes:
      typeof candidate.separator === "string" &&
      (mayHaveQuotes || hasQuotes(looked, candidate.separator)),
  };
}

function mostFrequent(counts: readonly number[]): { cells: number; agreeing: number } {
  const frequency = new Map<number, number>();
  for (const count of counts) frequency.set(count, (frequency.get(count) ?? 0) + 1);
  let best = { cells: 0, agreeing: 0 };
  for (const [cells, agreeing] of frequency) {
    if (agreeing > best.agreeing) best = { cells, agreeing };
  }
  return best;
}

function countCells(line: string, separator: string | RegExp): number {
  if (typeof separator !== "string") return line.trim().split(separator).length;
  return line.includes('"')
    ? splitQuoted(line, separator, 0).count
    : splitPlain(line, separator, 0).count;
}

/** Whether there are cells in quotes, and no quotes but around cells. */
function hasQuotes(lines: readonly string[], separator: string): boolean {
  const withQuotes = lines.filter((line) => line.includes('"'));
  const isAround = (line: string): boolean =>
    line.startsWith('"') || line.includes(`${separator}"`);
  return withQuotes.length > 0 && withQuotes.every(isAround);
}

/** Cuts a line at the delimiter; of the cells, the first `most` are kept. */
export function splitCells(
  line: string,
  { value, quotes }: DelimiterGuess,
  most: number,
): { cells: string[]; count: number } {
  const candidate = CANDIDATES.find((one) => one.value === value);
  if (candidate === undefined) return { cells: [line], count: 1 };
  const { separator } = candidate;
  if (typeof separator !== "string") {
    const cells = line.trim().split(separator);
    return { cells: cells.slice(0, most), count: cells.length };
  }
  return quotes ? splitQuoted(line, separator, most) : splitPlain(line, separator, most);
}

function splitPlain(line: string, separator: string, most: number) {
  const cells: string[] = [];
  let [count, from] = [0, 0];
  for (;;) {
    const end = line.indexOf(separator, from);
    count++;
    if (count <= most) cells.push(end < 0 ? line.slice(from) : line.slice(from, end));
    if (end < 0) return { cells, count };
    from = end + 1;
  }
}

/** The rules of `quoted-cells.ts`. */
function splitQuoted(line: string, separator: string, most: number) {
  const cells: string[] = [];
  let [count, cell, isQuoted, isStart] = [0, "", false, true];
  const endCell = (): void => {
    if (count++ < most) cells.push(cell);
    [cell, isStart] = ["", true];
  };
  for (let at = 0; at < line.length; at++) {
    const character = line[at] ?? "";
    if (isQuoted && character === '"') {
      if (line[at + 1] === '"') cell += line[at++] ?? "";
      else isQuoted = false;
    } else if (!isQuoted && character === '"' && isStart) {
      [isQuoted, isStart] = [true, false];
    } else if (!isQuoted && character === separator) {
      endCell();
    } else {
      cell += character;
      isStart = false;
    }
  }
  endCell();
  return { cells, count };
}
