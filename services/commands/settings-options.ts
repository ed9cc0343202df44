import { InvalidArgumentError, Option, type Command } from "commander";
import { DigestSettings, encodings, matrixOutputs } from "../contract/digest-settings.ts";
import { withoutUndefined } from "../contract/without-undefined.ts";
import { someOf } from "./some-of.ts";

/** What a crop's configuration says elsewhere of its files. */
export interface ReadingOptions {
  readonly missing?: string[];
  readonly separator?: string;
  readonly quote?: true;
  readonly encoding?: DigestSettings["encoding"];
}

/** And of what is made of them. */
export interface SettingsOptions extends ReadingOptions {
  readonly also?: DigestSettings["also"];
  readonly quality?: boolean;
}

/** Adds all options that `settingsOf` reads. */
export function addSettingsOptions(command: Command): Command {
  const making = command
    .option(
      "--also <formats>",
      `write the matrix as ${matrixOutputs.join(", ")} too, for the next tool`,
      someOf(matrixOutputs),
    )
    .option("--no-quality", "take no quality figures of the matrix");
  return addReadingOptions(making);
}

/** Adds those that say how sources are read. */
export function addReadingOptions(command: Command): Command {
  return command
    .option("--missing <code...>", "further cells of a matrix that stand for a missing call")
    .option(
      "--separator <characters>",
      "what alone may stand between the alleles of a call, such as /|",
      readSeparators,
    )
    .option("--quote", "cells may stand in double quotes, where the instruction does not say")
    .addOption(
      new Option("--encoding <name>", "how the sources are encoded (default: auto)").choices([
        ...encodings,
      ]),
    );
}

/** What the options say, as a crop's configuration would; what was not given is left out. */
export function settingsOf(options: SettingsOptions): DigestSettings {
  const { also, quality, missing, separator: separators, quote: quotes, encoding } = options;
  return withoutUndefined({ also, quality, missing, separators, quotes, encoding });
}

function readSeparators(text: string): string {
  const read = DigestSettings.shape.separators.safeParse(text);
  if (read.success && read.data !== undefined) return read.data;
  const [issue] = read.error?.issues ?? [];
  throw new InvalidArgumentError(`${issue?.message ?? "Expected separators"}.`);
}
