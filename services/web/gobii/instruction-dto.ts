import { z } from "zod";
import { progressStatusName, type ProgressStatusName } from "../../contract/gobii-terms.ts";
import {
  ListInstruction,
  Procedure,
  text,
  type StoredInstruction,
} from "../../contract/instruction.ts";
import { parseOrThrow } from "../../contract/errors.ts";
import type { JobRecord } from "../jobs/job-record.ts";
import type { Item } from "./envelope.ts";
import type { Generation } from "./generations.ts";

/** As Java's beans, whose fields are there before anything is set. */
const ProcedureBean = z.preprocess(
  (value) =>
    typeof value === "object" && value !== null && !Array.isArray(value)
      ? { ...value, metadata: "metadata" in value ? (value.metadata ?? {}) : {} }
      : value,
  Procedure.nullish(),
);

const InstructionFilesDto = z
  .object({
    instructionFileName: text,
    gobiiLoaderInstructions: z.array(ListInstruction).nullish(),
    procedure: ProcedureBean,
    gobiiLoaderProcedure: ProcedureBean,
  })
  .nullable();

export interface InstructionFile {
  readonly name: string | null;
  readonly instruction: StoredInstruction;
}

/**
 * Reads GOBii's LoaderInstructionFilesDTO, a data item of createInstruction.
 *
 * @throws AppError `bad_request` where a field is of the wrong kind or an enum has no such name.
 */
export function readInstructionFile(item: unknown, generation: Generation): InstructionFile {
  const dto = parseOrThrow(InstructionFilesDto, item, "bad_request", "The instruction");
  const name = dto?.instructionFileName ?? null;
  if (generation.id === "v2.2") {
    const procedure =
      dto?.procedure ??
      dto?.gobiiLoaderProcedure ??
      parseOrThrow(Procedure, { metadata: {} }, "internal");
    return { name, instruction: { shape: "procedure", procedure } };
  }
  return {
    name,
    instruction: { shape: "list", instructions: dto?.gobiiLoaderInstructions ?? [] },
  };
}

/**
 * The instruction as it is stored: its crop filled in where it names none. `columnsByTableName` of the first element
 * repeats what the elements say and is left out; it is made again when the instruction is shown.
 */
export function toStored(instruction: StoredInstruction, crop: string): StoredInstruction {
  const cropOr = (named: string | null): string => (named === null || named === "" ? crop : named);
  if (instruction.shape === "procedure") {
    const { metadata, instructions } = instruction.procedure;
    const gobiiCropType = cropOr(metadata.gobiiCropType);
    return {
      shape: "procedure",
      procedure: { metadata: { ...metadata, gobiiCropType }, instructions },
    };
  }
  return {
    shape: "list",
    instructions: instruction.instructions.map((element, index) => ({
      ...element,
      gobiiCropType: cropOr(element.gobiiCropType),
      columnsByTableName: index === 0 ? {} : element.columnsByTableName,
    })),
  };
}

/** Whether a client of this generation can read an instruction of this shape. */
export function isReadableBy(instruction: StoredInstruction, generation: Generation): boolean {
  return (instruction.shape === "procedure") === (generation.id === "v2.2");
}

/**
 * The data item that shows an instruction.
 *
 * @param job gives the status that the instruction shows; null where it shows the one it was sent with.
 */
export function instructionItem(
  name: string,
  instruction: StoredInstruction,
  generation: Generation,
  job: Pick<JobRecord, "gobiiStatus"> | null,
): Item {
  const status = job === null ? null : progressStatusName(job.gobiiStatus);
  const body =
    instruction.shape === "procedure"
      ? { procedure: procedureBody(instruction.procedure, status) }
      : { gobiiLoaderInstructions: listBody(instruction.instructions, status, generation) };
  return {
    dto: {
      allowedProcessTypes: ["UPDATE", "READ"],
      ...body,
      instructionFileName: name,
      id: 1,
    },
    path: `instructions/loader/${encodeURIComponent(name)}`,
    javaClass: generation.classes.instruction,
    linkId: name,
  };
}

function procedureBody(
  { metadata, instructions }: Procedure,
  status: ProgressStatusName | null,
): Procedure {
  const gobiiJobStatus = status ?? metadata.gobiiJobStatus;
  return { metadata: { ...metadata, gobiiJobStatus }, instructions };
}

function listBody(
  list: readonly ListInstruction[],
  status: ProgressStatusName | null,
  generation: Generation,
): object[] {
  if (!generation.jobKeys) return list.map(withoutJobKeys);
  // Built from entries, so that a table named like a property of Object's prototype stays a key.
  const columnsByTableName = Object.fromEntries(
    list.flatMap(({ table, gobiiFileColumns }) =>
      table === null || table === "" ? [] : [[table, gobiiFileColumns]],
    ),
  );
  return list.map((element, index) => ({
    ...element,
    columnsByTableName: index === 0 ? columnsByTableName : element.columnsByTableName,
    gobiiJobStatus: status ?? element.gobiiJobStatus,
  }));
}

function withoutJobKeys(element: ListInstruction): object {
  const {
    columnsByTableName: _columns,
    jobPayloadType: _payload,
    gobiiJobStatus: _status,
    logMessage: _log,
    ...rest
  } = element;
  return rest;
}
