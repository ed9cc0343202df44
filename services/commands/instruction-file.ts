import { readFileSync } from "node:fs";
import { AppError, coerceError } from "../contract/errors.ts";
import { readInstruction, type StoredInstruction } from "../contract/instruction.ts";

/** @throws AppError `bad_request` or `invalid_instruction`, naming the file and what is wrong with it. */
export function readInstructionFile(file: string): StoredInstruction {
  let text: string;
  try {
    text = readFileSync(file, "utf8").replace(/^\ufeff/, "");
  } catch (thrown) {
    throw new AppError("bad_request", `${file} cannot be read: ${coerceError(thrown).message}`);
  }
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (thrown) {
    throw new AppError(
      "invalid_instruction",
      `${file} is not JSON: ${coerceError(thrown).message}`,
    );
  }
  return readInstruction(json);
}
