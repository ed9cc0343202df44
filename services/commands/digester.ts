import { rm } from "node:fs/promises";
import { availableParallelism } from "node:os";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { InvalidArgumentError, Option, type Command } from "commander";
import packageJson from "../../package.json" with { type: "json" };
import type { Logger } from "pino";
import type { z } from "zod";
import { DigesterId, ServiceUrl } from "../contract/digester.ts";
import { AppError, coerceError } from "../contract/errors.ts";
import { Labels } from "../contract/job.ts";
import { withoutUndefined } from "../contract/without-undefined.ts";
import { startDigester, type DigesterOptions, type RunningDigester } from "../digester/start.ts";
import { handOversOf, type Crop } from "../web/crop.ts";
import { commandLog } from "./command-log.ts";
import { addWebListOptions } from "./api-client.ts";
import { noticeForms, noticeSource } from "../digester/notices/index.ts";
import type { NoticeSource } from "../digester/notices/notice.ts";
import { readLog } from "../digester/append-log.ts";
import { readKept } from "../digester/outbox-file.ts";
import { timeNotice } from "../digester/notices/time-notice.ts";
import { endOfTime } from "../digester/time-left.ts";
import { watchForNotice } from "../digester/notices/notice-watch.ts";
import { outOfReach } from "./out-of-reach.ts";
import { print, printJson, say } from "./output.ts";
import { readPositive } from "./read-number.ts";
import { readConfigFlag, readPort } from "./web-options.ts";
import { addTlsOptions, readTlsFlags, type TlsFlags } from "./tls-options.ts";
import { signalled } from "./web.ts";

interface Flags extends TlsFlags {
  readonly web?: readonly string[];
  readonly token?: string;
  readonly port: number;
  readonly host: string;
  readonly advertise?: string;
  readonly pull?: true;
  readonly idleExit?: number;
  readonly fetch?: number | true;
  readonly workers: number;
  readonly data?: string[];
  readonly state?: string;
  readonly id?: string;
  readonly label: readonly string[];
  readonly notice?: NoticeSource;
  readonly walltime?: number;
  readonly endEarly: number;
  readonly leave?: true;
  readonly config?: string;
  readonly knownDatabase: Readonly<Record<string, string>>;
  readonly json?: true;
}

/** `digester`: a node that digests, until a signal ends it or the node is taken away. */
export function addDigesterCommand(program: Command): void {
  addTlsOptions(addWebListOptions(program.command("digester")))
    .description(
      "a digester service, which registers itself with a web service or waits to be attached to one",
    )
    .option("--port <number>", "port to listen on; 0 takes a free one", readPort, 0)
    .option("--host <address>", "address to listen on", "127.0.0.1")
    .option(
      "--advertise <url>",
      "where the web service reaches it, if not where it listens",
      readBy(ServiceUrl),
    )
    .option("--pull", "asks the web service for work, which then need not reach it")
    .option(
      "--fetch [megabytes]",
      "fetches sources from the web service and returns digests to it; at most so much at once",
      readPositive,
    )
    .option("--idle-exit <seconds>", "ends by itself after so long without work", readPositive)
    .option("--workers <number>", "jobs that run at once", readPositive, defaultWorkers())
    .option("--data <dir...>", "read and write below these only; else what the web service names")
    .option("--state <dir>", "keeps its id, its token and what could not be delivered yet")
    .option("--id <name>", "the name by which it is known", readBy(DigesterId))
    .option("--label <label...>", "what it is for or has; jobs may ask for labels", readLabel, [])
    .option("--notice <source>", `where to hear that the node ends: ${noticeForms}`, readNotice)
    .option(
      "--walltime <seconds>",
      "how long it may run; begins nothing that takes longer (in a Slurm job, its end unless given)",
      readPositive,
    )
    .option("--end-early <seconds>", "ends so long before its time is over", readPositive, 30)
    .option("--leave", "detaches itself at its end, and removes its state: for a node that goes")
    .addOption(
      new Option("--config <file>", "the configuration: what is run with the files of a load").env(
        "DIGESTER_CONFIG",
      ),
    )
    .option(
      "--known-database <[crop=]url...>",
      "GOBii's database, asked whether names and ids exist (or DIGESTER_KNOWN_DATABASES)",
      readDatabase,
      databasesOf(process.env["DIGESTER_KNOWN_DATABASES"] ?? ""),
    )
    .option("--json", "print one line of JSON once it is attached, or listens")
    .addHelpText(
      "after",
      "\nWhat callers present to it is DIGESTER_TOKEN, or a token that it makes and keeps.",
    )
    .action(run);
}

