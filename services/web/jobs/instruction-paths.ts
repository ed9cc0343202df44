import { companionsOf } from "../../contract/companions.ts";
import type { SourceFormat, StoredInstruction } from "../../contract/instruction.ts";

/** A place that an instruction reads or writes; a companion stands beside a source. */
export interface InstructionPath {
  readonly role: "source" | "destination" | "companion";
  /** Where in the instruction it stands, e.g. `instructions[0].gobiiFile.source`. */
  readonly field: string;
  /** As given; empty when missing. */
  readonly path: string;
}

/** Every place that an instruction reads or writes, each once; none where there is no instruction. */
export function pathsOf(instruction: StoredInstruction | null): InstructionPath[] {
  if (instruction === null) return [];
  return once(filesOf(instruction).flatMap(({ file, at }) => pathsOfFile(file, at)));
}

/**
 * Every place that an instruction reads or writes, and the files that are read beside its sources, such as the `.bim` of a
 * `.bed`, whether they are there or not.
 */
export function pathsWithCompanions(instruction: StoredInstruction | null): InstructionPath[] {
  if (instruction === null) return [];
  const companions = filesOf(instruction).flatMap(({ file, at }) =>
    companionsOf(file.source ?? "", file.sourceFormat).map((path): InstructionPath => ({
      role: "companion",
      field: `${at}.source`,
      path,
    })),
  );
  return [...pathsOf(instruction), ...once(companions)];
}

interface NamedFile {
  readonly file: {
    readonly source: string | null;
    readonly destination: string | null;
    readonly sourceFormat?: SourceFormat | undefined;
  };
  readonly at: string;
}

function filesOf(instruction: StoredInstruction): NamedFile[] {
  return instruction.shape === "list"
    ? instruction.instructions.map(({ gobiiFile }, i) => ({
        file: gobiiFile,
        at: `instructions[${i}].gobiiFile`,
      }))
    : [{ file: instruction.procedure.metadata.gobiiFile, at: "procedure.metadata.gobiiFile" }];
}

function once(paths: readonly InstructionPath[]): InstructionPath[] {
  const first = new Map<string, InstructionPath>();
  for (const path of paths) {
    const key = `${path.role} ${path.path}`;
    if (!first.has(key)) first.set(key, path);
  }
  return [...first.values()];
}

function pathsOfFile(file: NamedFile["file"], at: string): InstructionPath[] {
  return [
    { role: "source", field: `${at}.source`, path: file.source ?? "" },
    { role: "destination", field: `${at}.destination`, path: file.destination ?? "" },
  ];
}
