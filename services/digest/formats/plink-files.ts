import { existsSync } from "node:fs";
import { basename } from "node:path";
import { companionNames } from "../../contract/companions.ts";
import type { SourceFile } from "../source/source-files.ts";
import { readEachLine, type RowContext, type RowReader } from "./row-reader.ts";

/** What both of PLINK's forms of a data set have. Source: the file formats of the PLINK 1.9 manual. */

/** A letter that is not known. */
export const N = 78;

/** PLINK's codes of an allele as GOBii's letter; 0 where there is none. */
export const LETTER_OF = new Uint8Array(256);
for (const [codes, letter] of [
  ["Aa1", "A"],
  ["Cc2", "C"],
  ["Gg3", "G"],
  ["Tt4", "T"],
  ["Nn0", "N"],
  ["Ii+", "+"],
  ["Dd-", "-"],
] as const) {
  for (const code of Buffer.from(codes)) LETTER_OF[code] = letter.charCodeAt(0);
}

/** The file beside it that ends otherwise, plain or compressed; null where there is none. */
export function companionOf(path: string, extension: string): string | null {
  return companionNames(path, extension).find((file) => existsSync(file)) ?? null;
}

/** Reads the lines of a companion of a file, each as its fields. Throws and returns as a `RowReader`. */
export async function readCompanion(
  path: string,
  { decoding }: Pick<SourceFile, "decoding">,
  context: RowContext,
  onFields: (fields: string[], line: number) => void,
): ReturnType<RowReader> {
  const file = { path, name: basename(path), size: 0, decoding };
  return readEachLine(file, { pace: context.pace, onBytes: () => {} }, (line) => {
    const text = line.bytes.toString("utf8", line.from, line.to);
    const fields = fieldsOf(text);
    if (fields.length > 0 && !text.trimStart().startsWith("#")) onFields(fields, line.number);
  });
}

/** The problem of a file that cannot be read without the one beside it. */
export function absentCompanion(path: string, extension: string) {
  return {
    message: `There is no .${extension} file beside it; expected one of the same name`,
    file: path,
    line: null,
    column: null,
  };
}

/** The fields of a line. Only spaces and tabs divide them: a space that does not break may be part of a name. */
export function fieldsOf(text: string): string[] {
  return text.split(/[ \t]+/).filter((field) => field !== "");
}
