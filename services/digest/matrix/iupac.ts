import { badCall, cellText, invalidCall, type MatrixRule } from "./matrix-rule.ts";
import { SHORTEST_FOR_KERNEL } from "../kernels/kernels.ts";
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
  missing: { cell: "N", call: "NN" },
  alleles: "letters",
  createConverter(context) {
    const table = pairTable(bothCases);
    const tally = createTally();
    /** Of the calls that are not counted in `tally`. */
    const others = { missing: 0, heterozygous: 0 };
    const loop = context.kernels?.createPairLoop(table) ?? null;
    let input: Buffer = Buffer.alloc(0);

    const oddCell = (from: number, to: number, cell: number, output: Buffer, at: number): void => {
      const [first, last] = [input[from], input[to - 1]];
      if (to - from < 2) {
        const text = cellText(input, from, to);
        context.fault(cell, "iupac", (line) => ({
          message:
            `IUPACMatrixToBi Unknown IUPAC code ${text.toUpperCase()}in line ${line}` +
            `${text === "" ? " (an empty call)" : ""}; expected one of ${Object.keys(CODES).join(" ")}`,
          plain: badCall(text, `an IUPAC code (${Object.keys(CODES).join(" ")})`, "N"),
        }));
        output.fill(N, at, at + 2);
      } else if (
        first === undefined ||
        last === undefined ||
        !PAIR_LETTERS.has(first) ||
        !PAIR_LETTERS.has(last)
      ) {
        const text = cellText(input, from, to);
        const characters = Array.from(text);
        const data = `${characters[0] ?? ""}${characters.at(-1) ?? ""}`;
        context.fault(
          cell,
          "matrix",
          invalidCall(data, PAIR_EXPECTED, badCall(text, PAIR_EXPECTED, "N")),
        );
        output.fill(N, at, at + 2);
      } else {
        output[at] = first;
        output[at + 1] = last;
        if (first === N && last === N) others.missing++;
        else if (isHeterozygous(first, last)) others.heterozygous++;
      }
    };

    return {
      convert(row, output, at) {
        input = row.bytes;
        if (loop !== null && row.to - row.from >= SHORTEST_FOR_KERNEL) {
          return loop(row, output, at, others, oddCell);
        }
        const end = convertToPairs(row, table, tally.recent, output, at, oddCell);
        tally.settle(end - at);
        return end;
      },
      counts() {
        const { missing, heterozygous } = countPairs(table, tally.totals());
        return {
          missing: missing + others.missing,
          heterozygous: heterozygous + others.heterozygous,
        };
      },
    };
  },
};
