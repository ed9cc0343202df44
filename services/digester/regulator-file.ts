import type { Logger } from "pino";
import { coerceError, parseOrThrow } from "../contract/errors.ts";
import { RegulatorChoice } from "../contract/regulator.ts";
import { parseJson } from "../gate/parse-json.ts";
import { writeDurably } from "./durable-files.ts";
import { chooseRegulator, defaultRegulator } from "./regulators/index.ts";
import { readText } from "./state-dir.ts";

/** The regulator that was chosen last, which outlives the process. */
export interface RegulatorFile {
  /** What to begin with. */
  readonly choice: RegulatorChoice;
  readonly write: (choice: RegulatorChoice) => Promise<void>;
}

/** A choice that is not to be had any more (a newer version may not know it) gives way to the default. */
export async function openRegulatorFile(path: string, log: Logger): Promise<RegulatorFile> {
  const text = await readText(path);
  let choice = defaultRegulator;
  if (text !== null) {
    try {
      const kept = parseOrThrow(RegulatorChoice, parseJson(text), "bad_request", path);
      choice = chooseRegulator(kept).choice;
    } catch (thrown) {
      log.warn({ why: coerceError(thrown).message }, "The regulator chosen before cannot be used");
    }
  }
  return { choice, write: (chosen) => writeDurably(path, JSON.stringify(chosen)) };
}
