import { availableParallelism } from "node:os";
import { resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { InvalidArgumentError, type Command } from "commander";
import packageJson from "../../package.json" with { type: "json" };
import { startDigester, type DigesterOptions } from "../digester/start.ts";
import { createLog } from "../web/log.ts";
import { addRequiredWebOptions } from "./api-client.ts";
import { printJson, say } from "./output.ts";
import { readPort } from "./web-options.ts";
import { signalled } from "./web.ts";

interface Flags {
  readonly web: string;
  readonly token?: string;
  readonly port: number;
  readonly host: string;
  readonly advertise?: string;
  readonly workers: number;
  readonly data?: string[];
  readonly state?: string;
  readonly id?: string;
  readonly json?: true;
}

/** `digester`: a node that digests for a web service, until a signal ends it. */
export function addDigesterCommand(program: Command): void {
  addRequiredWebOptions(program.command("digester"))
    .description("a digester service, which registers itself with a web service")
    .option("--port <number>", "port to listen on; 0 takes a free one", readPort, 0)
    .option("--host <address>", "address to listen on", "127.0.0.1")
    .option("--advertise <url>", "where the web service reaches it, if not where it listens")
    .option("--workers <number>", "jobs that run at once", readPositive, defaultWorkers())
    .option("--data <dir...>", "read and write below these only; else what the web service names")
    .option("--state <dir>", "keeps its id, its token and what could not be delivered yet")
    .option("--id <name>", "the name by which it is known")
    .option("--json", "print one line of JSON once it is attached")
    .addHelpText(
      "after",
      "\nWhat callers present to it is DIGESTER_TOKEN, or a token that it makes and keeps.",
    )
    .action(async (flags: Flags) => {
      const ended = signalled();
      const digester = await startDigester({
        ...headlessOptions(),
        web: { url: flags.web, token: flags.token ?? "" },
        port: flags.port,
        host: flags.host,
        workers: flags.workers,
        dataRoots: flags.data?.map((path) => resolve(path)) ?? null,
        stateDir: flags.state === undefined ? null : resolve(flags.state),
        ...(flags.advertise === undefined ? {} : { advertiseUrl: flags.advertise }),
        ...(flags.id === undefined ? {} : { id: flags.id }),
      });
      try {
        await Promise.race([digester.attached, ended]);
        if (flags.json === true) printJson({ url: digester.url, id: digester.id });
        else say(`${digester.id} at ${digester.url} digests for ${flags.web}.`);
        await ended;
      } finally {
        await digester.close();
      }
    });
}

/** What every digester has in common, whichever way it is started. */
export function headlessOptions(): Pick<
  DigesterOptions,
  "workerKind" | "workerPath" | "version" | "log" | "token"
> {
  const token = process.env["DIGESTER_TOKEN"];
  return {
    // Processes keep jobs from each other's memory and crashes; Electron's fuses forbid forking them.
    workerKind: process.versions["electron"] === undefined ? "process" : "thread",
    // The bundles lie side by side, whatever chunk this ends up in.
    workerPath: fileURLToPath(new URL("./digest-worker.js", import.meta.url)),
    version: packageJson.version,
    log: createLog(process.env["DIGESTER_LOG"] ?? "info"),
    ...(token === undefined || token === "" ? {} : { token }),
  };
}

/** As many as there are processors, but at most four, as in GOBii's own design: a digest also needs memory. */
export function defaultWorkers(): number {
  return Math.max(1, Math.min(4, availableParallelism()));
}

/** A number of workers of a command line. */
export function readPositive(text: string): number {
  const value = Number(text);
  if (/^\d{1,4}$/.test(text) && value >= 1) return value;
  throw new InvalidArgumentError("Expected a positive integer.");
}
