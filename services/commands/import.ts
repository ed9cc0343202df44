import { copyFile, rename, rm, stat } from "node:fs/promises";
import { basename, join, resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { InvalidArgumentError, type Command } from "commander";
import { AppError, coerceError, systemCode } from "../contract/errors.ts";
import { makeDirectory } from "../gate/make-directory.ts";
import { addWebOptions, createApiClient, type ApiClient } from "./api-client.ts";
import { exitCodes } from "./exit.ts";
import { importInstruction, type Imported } from "./instruction-import.ts";
import { whoAmI } from "./job-actions.ts";
import { print, printJson, say } from "./output.ts";
import { instructionFilesIn, watchInstructionFiles, whenSettled } from "./watched-files.ts";
import { signalled } from "./web.ts";

interface Flags {
  readonly web: string;
  readonly token?: string;
  readonly crop?: string;
  readonly watch?: true;
  readonly poll?: number | true;
  readonly settle: number;
  readonly done?: string;
  readonly json?: true;
}

/** How long to wait before the web service is asked again, in milliseconds. */
const retryMs = 5000;
const defaultPollMs = 5000;

/** `import DIR…`: makes jobs of the instruction files that a site already has. */
export function addImportCommand(program: Command): void {
  addWebOptions(program.command("import"))
    .description("make jobs of instruction files; a file's name without .json is its key")
    .argument("<dir...>", "directories of instruction files, as loader/instructions of a crop")
    .option("--crop <crop>", "the crop, where there are several")
    .option("--watch", "go on with each file that comes, until a signal")
    .option(
      "--poll [seconds]",
      "with --watch: look every so often, as file servers (NFS) need it (default: 5)",
      readSeconds,
    )
    .option(
      "--settle <seconds>",
      "a file is read once it has not changed for so long",
      readSeconds,
      2,
    )
    .option("--done <dir>", "move files there that are imported")
    .option("--json", "print a line of JSON for each file")
    .addHelpText(
      "after",
      "\nFiles that are jobs already are recognised and passed over, so it may be run again and again.",
    )
    .action(async (directories: string[], flags: Flags) => {
      const done = flags.done === undefined ? null : resolve(flags.done);
      await requireDirectories(directories, done);
      const client = createApiClient({ url: flags.web, token: flags.token });
      const ending = new AbortController();
      if (flags.watch === true) void signalled().then(() => ending.abort());

      const failed: Imported[] = [];
      const one = async (file: string): Promise<void> => {
        const imported = await importFile(client, file, flags, ending.signal);
        if (imported === null) return;
        if (flags.json === true) printJson(imported);
        else print(lineOf(imported));
        const isDone = imported.outcome === "imported" || imported.outcome === "known";
        if (isDone && done !== null) await moveInto(done, file);
        if (!isDone) failed.push(imported);
      };
      if (flags.watch === true) {
        say(`Watching ${directories.join(", ")}.`);
        const options = { pollMs: pollMsOf(flags), signal: ending.signal };
        await watchInstructionFiles(directories, options, one);
        return;
      }
      const files = await instructionFilesIn(directories);
      if (files.length === 0) say(`No instruction files (*.json) in ${directories.join(", ")}.`);
      for (const file of files) await one(file);
      if (failed.length > 0) process.exitCode = exitCodes.failed;
    });
}

/** Null: the file went away, or we are to end. In watch mode a web service that does not answer is waited for. */
async function importFile(
  client: ApiClient,
  file: string,
  flags: Flags,
  signal: AbortSignal,
): Promise<Imported | null> {
  const options = { crop: flags.crop ?? null, submittedBy: whoAmI() };
  for (;;) {
    try {
      if (!(await whenSettled(file, flags.settle * 1000, signal))) return null;
      return await importInstruction(client, file, options);
    } catch (thrown) {
      if (signal.aborted) return null;
      if (flags.watch !== true || !isPassing(thrown)) throw thrown;
      say(`${thrown.message} Trying again.`);
    }
    await sleep(retryMs, undefined, { signal }).catch(() => undefined);
    if (signal.aborted) return null;
  }
}

function isPassing(thrown: unknown): thrown is AppError {
  if (!(thrown instanceof AppError)) return false;
  return thrown.code === "unavailable" || thrown.code === "draining" || thrown.code === "full";
}

async function requireDirectories(
  directories: readonly string[],
  done: string | null,
): Promise<void> {
  for (const directory of directories) {
    const found = await stat(directory).catch(() => null);
    if (found?.isDirectory() !== true) {
      throw new AppError("bad_request", `${directory} is not a directory.`);
    }
    if (resolve(directory) === done) {
      throw new AppError("bad_request", `--done: ${done} is a directory that is imported.`);
    }
  }
}

/** Into a directory that may lie on another file system; a name that is taken there is replaced. */
async function moveInto(directory: string, file: string): Promise<void> {
  const target = join(directory, basename(file));
  try {
    await makeDirectory(directory);
    try {
      await rename(file, target);
    } catch (thrown) {
      if (systemCode(thrown) !== "EXDEV") throw thrown;
      await copyFile(file, target);
      await rm(file);
    }
  } catch (thrown) {
    say(`${file} is imported, but cannot be moved: ${coerceError(thrown).message}`);
  }
}

function lineOf({ outcome, key, job, message }: Imported): string {
  const what = job === null ? (message ?? "") : `job ${job}`;
  return `${outcome.padEnd(9)} ${key}  ${what}`.trimEnd();
}

function pollMsOf({ poll }: Flags): number | null {
  if (poll === undefined) return null;
  return poll === true ? defaultPollMs : poll * 1000;
}

function readSeconds(text: string): number {
  const seconds = Number(text);
  if (/^\d+(\.\d+)?$/.test(text) && seconds <= 3600) return seconds;
  throw new InvalidArgumentError("Expected a number of seconds.");
}
