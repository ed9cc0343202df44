import type { SubmitRequest } from "../../../../services/contract/api.ts";
import type { StoredInstruction } from "../../../../services/contract/instruction.ts";
import { isAllowedKey } from "../../../../services/contract/job.ts";

/** What a person can say of a submission beside the instruction itself. */
export interface SubmitOptions {
  /** Empty: the service makes one up from the time. */
  readonly key: string;
  readonly priority: number;
  readonly hold: boolean;
  readonly submittedBy: string;
}

export const defaultOptions: SubmitOptions = { key: "", priority: 0, hold: false, submittedBy: "" };

/** @param editOf key of the instruction that this one is an edit of. */
export function submitBody(
  instruction: StoredInstruction,
  options: SubmitOptions,
  editOf: string | null,
): SubmitRequest {
  const key = options.key.trim();
  const submittedBy = options.submittedBy.trim();
  return {
    ...wireForm(instruction),
    ...(key === "" ? {} : { key }),
    ...(submittedBy === "" ? {} : { submittedBy }),
    ...(options.priority === 0 ? {} : { priority: options.priority }),
    ...(options.hold ? { hold: true } : {}),
    ...(editOf === null ? {} : { editOf }),
  };
}

function wireForm(
  instruction: StoredInstruction,
): Pick<SubmitRequest, "instructions" | "procedure"> {
  switch (instruction.shape) {
    case "list":
      return { instructions: instruction.instructions };
    case "procedure":
      return { procedure: instruction.procedure };
  }
}

const two = (value: number): string => String(value).padStart(2, "0");

/**
 * A key for what was given no name, `data_20261124_093107_4f0c9a`: by local time, as the service makes them up.
 *
 * @param chance a few bytes that tell it from another of the same second.
 */
export function timeName(at: Date, chance: Uint8Array): string {
  const day = `${at.getFullYear()}${two(at.getMonth() + 1)}${two(at.getDate())}`;
  const time = `${two(at.getHours())}${two(at.getMinutes())}${two(at.getSeconds())}`;
  const end = Array.from(chance, (byte) => byte.toString(16).padStart(2, "0")).join("");
  return `data_${day}_${time}_${end}`;
}

/** Why a key is not accepted; null when it is. */
export function keyProblem(key: string): string | null {
  const trimmed = key.trim();
  return trimmed === "" || isAllowedKey(trimmed)
    ? null
    : "Letters, digits, dots, dashes and underscores, beginning with a letter or digit, at most 200.";
}
