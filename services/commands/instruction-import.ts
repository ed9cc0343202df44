import { basename } from "node:path";
import { isDeepStrictEqual } from "node:util";
import { InstructionAnswer, SubmitAnswer } from "../contract/api.ts";
import { AppError } from "../contract/errors.ts";
import type { StoredInstruction } from "../contract/instruction.ts";
import { toStored } from "../web/gobii/instruction-dto.ts";
import { isAllowedKey } from "../contract/job.ts";
import type { ApiClient } from "./api-client.ts";
import { readInstructionFile } from "./instruction-file.ts";
import { toSubmitBody } from "./submit-body.ts";

/**
 * What became of an instruction file:
 * - `imported`: it is a job now. `known`: it was one already, the same instruction under the same key.
 * - `different`: its key is that of another instruction. `invalid`: it is no instruction. `refused`: the web service does
 *   not take it.
 */
type ImportOutcome = "imported" | "known" | "different" | "invalid" | "refused";

export interface Imported {
  readonly file: string;
  readonly key: string;
  readonly outcome: ImportOutcome;
  readonly job: number | null;
  /** Why, where it is neither imported nor known. */
  readonly message: string | null;
}

/**
 * Gives one instruction file to the web service. Its stem is the key.
 *
 * @param crop the crop to import for; null: the service's first.
 * @throws AppError when the service does not answer, or does not let us in.
 */
export async function importInstruction(
  client: Pick<ApiClient, "get" | "send">,
  file: string,
  options: { readonly crop: string | null; readonly submittedBy: string },
): Promise<Imported> {
  const { crop, submittedBy } = options;
  const key = basename(file, ".json");
  const end = (outcome: ImportOutcome, job: number | null, message: string | null) => ({
    file,
    key,
    outcome,
    job,
    message,
  });
  if (!isAllowedKey(key)) {
    return end("invalid", null, `The file's name contains characters that are not allowed: ${key}`);
  }
  const instruction = readOrReason(file);
  if (typeof instruction === "string") return end("invalid", null, instruction);

  const known = await knownInstruction(client, key, crop);
  if (known !== null) {
    return isSame(known, instruction)
      ? end("known", null, null)
      : end("different", null, `${key} is the key of another instruction.`);
  }
  try {
    const body = {
      key,
      submittedBy,
      ...toSubmitBody(instruction),
      ...(crop === null ? {} : { crop }),
    };
    const { job } = await client.send("POST", "/instructions", body, SubmitAnswer);
    return end("imported", job.id, null);
  } catch (thrown) {
    if (!(thrown instanceof AppError)) throw thrown;
    switch (thrown.code) {
      case "duplicate_key":
        return end("different", null, thrown.message);
      case "invalid_instruction":
      case "bad_request":
      case "payload_too_large":
        return end("refused", null, thrown.message);
      default:
        throw thrown;
    }
  }
}

function readOrReason(file: string): StoredInstruction | string {
  try {
    return readInstructionFile(file);
  } catch (thrown) {
    if (thrown instanceof AppError) return thrown.message;
    throw thrown;
  }
}

interface Known {
  readonly crop: string;
  readonly instruction: StoredInstruction;
}

async function knownInstruction(
  client: Pick<ApiClient, "get">,
  key: string,
  crop: string | null,
): Promise<Known | null> {
  let answer: InstructionAnswer;
  try {
    answer = await client.get(`/instructions/${encodeURIComponent(key)}`, InstructionAnswer);
  } catch (thrown) {
    if (thrown instanceof AppError && thrown.code === "not_found") return null;
    throw thrown;
  }
  // A key that looks like a number is also looked for among the jobs' numbers.
  if (answer.key !== key || (crop !== null && answer.crop !== crop)) return null;
  const { procedure, instructions = [] } = answer;
  return {
    crop: answer.crop,
    instruction:
      procedure === undefined ? { shape: "list", instructions } : { shape: "procedure", procedure },
  };
}

/** The same, whichever way it came in: through the loader's call its crop was filled in. */
function isSame({ crop, instruction }: Known, ours: StoredInstruction): boolean {
  return isDeepStrictEqual(toStored(instruction, crop), toStored(ours, crop));
}
