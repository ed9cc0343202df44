import { join, resolve } from "node:path";
import { InvalidArgumentError, Option, type Command } from "commander";
import envPaths from "env-paths";
import { AppError } from "../contract/errors.ts";
import { withoutUndefined } from "../contract/without-undefined.ts";
import { readConfiguration, type WebConfiguration } from "../web/configuration.ts";
import { defaultCrop, upstreamUrl, type Crop } from "../web/crop.ts";
import type { WebOptions } from "../web/start.ts";
import { isDatabaseUrl } from "../web/store/database-url.ts";
import { addTlsOptions, readTlsFlags, type TlsFlags } from "./tls-options.ts";

/** What the command line says of the web service. What it does not say, the configuration may. */
export interface WebFlags extends TlsFlags {
  readonly config?: string;
  readonly port?: number;
  readonly host?: string;
  readonly data?: string;
  readonly store?: string;
  readonly allowHost?: readonly string[];
  readonly publicUrl?: string;
  readonly upstream?: string;
}

/** The options of a command that starts the web service. */
export function addWebServiceOptions(command: Command): Command {
  return addTlsOptions(command)
    .addOption(
      new Option("--config <file>", "crops, users, mail and more, in one file").env(
        "DIGESTER_CONFIG",
      ),
    )
    .option("--port <number>", `port to listen on; 0 takes a free one (default: 8080)`, readPort)
    .option(
      "--host <address>",
      "address to listen on; any but a loopback address lets other machines in (default: 127.0.0.1)",
    )
    .option(
      "--data <dir>",
      `holds the store, and is the data root; made when missing (default: ${defaultDataDir()})`,
    )
    .addOption(
      new Option(
        "--store <url>",
        "postgres://… that several web services keep their record in, instead of the data directory",
      )
        .env("DIGESTER_STORE")
        .argParser(readStore),
    )
    .option("--allow-host <name...>", "further names under which the service may be asked")
    .option("--public-url <url>", "where others reach the service, if not under its address")
    .option("--upstream <url>", "a GOBii server that answers what this service does not");
}

/**
 * What the configuration file says, null where none is named.
 *
 * @throws AppError `bad_request` where the file is not valid.
 */
export async function readConfigFlag({
  config,
}: {
  readonly config?: string | undefined;
}): Promise<WebConfiguration | null> {
  return config === undefined ? null : readConfiguration(config);
}

/**
 * Brings the command line and what its configuration file says together.
 *
 * @throws AppError `bad_request` where the command line is wrong, or does not fit the file.
 */
export async function readWebOptions(
  flags: WebFlags,
  file: WebConfiguration | null,
): Promise<Omit<WebOptions, "consoleDir" | "samplesDir" | "version">> {
  const dataDir = resolve(flags.data ?? file?.dataDir ?? defaultDataDir());
  const publicUrl = flags.publicUrl ?? file?.publicUrl;
  const storeUrl = flags.store ?? file?.storeUrl;
  return {
    dataDir,
    port: flags.port ?? file?.port ?? 8080,
    host: flags.host ?? file?.host ?? "127.0.0.1",
    tls: await readTlsFlags(flags),
    allowedHosts: [...(file?.allowedHosts ?? []), ...(flags.allowHost ?? [])],
    crops: cropsOf(file, dataDir, flags.upstream),
    ...(file === null ? {} : ofConfiguration(file)),
    ...withoutUndefined({
      publicUrl,
      storeUrl,
      configurationFile: flags.config && resolve(flags.config),
    }),
  };
}

function ofConfiguration({
  usersOf,
  maxUploadMbytes,
  tokenLifeMs,
  mail,
  retries,
  retention,
  leaseMs,
  renewMs,
  isUnsettled,
}: WebConfiguration) {
  return {
    usersOf,
    mail,
    retries,
    retention,
    ...withoutUndefined({ isUnsettled, maxUploadMbytes, tokenLifeMs, leaseMs, renewMs }),
  };
}

function cropsOf(
  file: WebConfiguration | null,
  dataDir: string,
  upstream: string | undefined,
): readonly Crop[] {
  const configured = file?.crops ?? null;
  const crops = configured ?? [defaultCrop(dataDir)];
  if (upstream === undefined) return crops;
  const [crop, ...others] = crops;
  if (!/^https?:\/\//.test(upstream) || !URL.canParse(upstream)) {
    throw new AppError("bad_request", `--upstream: expected http://… or https://…: ${upstream}`);
  }
  if (crop === undefined || others.length > 0) {
    throw new AppError("bad_request", "--upstream: there are several crops.", {
      hint: "Name the GOBii server of each under crops[].upstream in the configuration.",
    });
  }
  const placed = configured === null ? named(crop, upstream) : crop;
  const url = upstreamUrl(upstream, placed.contextPath);
  const { role = "submit", roles = {} } = placed.upstream ?? {};
  return [{ ...placed, upstream: { url, role, roles } }];
}

/** The links in the other server's answers begin with its context root, so ours must be the same. */
function named(crop: Crop, upstream: string): Crop {
  const contextPath = new URL(upstream).pathname.replace(/\/+$/, "");
  if (contextPath === "") return crop;
  const name = /^\/gobii-([A-Za-z0-9][A-Za-z0-9._-]*)$/.exec(contextPath)?.[1] ?? crop.name;
  return { ...crop, name, contextPath };
}

/** Where data goes unless told otherwise: the place that the system has for it. */
function defaultDataDir(): string {
  return join(envPaths("digester", { suffix: "" }).data, "data");
}

/** Anything but a database would be taken for a folder. */
function readStore(text: string): string {
  if (isDatabaseUrl(text)) return text;
  throw new InvalidArgumentError("Expected postgres://user:password@host:port/database.");
}

/** A port number of a command line. */
export function readPort(text: string): number {
  const port = Number(text);
  if (/^\d{1,5}$/.test(text) && port <= 65_535) return port;
  throw new InvalidArgumentError("Expected a number from 0 to 65535.");
}