async function run(flags: Flags, command: Command): Promise<void> {
  for (const option of ["pull", "fetch"] as const) {
    if (flags[option] === undefined || flags.web !== undefined) continue;
    command.error(`error: option '--${option}' needs the web service to ask: --web <url>`);
  }
  if (flags.pull && flags.tlsCert !== undefined) {
    command.error("error: option '--pull' needs no '--tls-cert': nobody connects to it");
  }
  const unreachable = outOfReach(flags);
  if (unreachable !== null) say(unreachable);
  const ended = signalled();
  const file = await readConfigFlag(flags);
  const options = { ...headlessOptions(), ...handOverOption(file?.crops ?? []) };
  const watching = new AbortController();
  const { notice } = flags;
  // Where something starts us anew after a notice, the node must not take work for its last minute.
  const early = await notice?.check(watching.signal).catch(() => null);
  if (early) return say(`This node ends, so no digester was started. ${early.message}`);
  const endsAt = endOfTime(flags, Date.now(), process.env["SLURM_JOB_END_TIME"]);
  const sources = [
    ...(notice === undefined ? [] : [notice]),
    ...(endsAt === null ? [] : [timeNotice(endsAt, Date.now)]),
  ];
  const notices = sources.map((source) =>
    watchForNotice(source, { signal: watching.signal, log: options.log }),
  );
  const digester = await startDigester({
    ...options,
    ...webOf(flags),
    port: flags.port,
    host: flags.host,
    tls: await readTlsFlags(flags),
    workers: flags.workers,
    labels: flags.label,
    leaves: flags.leave === true,
    ...(endsAt === null ? {} : { endsAt }),
    knownDatabases: flags.knownDatabase,
    dataRoots: flags.data?.map((path) => resolve(path)) ?? null,
    stateDir: flags.state === undefined ? null : resolve(flags.state),
    ...withoutUndefined({
      pull: flags.pull,
      fetchBytes: flags.fetch === undefined ? undefined : fetchBytesOf(flags.fetch),
      idleMs: flags.idleExit === undefined ? undefined : flags.idleExit * 1000,
      advertiseUrl: flags.advertise,
      id: flags.id,
    }),
  });
  let why: string | undefined;
  try {
    const isAtWork = await Promise.race([
      digester.attached.then(() => true),
      Promise.race([ended, digester.idle]).then(() => false),
    ]);
    if (isAtWork) announce(digester, flags);
    const idle = digester.idle.then(() => say(`Idle for ${flags.idleExit} s; this digester ends.`));
    const ends = Promise.race([ended, idle]).then(() => null);
    const first = await Promise.race([ends, ...notices]);
    why = first?.message;
    if (why !== undefined) say(`This node ends; what runs is handed back. ${why}`);
  } finally {
    watching.abort();
    await digester.close(why === undefined ? {} : { why });
    if (flags.leave === true) await removeState(flags.state, options.log);
  }
}

/** Nobody comes back to it, unless something in it has yet to be told. */
async function removeState(state: string | undefined, log: Logger): Promise<void> {
  if (state === undefined) return;
  const path = resolve(state);
  if (readKept(await readLog(join(path, "outbox.ndjson"))).length > 0) return;
  await rm(path, { recursive: true, force: true }).catch((thrown: unknown) => {
    log.warn({ why: coerceError(thrown).message }, "The state could not be removed");
  });
}

/** Sources of a large study have some gigabytes. */
const fetchBytesOf = (megabytes: number | true): number =>
  (megabytes === true ? 50_000 : megabytes) * 1_000_000;

/** The first has the state directory by its name. */
function webOf({ web: [url, ...others] = [], token = "" }: Flags): Pick<DigesterOptions, "web"> {
  return url === undefined ? {} : { web: { url, others, token } };
}

function announce({ id, url, token }: RunningDigester, { web, json }: Flags): void {
  if (web !== undefined) {
    return json === true
      ? printJson({ url, id })
      : say(`${id} at ${url} digests for ${web.join(" or ")}.`);
  }
  if (json === true) return printJson({ url, id, token });
  print(`${id} listens at ${url}. Attach it with:\n  services digesters attach ${url} ${token}`);
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
    log: commandLog(),
    ...(token === undefined || token === "" ? {} : { token }),
  };
}

/** What is run with the files of the loads of these crops. */
export function handOverOption(crops: readonly Crop[]): Pick<DigesterOptions, "handOverOf"> {
  const handOverOf = handOversOf(crops);
  return handOverOf === undefined ? {} : { handOverOf };
}

/** As many as there are processors, but at most four, as in GOBii's own design: a digest also needs memory. */
export function defaultWorkers(): number {
  return Math.max(1, Math.min(4, availableParallelism()));
}

function readNotice(text: string): NoticeSource {
  try {
    return noticeSource(text);
  } catch (thrown) {
    if (thrown instanceof AppError) throw new InvalidArgumentError(thrown.message);
    throw thrown;
  }
}

/** `maize=postgres://…` is for one crop, `postgres://…` for all that have none of their own. */
function readDatabase(
  text: string,
  before: Readonly<Record<string, string>>,
): Readonly<Record<string, string>> {
  const [, crop = "", url] = /^(?:([\w.-]+)=)?(postgres(?:ql)?:\/\/.+)$/.exec(text) ?? [];
  if (url === undefined) {
    throw new InvalidArgumentError(
      "Expected postgres://USER@HOST/DATABASE, with CROP= before it for one crop.",
    );
  }
  return { ...before, [crop.toLowerCase()]: url };
}

/** Several, as an environment variable has them: with spaces between them. A password is not seen by others there. */
function databasesOf(text: string): Readonly<Record<string, string>> {
  return text
    .split(/\s+/)
    .filter((one) => one !== "")
    .reduce<Readonly<Record<string, string>>>((all, one) => readDatabase(one, all), {});
}

function readBy(schema: z.ZodType<string>): (text: string) => string {
  return (text) => {
    const read = schema.safeParse(text);
    if (read.success) return read.data;
    throw new InvalidArgumentError(`${read.error.issues[0]?.message ?? "It cannot be read"}.`);
  };
}

function readLabel(text: string, before: readonly string[]): readonly string[] {
  const labels = Labels.safeParse([...before, text]);
  if (labels.success) return labels.data;
  throw new InvalidArgumentError(labels.error.issues.map(({ message }) => message).join("; "));
}
