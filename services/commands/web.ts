import { existsSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Command } from "commander";
import packageJson from "../../package.json" with { type: "json" };
import { createLogTail } from "../web/log.ts";
import { commandLog } from "./command-log.ts";
import { print } from "./output.ts";
import { pilotsOf } from "./pilots.ts";
import {
  addWebServiceOptions,
  readConfigFlag,
  readWebOptions,
  type WebFlags,
} from "./web-options.ts";
import { startWeb, type RunningWeb, type WebOptions } from "../web/start.ts";

interface Flags extends WebFlags {
  readonly json?: true;
}

/** `web`: the web service until a signal ends it. */
export function addWebCommand(program: Command): void {
  addWebServiceOptions(program.command("web"))
    .description(
      "the web service: keeps the record, places jobs, serves the console and GOBii's loader",
    )
    .option("--json", "print one line of JSON once it listens")
    .action(async (flags: Flags) => {
      const file = await readConfigFlag(flags);
      const tail = createLogTail();
      const log = commandLog(tail);
      const options = { ...productOptions(), ...(await readWebOptions(flags, file)) };
      const ended = signalled();
      const web = await startWeb({ ...options, log, recentLog: tail.lines });
      try {
        print(flags.json === true ? firstLine(web) : welcome(web, options.dataDir));
        const pilots = await pilotsOf(file, web, log);
        await ended;
        await pilots?.close();
      } finally {
        await web.close();
      }
    });
}

/** What `web` and `all` print first with `--json`. */
export function firstLine({ url, token, gobii }: RunningWeb): string {
  return JSON.stringify({ url, token, gobii });
}

/** The options of the web service that follow from where the product is installed. */
export function productOptions(): Pick<WebOptions, "consoleDir" | "samplesDir" | "version"> {
  const consoleDir = besideBundle("../renderer");
  const samplesDir = besideBundle("../../resources/samples");
  return {
    consoleDir: existsSync(join(consoleDir, "index.html")) ? consoleDir : null,
    samplesDir: existsSync(samplesDir) ? samplesDir : null,
    version: packageJson.version,
  };
}

/** The bundles lie in out/main, whatever chunk this ends up in. */
function besideBundle(path: string): string {
  return fileURLToPath(new URL(path, import.meta.url));
}

/** Settles at the first SIGINT or SIGTERM; a second one ends the process at once. */
export function signalled(): Promise<void> {
  return new Promise((resolve) => {
    const signals = ["SIGINT", "SIGTERM"] as const;
    const first = (): void => {
      for (const signal of signals) {
        process.off(signal, first);
        process.once(signal, () => process.exit(signal === "SIGINT" ? 130 : 143));
      }
      resolve();
    };
    for (const signal of signals) process.on(signal, first);
  });
}

/** By the name that holds on other machines too, since what is printed is copied there. */
function welcome({ url, publicUrl, token, gobii }: RunningWeb, dataDir: string): string {
  return [
    `Console    ${publicUrl}/?token=${token}`,
    `API        ${publicUrl}/api/v1, token ${token}`,
    `GOBii      ${gobii.url.replace(url, publicUrl)}, user ${gobii.user}, password ${gobii.password}`,
    `Data       ${dataDir}`,
    "",
    "Digesters attach themselves with:",
    `  services digester --web ${publicUrl} --token ${token}`,
  ].join("\n");
}
