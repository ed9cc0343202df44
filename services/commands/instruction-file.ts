import { readFileSync } from "node:fs";
import { AppError, coerceError, systemCode } from "../contract/errors.ts";
import { readInstruction, type StoredInstruction } from "../contract/instruction.ts";
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
    throw new AppError("bad_request", `${file} cannot be read: ${reasonOf(thrown)}`);
  }
}

function reasonOf(thrown: unknown): string {
  switch (systemCode(thrown)) {
    case "ENOENT":
      return "there is no such file";
    case "EISDIR":
      return "it is a directory";
    case "EACCES":
      return "permission denied";
    default:
      return coerceError(thrown).message;
  }
}
