import { badCall, cellText, invalidCall, type MatrixRule } from "./matrix-rule.ts";
import { N, copyLetters, createTally, type OddCell } from "./letters.ts";

/** A matrix of single letters that stay as they are. `heterozygous` is the letter of a call of two different alleles. */
function lettersOnly(letters: string, expected: string, heterozygous: string | null): MatrixRule {
  return {
    width: 1,
    missing: { cell: "N", call: "N" },
    alleles: null,
    createConverter(context) {
      const allowed = new Uint8Array(256);
      for (const byte of Buffer.from(letters, "latin1")) allowed[byte] = 1;
      const tally = createTally();
      let input: Buffer = Buffer.alloc(0);
      const oddCell: OddCell = (from, to, cell, output, at) => {
        const text = cellText(input, from, to);
        context.fault(cell, "matrix", invalidCall(text, expected, badCall(text, expected, "N")));
        output[at] = N;
      };
      return {
        convert(row, output, at) {
          input = row.bytes;
          const end = copyLetters(row, allowed, tally.recent, output, at, oddCell);
          tally.settle(end - at);
          return end;
        },
        counts() {
          const totals = tally.totals();
          return {
            missing: totals[N] ?? 0,
            heterozygous: heterozygous === null ? 0 : (totals[heterozygous.charCodeAt(0)] ?? 0),
          };
        },
      };
    },
  };
}

/** Presence 1 or absence 0 of a band; N is missing. */
export const dominant = lettersOnly("01N", "0, 1 or N", null);

/** 0 and 2 are the two homozygotes, 1 the heterozygote; N is missing. */
export const codominant = lettersOnly("012N", "0, 1, 2 or N", "1");
