import type { DataSetType } from "../../contract/gobii-terms.ts";
import type { CellReader } from "../matrix/crop-codes.ts";

/** What a set of cells looks like, taken for calls. */
export interface CallGuess {
  readonly type: DataSetType;
  /** Share of the cells that are calls of this type, or stand for a missing one. */
  readonly share: number;
  /** Cells that stand for a missing call but that the type does not know. */
  readonly missing: string[];
  readonly evidence: string;
}

interface CallForm {
  readonly type: DataSetType;
  readonly name: string;
  /** What the type's rule takes as it stands. */
  readonly call: RegExp;
  /** What makes it this type and not the next: at least one cell must be so. */
  readonly sign: RegExp;
}

/** In the order of trial; where two fit equally well the first is taken. */
const FORMS: readonly CallForm[] = [
  {
    type: "CO_DOMINANT_NON_NUCLEOTIDE",
    name: "0, 1 and 2",
    call: /^[012N]$/,
    sign: /^2$/,
  },
  { type: "DOMINANT_NON_NUCLEOTIDE", name: "0 and 1", call: /^[01N]$/, sign: /^[01]$/ },
  {
    type: "SSR_ALLELE_SIZE",
    name: "eight digits, two allele sizes",
    call: /^\d{8}$/,
    sign: /^\d{8}$/,
  },
  {
    type: "NUCLEOTIDE_2_LETTER",
    name: "two letters of A, C, G, T",
    // NA is more often "not available" than half a call.
    call: /^(?!NA$)([ACGTN+\-?0]([/:|;,\\ ]|\s\W\s)?[ACGTN+\-?0]|[ACGTN+\-?]|NTC|Uncallable|Unknown|Unreadable)$/,
    sign: /^[ACGT+-]([/:|;,\\ ]|\s\W\s)?[ACGT+-]$/,
  },
  {
    type: "IUPAC",
    name: "one letter, of the IUPAC codes",
    call: /^([ACGTRYSWKMBDHVN+\-.0]|NN)$/i,
    sign: /^[ACGTRYSWKM]$/i,
  },
  {
    type: "NUCLEOTIDE_4_LETTER",
    name: "four letters of A, C, G, T",
    call: /^([ACGTN]{4}|[ACGTN](.[ACGTN]){3})$/,
    sign: /^[ACGT]/,
  },
];

/** What people and machines write for a call that is missing. */
const MISSING =
  /^(|N|NN|-|--|\.|\.\.|\?|\?\?|0|00|NA|N\/A|#N\/A|NaN|null|none|-\/-|\.\/\.|NTC|Uncallable|Unknown|Unreadable|Bad|Dupe|Unused|Missing|Fail|Failed|Undetermined|Over|Short|Empty|No[ _]?Call)$/i;

/**
 * What the cells are, if they are calls; null where fewer than two in three are.
 *
 * @param read what the crop's codes make of a cell.
 */
export function guessCalls(cells: Iterable<string>, read: CellReader): CallGuess | null {
  // Calls repeat: what is looked at closely are the few different ones.
  const counts = new Map<string, number>();
  let total = 0;
  for (const cell of cells) {
    counts.set(cell, (counts.get(cell) ?? 0) + 1);
    total++;
  }
  let best: CallGuess | null = null;
  for (const form of FORMS) {
    let [calls, signs] = [0, 0];
    const missing: string[] = [];
    for (const [cell, count] of counts) {
      const call = read(cell, form.type === "SSR_ALLELE_SIZE" ? "sizes" : "letters");
      // What the crop knows needs no words in the instruction.
      if (call === null) {
        calls += count;
      } else if (form.call.test(call)) {
        calls += count;
        if (form.sign.test(call)) signs++;
      } else if (MISSING.test(cell)) {
        calls += count;
        missing.push(cell);
      }
    }
    const share = total === 0 ? 0 : calls / total;
    if (signs === 0 || share < 0.66 || share <= (best?.share ?? 0)) continue;
    best = {
      type: form.type,
      share,
      missing: missing.toSorted(),
      evidence: `${Math.floor(100 * share)} % of the cells that were looked at are ${form.name}, or missing.`,
    };
  }
  return best;
}

/** Whether a cell may stand for a missing call. */
export function isMissing(cell: string, read: CellReader): boolean {
  return read(cell, "letters") === null || MISSING.test(cell);
}
