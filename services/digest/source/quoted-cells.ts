import { AppError } from "../../contract/errors.ts";
import { compileDelimiter, PRIVATE_DELIMITER, type Delimiter } from "./delimiter.ts";
import type { LineBlock } from "./line-block.ts";

const QUOTE = 34;
const LF = 10;

/**
 * As `compileDelimiter`, for files whose cells may stand in double quotes (RFC 4180, but a cell ends with its line): a
 * delimiter between quotes is text, `""` there is one quote, and the quotes around a cell are taken off.
 *
 * @throws AppError `invalid_instruction` where the delimiter is not one character.
 */
export function compileQuotedDelimiter(pattern: string): Delimiter {
  const { byte, separate } = compileDelimiter(pattern);
  if (separate !== null || byte === QUOTE) {
    throw new AppError(
      "invalid_instruction",
      "expected a single character where cells stand in quotes",
    );
  }
  return {
    byte: PRIVATE_DELIMITER,
    separate: (block) => takeQuotesOff(block, byte),
    splitsEverywhere: false,
  };
}

function takeQuotesOff(block: LineBlock, delimiter: number): LineBlock {
  const end = block.starts[block.count] ?? 0;
  const bytes = Buffer.allocUnsafe(end);
  const starts = new Int32Array(block.count + 1);
  let out = 0;
  for (let line = 0; line < block.count; line++) {
    starts[line] = out;
    const to = (block.starts[line + 1] ?? 0) - 1;
    let isQuoted = false;
    let isCellStart = true;
    for (let at = block.starts[line] ?? 0; at < to; at++) {
      const byte = block.bytes[at] ?? 0;
      if (isQuoted && byte === QUOTE) {
        if (at + 1 < to && block.bytes[at + 1] === QUOTE) bytes[out++] = block.bytes[at++] ?? 0;
        else isQuoted = false;
      } else if (!isQuoted && byte === QUOTE && isCellStart) {
        isQuoted = true;
      } else if (!isQuoted && byte === delimiter) {
        bytes[out++] = PRIVATE_DELIMITER;
        isCellStart = true;
        continue;
      } else {
        bytes[out++] = byte;
      }
      isCellStart = false;
    }
    bytes[out++] = LF;
  }
  starts[block.count] = out;
  return { ...block, bytes, starts };
}
