import { createByteBuffer, put, putByte, type ByteBuffer } from "../output/byte-sink.ts";
import { cellEnd, cellText, LF, type MatrixRow, type MatrixRule } from "./matrix-rule.ts";
import { MISSING_WORDS } from "./nucleotide.ts";

/** What a crop's configuration says of the calls of its matrices. */
export interface CropCodes {
  /** Whole cells that stand for a missing call. */
  readonly missing?: readonly string[] | undefined;
  /** What may stand between the alleles of a call. */
  readonly separators?: string | undefined;
}

/**
 * The rule with a crop's own missing codes and separators: each row is brought into what the rule itself understands before
 * it is converted. The rule itself where there are none.
 */
export function withCropCodes(rule: MatrixRule, codes: CropCodes): MatrixRule {
  const separators =
    rule.alleles === null || codes.separators === undefined ? "" : codes.separators;
  const missing = (codes.missing ?? []).map((code) => Buffer.from(code));
  if (missing.length === 0 && separators === "") return rule;
  const isSeparator = separatorTable(separators);
  const byFirst = new Map<number, Buffer[]>();
  for (const code of missing) {
    const first = code[0] ?? 0;
    byFirst.set(first, [...(byFirst.get(first) ?? []), code]);
  }
  const missingCell = Buffer.from(rule.missing.cell, "latin1");

  return {
    ...rule,
    createConverter(context) {
      const inner = rule.createConverter(context);
      const scratch = createByteBuffer(Buffer.allocUnsafe(1 << 16));
      const own: MatrixRow = {
        bytes: scratch.bytes,
        lineFrom: 0,
        from: 0,
        to: 0,
        delimiter: 0,
        index: 0,
      };

      const putCell = (bytes: Buffer, from: number, to: number, cell: number): void => {
        const isMissing = byFirst
          .get(bytes[from] ?? LF)
          ?.some((code) => code.length === to - from && code.compare(bytes, from, to) === 0);
        if (isMissing === true) return put(scratch, missingCell, 0, missingCell.length);
        if (separators === "" || rule.alleles === null) return put(scratch, bytes, from, to);
        switch (rule.alleles) {
          case "sizes":
            return putSizes(scratch, bytes, from, to, isSeparator);
          case "letters":
            if (isWellSeparated(bytes, from, to, isSeparator, rule.width))
              return put(scratch, bytes, from, to);
            context.fault(cell, "separator", (line) => {
              const call = cellText(bytes, from, to);
              return {
                message:
                  `Unsupported Allele Call ${call} in row ${line}; expected alleles with nothing or ` +
                  `one of ${separators} between them`,
                plain:
                  `The call is ${JSON.stringify(call)}; expected alleles with nothing or one of ${separators} between them. ` +
                  "Correct it, or have what stands between added to the separators of the crop.",
              };
            });
            return put(scratch, missingCell, 0, missingCell.length);
        }
      };

      return {
        ...inner,
        convert(row, output, at) {
          const { bytes, lineFrom, from, delimiter } = row;
          scratch.at = 0;
          put(scratch, bytes, lineFrom, from);
          own.from = scratch.at;
          let cell = 0;
          for (let begin = from; ; cell++) {
            const end = cellEnd(bytes, begin, delimiter);
            putCell(bytes, begin, end, cell);
            if (bytes[end] === LF) break;
            putByte(scratch, delimiter);
            begin = end + 1;
          }
          own.to = scratch.at;
          putByte(scratch, LF);
          own.bytes = scratch.bytes;
          own.delimiter = delimiter;
          own.index = row.index;
          return inner.convert(own, output, at);
        },
      };
    },
  };
}

/** What a cell is by the codes of a crop, where its alleles are letters or sizes; null: a missing call. */
export type CellReader = (
  cell: string,
  alleles: NonNullable<MatrixRule["alleles"]>,
) => string | null;

/**
 * Reads single cells by the same codes, for a look at a file: letters that the crop's separators part come with a slash
 * between, sizes with four digits each, and any other cell as it is.
 */
export function createCellReader({ missing = [], separators = "" }: CropCodes): CellReader {
  const codes = new Set(missing);
  const isSeparator = separatorTable(separators);
  const scratch = createByteBuffer(Buffer.allocUnsafe(64));
  return (cell, alleles) => {
    if (codes.has(cell)) return null;
    if (separators === "" || cell.length < 3 || cell.length > 20) return cell;
    const bytes = Buffer.from(cell, "latin1");
    switch (alleles) {
      case "letters":
        return bytes.subarray(1, -1).every((byte) => isSeparator[byte] === 1)
          ? `${cell[0]}/${cell.at(-1)}`
          : cell;
      case "sizes":
        scratch.at = 0;
        putSizes(scratch, bytes, 0, bytes.length, isSeparator);
        return scratch.bytes.toString("latin1", 0, scratch.at);
    }
  };
}

function separatorTable(separators: string): Uint8Array {
  const isSeparator = new Uint8Array(256);
  for (const byte of Buffer.from(separators, "latin1")) isSeparator[byte] = 1;
  return isSeparator;
}

/** Nothing or separators between the alleles, or one of GOBii's own words for a missing call. */
function isWellSeparated(
  bytes: Buffer,
  from: number,
  to: number,
  isSeparator: Uint8Array,
  alleles: number,
): boolean {
  const length = to - from;
  if (length <= alleles) return true;
  // Of two alleles, one is at each end, however much stands between.
  const step = alleles === 2 ? length - 1 : 2;
  for (let at = 1; at < length - 1; at++) {
    if (at % step !== 0 && isSeparator[bytes[from + at] ?? 0] !== 1) {
      return MISSING_WORDS.has(cellText(bytes, from, to));
    }
  }
  return true;
}

const [ZERO, NINE] = [48, 57];
const SIZE_DIGITS = 4;

/** `123/125` becomes `01230125`; any other cell stays as it is. */
function putSizes(
  scratch: ByteBuffer,
  bytes: Buffer,
  from: number,
  to: number,
  isSeparator: Uint8Array,
): void {
  const isDigit = (at: number): boolean => (bytes[at] ?? 0) >= ZERO && (bytes[at] ?? 0) <= NINE;
  let middle = from;
  while (middle < to && isDigit(middle)) middle++;
  let second = middle;
  while (second < to && isSeparator[bytes[second] ?? 0] === 1) second++;
  let end = second;
  while (end < to && isDigit(end)) end++;
  const lengths = [middle - from, end - second];
  const isPair = second > middle && end === to && lengths.every((n) => n >= 1 && n <= SIZE_DIGITS);
  if (!isPair) return put(scratch, bytes, from, to);
  for (const [begin, stop] of [
    [from, middle],
    [second, end],
  ] as const) {
    for (let k = stop - begin; k < SIZE_DIGITS; k++) putByte(scratch, ZERO);
    put(scratch, bytes, begin, stop);
  }
}
