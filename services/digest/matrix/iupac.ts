import { cellText, invalidCall, type MatrixRule } from "./matrix-rule.ts";
import {
  N,
  convertToPairs,
  countPairs,
  createTally,
  isHeterozygous,
  pairTable,
} from "./letters.ts";

/** GOBii's order of letters, which is neither alphabetical nor reference first: K is TG, Y is TC, S is GC. */
const CODES: Readonly<Record<string, string>> = {
  A: "AA",
  C: "CC",
  G: "GG",
  T: "TT",
  N: "NN",
  R: "AG",
  Y: "TC",
  S: "GC",
  W: "AT",
  K: "TG",
  M: "AC",
  B: "NN",
  D: "NN",
  H: "NN",
  V: "NN",
  "0": "+-",
  "+": "++",
  "-": "--",
  ".": "--",
};

const bothCases = Object.fromEntries(
  Object.entries(CODES).flatMap(([code, letters]) => [
    [code, letters],
    [code.toLowerCase(), letters],
  ]),
);

/** The letters of a call of two letters. */
export const PAIR_LETTERS: ReadonlySet<number> = new Set(Buffer.from("ACGTN+-", "latin1"));

export const PAIR_EXPECTED = "two letters of A, C, G, T, N, + and -";

/** One IUPAC letter becomes two letters; of a longer call the first and the last character are taken. */
export const iupac: MatrixRule = {
  width: 2,
  createConverter(context) {
    const table = pairTable(bothCases);
    const tally = createTally();
    let longMissing = 0;
    let longHeterozygous = 0;
    let input: Buffer = Buffer.alloc(0);

    const oddCell = (from: number, to: number, cell: number, output: Buffer, at: number): void => {
      const [first, last] = [input[from], input[to - 1]];
      if (to - from < 2) {
        const text = cellText(input, from, to);
        context.fault(
          cell,
          "iupac",
          (line) =>
            `IUPACMatrixToBi Unknown IUPAC code ${text}in line ${line}` +
            `${text === "" ? " (an empty call)" : ""}; expected one of ${Object.keys(CODES).join(" ")}`,
        );
        output.fill(N, at, at + 2);
      } else if (
        first === undefined ||
        last === undefined ||
        !PAIR_LETTERS.has(first) ||
        !PAIR_LETTERS.has(last)
      ) {
        const characters = Array.from(cellText(input, from, to));
        const data = `${characters[0] ?? ""}${characters.at(-1) ?? ""}`;
        context.fault(cell, "matrix", invalidCall(data, PAIR_EXPECTED));
        output.fill(N, at, at + 2);
      } else {
        output[at] = first;
        output[at + 1] = last;
        if (first === N && last === N) longMissing++;
        else if (isHeterozygous(first, last)) longHeterozygous++;
      }
    };

    return {
      convert(row, output, at) {
        input = row.bytes;
        const end = convertToPairs(row, table, tally.recent, output, at, oddCell);
        tally.settle(end - at);
        return end;
      },
      counts() {
        const { missing, heterozygous } = countPairs(table, tally.totals());
        return {
          missing: missing + longMissing,
          heterozygous: heterozygous + longHeterozygous,
        };
      },
    };
  },
};
