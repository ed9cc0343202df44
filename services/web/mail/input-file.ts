import { readdir } from "node:fs/promises";
import { basename } from "node:path";
import type { StoredInstruction } from "../../contract/instruction.ts";

/** The name of the first file that an instruction reads: of its source itself where that is no directory at hand. */
export async function inputFileOf(instruction: StoredInstruction): Promise<string> {
  const source =
    instruction.shape === "procedure"
      ? instruction.procedure.metadata.gobiiFile.source
      : (instruction.instructions[0]?.gobiiFile.source ?? null);
  if (source === null) return "";
  try {
    const entries = await readdir(source, { withFileTypes: true });
    const files = entries.filter((entry) => entry.isFile()).map((entry) => entry.name);
    return files.toSorted()[0] ?? basename(source);
  } catch {
    return basename(source);
  }
}
