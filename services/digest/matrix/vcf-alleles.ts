/** ref and alts of each marker, in the order of the marker table, held as bytes: some 8 bytes for a SNP. */
export interface AlleleTable {
  readonly markers: number;
  add(ref: Uint8Array, alts: Uint8Array): void;
  /** The bytes of ref and, eight bits further, of the only alt, where each is one byte; 0 for other markers. */
  snp(marker: number): number;
  /** Alleles of a marker: 0 is ref, then the alts. */
  alleles(marker: number): readonly string[];
}

const SEPARATOR = 9;

/** @param split takes the alternates of a cell apart. */
export function createAlleleTable(split: (alts: string) => string[]): AlleleTable {
  let text = Buffer.allocUnsafe(1 << 16);
  let ends = new Uint32Array(1 << 12);
  let used = 0;
  let markers = 0;

  const append = (bytes: Uint8Array, separator: boolean): void => {
    if (used + bytes.length + 1 > text.length) {
      text = Buffer.concat([text], 2 * (used + bytes.length + 1));
    }
    text.set(bytes, used);
    used += bytes.length;
    if (separator) text[used++] = SEPARATOR;
  };

  const beginOf = (marker: number): number => (marker === 0 ? 0 : (ends[marker - 1] ?? 0));

  return {
    get markers() {
      return markers;
    },
    add(ref, alts) {
      append(ref, true);
      append(alts, false);
      if (markers === ends.length) {
        const grown = new Uint32Array(2 * ends.length);
        grown.set(ends);
        ends = grown;
      }
      ends[markers++] = used;
    },
    snp(marker) {
      const from = beginOf(marker);
      if (ends[marker] !== from + 3 || text[from + 1] !== SEPARATOR) return 0;
      return (text[from] ?? 0) | ((text[from + 2] ?? 0) << 8);
    },
    alleles(marker) {
      const from = beginOf(marker);
      const both = text.toString("utf8", from, ends[marker]);
      const end = both.indexOf("\t");
      return [both.slice(0, end), ...split(both.slice(end + 1))];
    },
  };
}

/** The alternates of a VCF: only the comma separates, and each counts. */
export function splitVcfAlts(cell: string): string[] {
  return cell === "" ? [] : cell.split(",");
}

/**
 * The alternates of a marker file, which may be written in many ways: `C/T`, `C|T`, `C T`, as an array's text, or as in a
 * VCF, where `A,<DUP:TANDEM>,G` are three.
 */
export function splitAlts(cell: string): string[] {
  if (/[<>[\]*\d]/.test(cell)) return splitVcfAlts(cell);
  return cell.split(/[^A-Za-z.-]+/).filter((alt) => alt !== "");
}

const SYMBOLS: Readonly<Record<string, string>> = {
  ".": "N",
  "-": "N",
  "*": "N",
  "<*>": "N",
  "<NON_REF>": "N",
  DUP: "N",
  INV: "N",
  INS: "+",
  DEL: "-",
};

/** How a called allele is written: one letter, or the allele's own text where there is no letter for it. */
export function alleleLetter(allele: string): string {
  const upper = allele.toUpperCase();
  const symbol = SYMBOLS[upper] ?? SYMBOLS[upper.replace(/^<(\w+)(:[^>]*)?>$/, "$1")];
  return symbol ?? upper;
}
