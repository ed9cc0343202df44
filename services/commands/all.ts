import { createHash } from "node:crypto";
import { join, resolve } from "node:path";
import type { Command } from "commander";
import envPaths from "env-paths";
import { startDigester } from "../digester/start.ts";
import { createLogTail } from "../web/log.ts";
import { startWeb } from "../web/start.ts";
import { commandLog } from "./command-log.ts";
import { defaultWorkers, handOverOption, headlessOptions } from "./digester.ts";
import { print, say } from "./output.ts";
import { pilotsOf } from "./pilots.ts";
import { readPositive } from "./read-number.ts";
import {
  addWebServiceOptions,
  readConfigFlag,
  readWebOptions,
  type WebFlags,
} from "./web-options.ts";
import { firstLine, productOptions, signalled } from "./web.ts";

interface Flags extends WebFlags {
  readonly workers: number;
  readonly json?: true;
}

/** `all`: web service and digester in one process, for one machine without a screen. */
export function addAllCommand(program: Command): void {
  addWebServiceOptions(program.command("all"))
    .description("web service and one digester together, for one machine without a screen")
    .option("--workers <number>", "jobs that run at once", readPositive, defaultWorkers())
    .option("--json", "print one line of JSON once both are at work")
    .action(async (flags: Flags) => {
      const headless = headlessOptions();
      const file = await readConfigFlag(flags);
      const options = await readWebOptions(flags, file);
      const tail = createLogTail();
      const log = commandLog(tail);
      const web = await startWeb({ ...productOptions(), ...options, log, recentLog: tail.lines });
      const ended = signalled();
      try {
        const digester = await startDigester({
          ...headless,
          log,
          web,
          workers: flags.workers,
          dataRoots: null,
          stateDir: stateDirOf(options.dataDir),
          ...handOverOption(options.crops ?? []),
        });
        try {
          await digester.attached;
          if (flags.json === true) print(firstLine(web));
          else say(`Console at ${web.url}/?token=${web.token}`);
          const pilots = await pilotsOf(file, web, log);
          await ended;
          await pilots?.close();
        } finally {
          await digester.close();
        }
      } finally {
        await web.close();
      }
    });
}

/** By the data directory and not by the port, which may be another one at each start. */
function stateDirOf(dataDir: string): string {
  const name = createHash("sha256").update(resolve(dataDir)).digest("hex").slice(0, 12);
  return join(envPaths("digester", { suffix: "" }).data, "nodes", `all-${name}`);
}
