import { existsSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import envPaths from "env-paths";
import { InvalidArgumentError, type Command } from "commander";
import packageJson from "../../package.json" with { type: "json" };
import { print } from "./output.ts";
import { startWeb, type RunningWeb, type WebOptions } from "../web/start.ts";

interface Flags {
  readonly port: number;
  readonly host: string;
  readonly data: string;
  readonly allowHost: readonly string[];
  readonly publicUrl?: string;
  readonly json?: true;
}

/** `web`: the web service until a signal ends it. */
export function addWebCommand(program: Command): void {
  program
    .command("web")
    .description(
      "the web service: keeps the record, places jobs, serves the console and GOBii's loader",
    )
    .option("--port <number>", "port to listen on; 0 takes a free one", readPort, 8080)
    .option(
      "--host <address>",
      "address to listen on; any but a loopback address lets other machines in",
      "127.0.0.1",
    )
    .option(
      "--data <dir>",
      "holds the store, and is the data root; made when missing",
      defaultDataDir(),
    )
    .option("--allow-host <name...>", "further names under which the service may be asked", [])
    .option("--public-url <url>", "where others reach the service, if not under its address")
    .option("--json", "print one line of JSON once it listens")
    .action(async (flags: Flags) => {
      const ended = signalled();
      const web = await startWeb(webOptions(flags));
      print(flags.json === true ? firstLine(web) : welcome(web, flags.data));
      await ended;
      await web.close();
    });
}

/** What `web` and `all` print first with `--json`. */
export function firstLine({ url, token, gobii }: RunningWeb): string {
  return JSON.stringify({ url, token, gobii });
}

/** Where data goes unless told otherwise: the place that the system has for it. */
export function defaultDataDir(): string {
  return join(envPaths("digester", { suffix: "" }).data, "data");
}

/** The options of the web service that follow from where the product is installed. */
export function productOptions(): Pick<WebOptions, "consoleDir" | "samplesDir" | "version"> {
  // The bundles lie in out/main, whatever chunk this ends up in.
  const beside = (path: string): string => fileURLToPath(new URL(path, import.meta.url));
  const consoleDir = beside("../renderer");
  const samplesDir = beside("../../resources/samples");
  return {
    consoleDir: existsSync(join(consoleDir, "index.html")) ? consoleDir : null,
    samplesDir: existsSync(samplesDir) ? samplesDir : null,
    version: packageJson.version,
  };
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

/** A port number of a command line. */
export function readPort(text: string): number {
  const port = Number(text);
  if (/^\d{1,5}$/.test(text) && port <= 65_535) return port;
  throw new InvalidArgumentError("Expected a number from 0 to 65535.");
}

function webOptions(flags: Flags): WebOptions {
  return {
    ...productOptions(),
    dataDir: flags.data,
    port: flags.port,
    host: flags.host,
    allowedHosts: flags.allowHost,
    ...(flags.publicUrl === undefined ? {} : { publicUrl: flags.publicUrl }),
  };
}

function welcome({ url, token, gobii }: RunningWeb, dataDir: string): string {
  return [
    `Console    ${url}/?token=${token}`,
    `API        ${url}/api/v1, token ${token}`,
    `GOBii      ${gobii.url}, user ${gobii.user}, password ${gobii.password}`,
    `Data       ${dataDir}`,
    "",
    "Digesters attach themselves with:",
    `  services digester --web ${url} --token ${token}`,
  ].join("\n");
}
