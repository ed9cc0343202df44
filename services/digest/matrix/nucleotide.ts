import { SHORTEST_FOR_KERNEL } from "../kernels/kernels.ts";
import { LF, TAB, badCall, cellEnd, cellText, type MatrixRule } from "./matrix-rule.ts";
import { N, isHeterozygous } from "./letters.ts";

/** Whole cells that stand for a missing call, as in GOBii's missingIndicators.txt. */
export const MISSING_WORDS: ReadonlySet<string> = new Set([
  "NTC",
  "Uncallable",
  "Unknown",
  "Unreadable",
]);

/** Each allele that a call may name, with the letter it is written as; `?` and `0` are unknown alleles. */
const ALLELES = new Uint8Array(256);
for (const letter of Buffer.from("ACGTN+-", "latin1")) ALLELES[letter] = letter;
for (const unknown of Buffer.from("?0", "latin1")) ALLELES[unknown] = N;

const LETTERS = "A, C, G, T, N, + or -";

const EXPECTED = `${LETTERS} for each allele, or a word for a missing call`;

/**
 * Calls of several letters, with or without separators: A/C, A:C, AC; a single letter stands for all. Of a call of two
 * alleles, what stands between the first and the last character does not matter.
 */
function nucleotide(ploidy: 2 | 4): MatrixRule {
  return {
    width: ploidy,
    missing: { cell: "N", call: "N".repeat(ploidy) },
    alleles: "letters",
    createConverter(context) {
      const counts = { missing: 0, heterozygous: 0 };
      const loop = ploidy === 2 ? (context.kernels?.createTwoLetterLoop(ALLELES) ?? null) : null;
      let input: Buffer = Buffer.alloc(0);

      const count = (output: Buffer, at: number): void => {
        let known = 0;
        let different = false;
        for (let k = at; k < at + ploidy; k++) {
          if (output[k] !== N) known++;
          if (isHeterozygous(output[at], output[k])) different = true;
        }
        if (known === 0) counts.missing++;
        else if (different) counts.heterozygous++;
      };

      const unsupported = (from: number, to: number, cell: number): void => {
        const text = cellText(input, from, to);
        const characters = Array.from(text);
        const call =
          text === ""
            ? "empty Allele Call"
            : `Allele Call ${characters[0] ?? ""} ${characters.at(-1) ?? ""}`;
        context.fault(cell, "nucleotide", (line) => ({
          message: `SNPSepRemoval Unsupported ${call} in row ${line}; expected ${EXPECTED}`,
          plain: badCall(text, `${ploidy === 2 ? "two" : "four"} alleles of ${LETTERS}`, "N"),
        }));
      };

      /** Any cell: takes it apart, writes it, or reports it. */
      const anyCell = (
        from: number,
        to: number,
        cell: number,
        output: Buffer,
        at: number,
      ): void => {
        const length = to - from;
        // Separators are no letters, so a string is made only of what may be a word.
        if (
          length > 2 &&
          isLetter(input[from + 1]) &&
          MISSING_WORDS.has(cellText(input, from, to))
        ) {
          output.fill(N, at, at + ploidy);
          counts.missing++;
          return;
        }
        const step = allelePositions(length, ploidy);
        let known = length > 0 && step !== null;
        for (let k = 0; k < ploidy && known; k++) {
          const letter = ALLELES[input[from + k * (step ?? 0)] ?? 0] ?? 0;
          known = letter !== 0;
          output[at + k] = letter;
        }
        if (known) {
          count(output, at);
        } else {
          unsupported(from, to, cell);
          output.fill(N, at, at + ploidy);
        }
      };

      return {
        convert(row, output, begin) {
          const { bytes, delimiter } = row;
          input = bytes;
          if (loop !== null && row.to - row.from >= SHORTEST_FOR_KERNEL) {
            return loop(row, output, begin, counts, anyCell);
          }
          let at = begin;
          let [unknown, different] = [0, 0];
          for (let i = row.from; ;) {
            const left = ALLELES[bytes[i] as number] as number;
            const right = ALLELES[bytes[i + 1] as number] as number;
            const next = bytes[i + 2] as number;
            // The common call: two letters and nothing else.
            if (ploidy === 2 && left !== 0 && right !== 0 && (next === delimiter || next === LF)) {
              output[at] = left;
              output[at + 1] = right;
              if (left !== right) {
                if (left !== N && right !== N) different++;
              } else if (left === N) unknown++;
              i += 2;
            } else {
              const end = cellEnd(bytes, i, delimiter);
              anyCell(i, end, (at - begin) / (ploidy + 1), output, at);
              i = end;
            }
            output[at + ploidy] = TAB;
            at += ploidy + 1;
            if (bytes[i] === LF) break;
            i++;
          }
          // Kept apart above: a variable of the loop is faster than one of the closure.
          counts.missing += unknown;
          counts.heterozygous += different;
          return at;
        },
        counts: () => counts,
      };
    },
  };
}

function isLetter(byte: number | undefined): boolean {
  return byte !== undefined && (byte | 32) >= 97 && (byte | 32) <= 122;
}

/** How far the alleles of a cell of this length stand apart; null where it cannot hold so many. */
function allelePositions(length: number, ploidy: 2 | 4): number | null {
  if (length === 1) return 0;
  if (ploidy === 2) return length - 1;
  return length === 4 ? 1 : length === 7 ? 2 : null;
}

export const nucleotide2 = nucleotide(2);

export const nucleotide4 = nucleotide(4);
