import type { StoredInstruction } from "../../contract/instruction.ts";

/** A place that an instruction reads or writes. */
export interface InstructionPath {
  readonly role: "source" | "destination";
  /** Where in the instruction it stands, e.g. `instructions[0].gobiiFile.source`. */
  readonly field: string;
  /** As given; empty when missing. */
  readonly path: string;
}

/** Every place that an instruction reads or writes, each once; none where there is no instruction. */
export function pathsOf(instruction: StoredInstruction | null): InstructionPath[] {
  if (instruction === null) return [];
  const all =
    instruction.shape === "list"
      ? instruction.instructions.flatMap(({ gobiiFile }, i) =>
          pathsOfFile(gobiiFile, `instructions[${i}].gobiiFile`),
        )
      : pathsOfFile(instruction.procedure.metadata.gobiiFile, "procedure.metadata.gobiiFile");
  const first = new Map<string, InstructionPath>();
  for (const path of all) {
    const key = `${path.role} ${path.path}`;
    if (!first.has(key)) first.set(key, path);
  }
  return [...first.values()];
}

function pathsOfFile(
  file: { source: string | null; destination: string | null },
  at: string,
): InstructionPath[] {
  return [
    { role: "source", field: `${at}.source`, path: file.source ?? "" },
    { role: "destination", field: `${at}.destination`, path: file.destination ?? "" },
  ];
}
