import type { InstructionAnswer } from "../../../../services/contract/api.ts";
import { AppError, coerceError } from "../../../../services/contract/errors.ts";
import {
  readInstruction,
  type StoredInstruction,
} from "../../../../services/contract/instruction.ts";
import { toLoad, type Load } from "../../../../services/contract/load.ts";
import { findFault, findPlace, type JsonPath } from "./json-place.ts";

/** Something wrong with an instruction, and where in the text. Offsets count from 0, lines from 1. */
interface Problem {
  readonly message: string;
  readonly from: number;
  readonly to: number;
  readonly line: number;
}

export type Reading =
  | { readonly kind: "empty" }
  | { readonly kind: "wrong"; readonly problems: readonly Problem[] }
  | { readonly kind: "right"; readonly instruction: StoredInstruction; readonly load: Load };

/** A stored instruction as a person would write it, without what the service puts around it. */
export function textOf({ instructions, procedure }: InstructionAnswer): string {
  return JSON.stringify(procedure ?? instructions ?? [], null, 2);
}

/** Reads the text of an instruction as the service would. */
export function readText(text: string): Reading {
  if (text.trim() === "") return { kind: "empty" };
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (thrown) {
    return { kind: "wrong", problems: [syntaxProblem(text, coerceError(thrown).message)] };
  }
  try {
    const instruction = readInstruction(json);
    const load = toLoad(instruction);
    if (load.tables.length === 0) {
      return { kind: "wrong", problems: [at(text, 0, text.length, "It names no table.")] };
    }
    return { kind: "right", instruction, load };
  } catch (thrown) {
    return { kind: "wrong", problems: schemaProblems(text, json, thrown) };
  }
}

/** The words are the JavaScript engine's; it does not always name the place. */
function syntaxProblem(text: string, message: string): Problem {
  const offset = findFault(text);
  const words = message.replace(/ in JSON at position \d+.*$/s, "").replace(/, ?"[\s\S]*$/, "");
  return at(text, offset, offset + 1, `This is not JSON: ${words}.`);
}

function schemaProblems(text: string, json: unknown, thrown: unknown): Problem[] {
  const error = coerceError(thrown);
  const details = error instanceof AppError && error.details.length > 0 ? error.details : null;
  if (details === null) return [at(text, 0, text.length, error.message)];
  const base = basePath(json);
  return details.map((detail) => {
    const path = pathOfDetail(detail);
    const place = findPlace(text, [...base, ...path]);
    return at(text, place.from, place.to, detail);
  });
}

function at(text: string, from: number, to: number, message: string): Problem {
  return {
    message,
    from,
    to: Math.min(to, text.length),
    line: text.slice(0, from).split("\n").length,
  };
}

/** `[2].gobiiFileColumns[0].rCoord: expected an integer` → `[2, "gobiiFileColumns", 0, "rCoord"]`. */
export function pathOfDetail(detail: string): JsonPath {
  const place = /^((?:\.?[^\s.:[\]]+|\[\d+\])+): /.exec(detail)?.[1] ?? "";
  return [...place.matchAll(/\[(\d+)\]|([^.[\]]+)/g)].map((part) =>
    part[1] === undefined ? (part[2] ?? "") : Number(part[1]),
  );
}

/** Where within the text the part stands that messages count from: inside whatever it is wrapped in. */
function basePath(json: unknown): JsonPath {
  const unwrap = (value: unknown, path: JsonPath): JsonPath => {
    if (typeof value !== "object" || value === null || Array.isArray(value)) return path;
    const record = value as Record<string, unknown>;
    const payload = record["payload"] as Record<string, unknown> | undefined;
    if (Array.isArray(payload?.["data"])) {
      return unwrap(payload["data"][0], [...path, "payload", "data", 0]);
    }
    for (const name of ["procedure", "gobiiLoaderProcedure"]) {
      if (isRecord(record[name])) return [...path, name];
    }
    if (isRecord(record["metadata"])) return path;
    for (const name of ["gobiiLoaderInstructions", "instructions"]) {
      if (Array.isArray(record[name])) return [...path, name];
    }
    return path;
  };
  return unwrap(json, []);
}

function isRecord(value: unknown): boolean {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
