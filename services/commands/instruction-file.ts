import { readFileSync } from "node:fs";
import { AppError } from "../contract/errors.ts";
import { readInstruction, type StoredInstruction } from "../contract/instruction.ts";
import { systemWords } from "../contract/system-words.ts";
import { parseJsonBody } from "../gate/json-body.ts";

/** @throws AppError `bad_request` or `invalid_instruction`, naming the file and what is wrong with it, and where. */
export function readInstructionFile(file: string): StoredInstruction {
  return readInstruction(readJsonFile(file));
}

/** @throws AppError `bad_request`, naming the file and what is wrong with it, and where. */
export function readJsonFile(file: string): unknown {
  return parseJsonBody(readBytes(file), file);
}

/** Without the byte order mark that some editors put first. */
function readBytes(file: string): Uint8Array {
  try {
    const bytes = readFileSync(file);
    return bytes.subarray(0, 3).toString("hex") === "efbbbf" ? bytes.subarray(3) : bytes;
  } catch (thrown) {
    throw new AppError("bad_request", `${file} cannot be read: ${systemWords(thrown)}`);
  }
}
