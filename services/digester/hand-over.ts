import { spawn, type ChildProcess } from "node:child_process";
import { appendFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { AppError, coerceError } from "../contract/errors.ts";
import type { HandOver, HandOverCommand, HandOverWord } from "../contract/hand-over.ts";
import type { Load } from "../contract/load.ts";
import type { DigestResult } from "../contract/result.ts";
import type { Phase } from "../digest/failure-message.ts";

export interface HandOverRequest {
  readonly job: number;
  readonly key: string;
  readonly load: Load;
  readonly crop: string | null;
  readonly result: DigestResult;
  /** Where the digest files are. */
  readonly destination: string;
  /** Null: nothing is handed over. */
  readonly handOver: HandOver | null;
  readonly onPhase: (phase: Phase) => void;
  /** Ends what runs. */
  readonly signal: AbortSignal;
}

/** What the commands said, beside the digest files. */
const LOG_NAME = "hand-over.log";
/** Of what a command says the end is kept. */
const KEPT_BYTES = 256 << 10;
const SHOWN_LINES = 10;
const SHOWN_CHARACTERS = 2000;
/** Between asking a command to end and ending it. */
const KILL_AFTER_MS = 2000;

/**
 * Gives the files of a load to the loaders of a site: each table in the order of the instruction, then the matrix, then
 * the quality check. A command that ends with another code than 0 ends the hand-over.
 *
 * An attempt that is cut short here is followed by one that hands over again, so commands must bear being run twice.
 *
 * @returns warnings.
 * @throws AppError `upstream_failed` with the last lines that a command said; the signal's reason once it is aborted.
 */
export async function handOverLoad(request: HandOverRequest): Promise<string[]> {
  const { load, result, handOver, destination, onPhase } = request;
  if (handOver === null) return noQualityCheck(load);
  await rm(join(destination, LOG_NAME), { force: true });
  const matrixName = load.tables.find(({ columns }) =>
    columns.some(({ type }) => type === "CSV_BOTH"),
  )?.table;
  const matrix = result.tables.find(({ table }) => table === matrixName);
  const tables = result.tables.filter((table) => table !== matrix);

  if (handOver.table !== undefined && tables.length > 0) {
    onPhase({ gobiiStatus: "metadata_load", message: "Loading Metadata" });
    for (const { table, file } of tables) await run(request, handOver.table, table, file);
  }
  if (handOver.matrix !== undefined && matrix !== undefined) {
    onPhase({ gobiiStatus: "matrix_load", message: "Matrix Upload" });
    await run(request, handOver.matrix, matrix.table, matrix.file);
  }
  if (!load.qcCheck || handOver.qualityCheck === undefined) return noQualityCheck(load);
  onPhase({ gobiiStatus: "qc_processing", message: "Processing QC Job" });
  await run(request, handOver.qualityCheck, matrix?.table ?? "", matrix?.file ?? destination);
  return [];
}

/** The warning of a load that asks for what is not configured. */
function noQualityCheck({ qcCheck }: Load): string[] {
  return qcCheck ? ["The load asks for a quality check, and no command for it is configured"] : [];
}

async function run(
  request: HandOverRequest,
  { command, minutes }: HandOverCommand,
  table: string,
  file: string,
): Promise<void> {
  request.signal.throwIfAborted();
  const words = wordsOf(request, table, file);
  const [program = "", ...args] = command.map((argument) =>
    argument.replaceAll(/\{(\w+)\}/g, (braced, word: string) => words.get(word) ?? braced),
  );
  const ended = await execute(program, args, request.destination, minutes * 60_000, request.signal);
  const said = ended.output.toString("utf8");
  const line = [program, ...args].map((part) => JSON.stringify(part)).join(" ");
  await appendFile(
    join(request.destination, LOG_NAME),
    `$ ${line}\n${said}${said === "" || said.endsWith("\n") ? "" : "\n"}-- ${ended.how}\n`,
  );
  request.signal.throwIfAborted();
  if (ended.isDone) return;
  const what = table === "" ? "The load" : `Table ${table}`;
  const last = said.trimEnd().split("\n").slice(-SHOWN_LINES).join("\n").slice(-SHOWN_CHARACTERS);
  throw new AppError(
    "upstream_failed",
    `${what} was digested, but not handed over: ${program} ${ended.how}${last === "" ? "" : `:\n${last}`}`,
  );
}

function wordsOf(
  { job, key, crop, load, destination }: HandOverRequest,
  table: string,
  file: string,
): ReadonlyMap<string, string> {
  const words: Record<HandOverWord, string | number | null> = {
    file,
    table,
    directory: destination,
    width: callWidth(load),
    job,
    key,
    crop,
    dataset: load.dataset.id,
    project: load.project.id,
    platform: load.platform.id,
    experiment: load.experiment.id,
    mapset: load.mapset.id,
  };
  return new Map(Object.entries(words).map(([word, value]) => [word, String(value ?? "")]));
}

/** Bytes of a call, as GOBii's loadHDF5 wants to know them. */
function callWidth({ dataSetType }: Load): number {
  switch (dataSetType) {
    case "NUCLEOTIDE_2_LETTER":
    case "IUPAC":
    case "VCF":
      return 2;
    case "NUCLEOTIDE_4_LETTER":
      return 4;
    case "SSR_ALLELE_SIZE":
      return 8;
    case "DOMINANT_NON_NUCLEOTIDE":
    case "CO_DOMINANT_NON_NUCLEOTIDE":
      return 1;
  }
}

interface Ended {
  readonly isDone: boolean;
  /** In words: `ended with code 1`. */
  readonly how: string;
  /** The end of what it said, on both streams. */
  readonly output: Buffer;
}

/** Runs a program in a process group of its own, so that what it started ends with it. Never rejects. */
function execute(
  program: string,
  args: readonly string[],
  directory: string,
  limitMs: number,
  signal: AbortSignal,
): Promise<Ended> {
  return new Promise((done) => {
    const child = spawn(program, args, {
      cwd: directory,
      env: cleanEnvironment(),
      stdio: ["ignore", "pipe", "pipe"],
      detached: process.platform !== "win32",
    });
    let output: Buffer = Buffer.alloc(0);
    let why: string | null = null;
    let killer: NodeJS.Timeout | undefined;
    const take = (chunk: Buffer): void => {
      output = Buffer.concat([output, chunk]);
      if (output.length > KEPT_BYTES) output = output.subarray(output.length - KEPT_BYTES);
    };
    const end = (reason: string): void => {
      if (why !== null) return;
      why = reason;
      stop(child, "SIGTERM");
      killer = setTimeout(() => stop(child, "SIGKILL"), KILL_AFTER_MS);
    };
    const onAbort = (): void => end("was stopped");
    const timer = setTimeout(
      () => end(`was stopped, since it took longer than ${limitMs / 60_000} minutes`),
      limitMs,
    );
    const finish = (isDone: boolean, how: string): void => {
      clearTimeout(timer);
      clearTimeout(killer);
      signal.removeEventListener("abort", onAbort);
      done({ isDone: isDone && why === null, how: why ?? how, output });
    };
    child.stdout.on("data", take);
    child.stderr.on("data", take);
    child.once("error", (error: NodeJS.ErrnoException) =>
      finish(false, error.code === "ENOENT" ? "is not there" : coerceError(error).message),
    );
    child.once("close", (code, name) =>
      finish(code === 0, code === null ? `was ended by ${name}` : `ended with code ${code}`),
    );
    signal.addEventListener("abort", onAbort);
    if (signal.aborted) onAbort();
  });
}

function stop(child: ChildProcess, name: NodeJS.Signals): void {
  try {
    if (child.pid === undefined) return;
    if (process.platform === "win32") child.kill(name);
    else process.kill(-child.pid, name);
  } catch {
    // It has ended by itself.
  }
}

/** The digester's own secrets are not for other programs. */
function cleanEnvironment(): NodeJS.ProcessEnv {
  return Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !name.startsWith("DIGESTER_")),
  );
}
