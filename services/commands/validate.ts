import type { Command } from "commander";
import { AppError, coerceError } from "../contract/errors.ts";
import { toLoad } from "../contract/load.ts";
import { findingsOf, validateInstruction } from "../digest/validation/instruction-validator.ts";
import { exitCodes } from "./exit.ts";
import { readInstructionFile } from "./instruction-file.ts";
import { print, printJson } from "./output.ts";

export interface ValidationAnswer {
  readonly ok: boolean;
  readonly messages: readonly string[];
}

/** `validate INSTRUCTION.json`: whether the tables of an instruction belong together; reads no source. */
export function addValidateCommand(program: Command): void {
  program
    .command("validate")
    .description("check an instruction, without reading its sources")
    .argument("<instruction.json>", "the list, {metadata, instructions} or the posted object")
    .option("--json", 'print {"ok": …, "messages": […]}')
    .action((file: string, options: { readonly json?: true }) => {
      const answer = validateFile(file);
      if (options.json === true) printJson(answer);
      else print(answer.ok ? "The instruction is valid." : answer.messages.join("\n"));
      if (!answer.ok) process.exitCode = exitCodes.failed;
    });
}

/** A file that is no instruction is not ok, and its messages say why. */
export function validateFile(file: string): ValidationAnswer {
  try {
    const found = findingsOf(validateInstruction(toLoad(readInstructionFile(file))));
    const messages = found.map(({ message, plain }) => [message, plain].join(": "));
    return { ok: messages.length === 0, messages };
  } catch (thrown) {
    const error = coerceError(thrown);
    const details = error instanceof AppError ? error.details.slice(1) : [];
    return { ok: false, messages: [error.message, ...details] };
  }
}
