import { LF, TAB, cellEnd, badCall, cellText, type MatrixRule } from "./matrix-rule.ts";

const ZERO = 48;
const WIDTH = 8;
const ALLELE_WIDTH = 4;

/** Two allele sizes of four digits each, e.g. 01230125; 00000000 is missing. Calls stay as they are. */
export const ssr: MatrixRule = {
  width: WIDTH,
  missing: { cell: "00000000", call: "00000000" },
  alleles: "sizes",
  createConverter(context) {
    let missing = 0;
    let heterozygous = 0;

    return {
      convert(row, output, begin) {
        const { bytes, delimiter } = row;
        let at = begin;
        for (let i = row.from; ;) {
          let digits = 0;
          for (; digits < WIDTH; digits++) {
            const byte = bytes[i + digits] as number;
            if (byte < ZERO || byte > ZERO + 9 || byte === delimiter) break;
            output[at + digits] = byte;
          }
          let end = i + digits;
          if (digits < WIDTH || (bytes[end] !== delimiter && bytes[end] !== LF)) {
            end = cellEnd(bytes, i, delimiter);
            const data = cellText(bytes, i, end);
            context.fault((at - begin) / (WIDTH + 1), "matrix", (line) => ({
              message:
                `Validate Dataset Matrix. Invalid data found in post-processed matrix line: ${line} Data:${data}` +
                `${data === "" ? " (an empty call)" : ""}; expected exactly 8 digits, 00000000 where missing`,
              plain: badCall(
                data,
                "exactly 8 digits, two allele sizes of 4 such as 01230125",
                "00000000",
              ),
            }));
            output.fill(ZERO, at, at + WIDTH);
          } else {
            const [a, b] = [alleleSize(output, at), alleleSize(output, at + ALLELE_WIDTH)];
            if (a === 0 && b === 0) missing++;
            else if (a !== b && a !== 0 && b !== 0) heterozygous++;
          }
          output[at + WIDTH] = TAB;
          at += WIDTH + 1;
          if (bytes[end] === LF) return at;
          i = end + 1;
        }
      },
      counts: () => ({ missing, heterozygous }),
    };
  },
};

function alleleSize(bytes: Buffer, from: number): number {
  let size = 0;
  for (let i = from; i < from + ALLELE_WIDTH; i++) size = size * 10 + (bytes[i] as number) - ZERO;
  return size;
}
