import type { StoredInstruction } from "../contract/instruction.ts";

/** An instruction as the body of `POST /instructions` holds it. */
export function toSubmitBody(instruction: StoredInstruction): Record<string, unknown> {
  switch (instruction.shape) {
    case "list":
      return { instructions: instruction.instructions };
    case "procedure":
      return { procedure: instruction.procedure };
  }
}
