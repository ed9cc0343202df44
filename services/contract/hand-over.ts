import { z } from "zod";

/** What an argument of a hand-over command may name in braces. */
const handOverWords = [
  "file",
  "table",
  "directory",
  "width",
  "job",
  "key",
  "crop",
  "dataset",
  "project",
  "platform",
  "experiment",
  "mapset",
] as const;
export type HandOverWord = (typeof handOverWords)[number];

const Argument = z.string().superRefine((text, context) => {
  for (const [braced, word = ""] of text.matchAll(/\{(\w+)\}/g)) {
    if (handOverWords.some((known) => known === word)) continue;
    const known = handOverWords.map((one) => `{${one}}`).join(", ");
    context.addIssue({ code: "custom", message: `${braced} is not known; there are ${known}` });
  }
});

/** A program and its arguments. No shell reads them: each argument is one, whatever its words stand for. */
const Command = z.strictObject({
  command: z.array(Argument).min(1),
  /** How long it may take for one table or matrix. */
  minutes: z.number().positive().max(100_000).default(60),
});
export type HandOverCommand = z.infer<typeof Command>;

/** What is run with the digest files of a crop once they are where they belong; each may be left out. */
export const HandOver = z.strictObject({
  /** For each table but the matrix, in the order of the instruction. */
  table: Command.optional(),
  /** For the matrix, after all tables. */
  matrix: Command.optional(),
  /** For a load that asks for a quality check, after that. */
  qualityCheck: Command.optional(),
});
export type HandOver = z.infer<typeof HandOver>;
