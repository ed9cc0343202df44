import { execFile } from "node:child_process";
import { userInfo } from "node:os";
import { z } from "zod";
import { AppError, coerceError } from "../contract/errors.ts";
import { isPilotOf } from "../contract/cluster.ts";
import { parseJson } from "../gate/parse-json.ts";
import { pilotCommand, pilotEnvironment, type PilotPlan } from "./pilot-command.ts";
import type { ProvidedPilot, Provider } from "./provider.ts";

export interface SlurmOptions {
  readonly cluster: string;
  readonly plan: PilotPlan;
  readonly partition?: string;
  readonly account?: string;
  /** Memory of a pilot, in Slurm's words: `8G`. */
  readonly memory?: string;
  /** Where Slurm writes what pilots say; with `%x` and `%j` in it. @default nowhere */
  readonly output?: string;
  /** Lines of shell before the digester starts, such as `module load nodejs`. */
  readonly setup: readonly string[];
  /** Further options of sbatch. */
  readonly options: readonly string[];
  /** Runs a command of Slurm's. @default as a process */
  readonly run?: RunCommand;
}

export type RunCommand = (
  command: string,
  args: readonly string[],
  input: string,
  env: Readonly<Record<string, string>>,
) => Promise<string>;

/** Pilots as jobs of Slurm, through its commands: they are there in every version, whatever becomes of its REST API. */
export function slurmProvider(options: SlurmOptions): Provider {
  const { cluster, plan, run = runCommand } = options;
  const environment = pilotEnvironment(plan);
  const user = userInfo().username;

  return {
    name: "slurm",
    async submit(id) {
      const answer = await run(
        "sbatch",
        submitOptions(options, id, Object.keys(environment)),
        pilotScript(options, id),
        { ...own(), ...environment },
      );
      // With several clusters it is `number;cluster`.
      const job = /^(\d+)/m.exec(answer)?.[1];
      if (job === undefined) throw new AppError("upstream_failed", `sbatch said: ${first(answer)}`);
      return job;
    },
    async list() {
      const args = ["--json", "--states=all", `--user=${user}`];
      return readQueue(await run("squeue", args, "", own()), cluster);
    },
    async cancel({ job }) {
      await run("scancel", [job], "", own()).catch((thrown: unknown) => {
        // It ended by itself in the meantime.
        if (!/invalid job id|already complet/i.test(coerceError(thrown).message)) throw thrown;
      });
    },
    // Slurm keeps them for whoever keeps the cluster next.
    close: async () => undefined,
  };
}

/** What sbatch is told. Slurm must not start a pilot anew: who owns a retry is us. */
function submitOptions(
  { plan, partition, account, memory, output, options }: SlurmOptions,
  id: string,
  exported: readonly string[],
): string[] {
  const notice = Math.round(plan.noticeMs / 1000);
  return [
    "--parsable",
    "--no-requeue",
    `--job-name=${id}`,
    `--output=${output ?? "/dev/null"}`,
    "--ntasks=1",
    `--cpus-per-task=${plan.workers}`,
    `--export=${exported.join(",")}`,
    `--signal=B:TERM@${notice}`,
    ...(plan.walltimeMs === null ? [] : [`--time=${minutesOf(plan.walltimeMs)}`]),
    ...(partition === undefined ? [] : [`--partition=${partition}`]),
    ...(account === undefined ? [] : [`--account=${account}`]),
    ...(memory === undefined ? [] : [`--mem=${memory}`]),
    ...options,
  ];
}

/** The digester takes the place of the shell, so that Slurm's notice reaches it. */
export function pilotScript({ plan, setup }: SlurmOptions, id: string): string {
  const command = pilotCommand(plan, id, "0.0.0.0").map(quoted).join(" ");
  return ["#!/bin/sh", ...setup, `exec ${command}`, ""].join("\n");
}

/** Numbers of newer versions say whether they are set. */
const SlurmNumber = z
  .union([
    z.number(),
    z.object({ set: z.boolean(), infinite: z.boolean().optional(), number: z.number() }),
    z.null(),
  ])
  .transform((value) =>
    typeof value === "object" ? (value?.set === true ? value.number : 0) : value,
  );

const Queue = z.object({
  /** Without its controller squeue lists nothing, and ends as if all were well. */
  errors: z
    .array(z.looseObject({ description: z.string().default(""), error: z.string().default("") }))
    .default([]),
  jobs: z.array(
    z.object({
      job_id: z.number().int(),
      name: z.string(),
      /** A list since Slurm 23.11. */
      job_state: z.union([z.string(), z.array(z.string())]),
      state_reason: z.string().default(""),
      state_description: z.string().default(""),
      /** Seconds since 1970. Of a running job: when its time is over. */
      end_time: SlurmNumber.default(0),
    }),
  ),
});

/** Understands `squeue --json` from Slurm 21.08 on. */
export function readQueue(text: string, cluster: string): ProvidedPilot[] {
  const parsed = Queue.safeParse(parseJson(text));
  if (!parsed.success) {
    throw new AppError("unavailable", "squeue did not answer with a list of jobs.", {
      cause: parsed.error,
    });
  }
  const [error] = parsed.data.errors;
  if (error !== undefined) {
    const words = [error.description, error.error].filter((part) => part !== "");
    throw new AppError("unavailable", `squeue: ${words.join(": ")}`);
  }
  return parsed.data.jobs
    .filter(({ name }) => isPilotOf(cluster, name))
    .map((job): ProvidedPilot => {
      const states = Array.isArray(job.job_state) ? job.job_state : [job.job_state];
      const state = stateOf(states);
      const endsAt = state === "running" && job.end_time > 0 ? job.end_time * 1000 : null;
      return { id: job.name, job: String(job.job_id), state, reason: reasonOf(state, job), endsAt };
    });
}

function stateOf(states: readonly string[]): ProvidedPilot["state"] {
  const has = (...names: string[]): boolean => names.some((name) => states.includes(name));
  if (has("PENDING", "REQUEUED", "CONFIGURING", "SUSPENDED", "RESIZING")) return "queued";
  if (has("RUNNING", "COMPLETING", "STOPPED", "SIGNALING", "STAGE_OUT")) return "running";
  return "ended";
}

function reasonOf(
  state: ProvidedPilot["state"],
  job: z.infer<typeof Queue>["jobs"][number],
): string | null {
  const reason = job.state_reason === "None" ? "" : job.state_reason;
  switch (state) {
    case "queued":
      return [`Slurm: ${reason === "" ? "pending" : reason}`, job.state_description]
        .filter((part) => part !== "")
        .join(". ");
    case "running":
      return null;
    case "ended":
      return `Slurm: ${[job.job_state].flat().join(", ")}${reason === "" ? "" : ` (${reason})`}`;
  }
}

/** Slurm counts in minutes. */
function minutesOf(ms: number): number {
  return Math.max(1, Math.ceil(ms / 60_000));
}

/** For a POSIX shell, which is to see nothing but the word itself. */
function quoted(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}

/** What Slurm's own commands need of our environment. */
function own(): Record<string, string> {
  const names = ["PATH", "HOME", "USER", "LANG", "LD_LIBRARY_PATH"];
  return Object.fromEntries(
    Object.entries(process.env).flatMap(([name, value]): Array<[string, string]> =>
      value !== undefined && (names.includes(name) || /^(SLURM|SBATCH|SQUEUE)_/.test(name))
        ? [[name, value]]
        : [],
    ),
  );
}

const timeoutMs = 30_000;
const mostBytes = 256 * 1024 * 1024;

/** What says that Slurm has no time for us, rather than that it will not have what we ask for. */
const busy =
  /unable to contact|connection refused|timed out|temporarily|try again|zero bytes|communication|backup controller|slurm_load|no route/i;

const runCommand: RunCommand = (command, args, input, env) =>
  new Promise((resolve, reject) => {
    const child = execFile(
      command,
      [...args],
      { env: { ...env }, timeout: timeoutMs, maxBuffer: mostBytes },
      (error, stdout, stderr) => {
        if (error === null) return resolve(stdout);
        const said = first(stderr) || (child.killed ? "no answer within 30 s" : error.message);
        const passes = child.killed || busy.test(said);
        const code = passes ? "unavailable" : "upstream_failed";
        reject(new AppError(code, `${command}: ${said}`, { cause: error }));
      },
    );
    child.stdin?.on("error", () => undefined);
    child.stdin?.end(input);
  });

function first(text: string): string {
  return (text.trim().split("\n")[0] ?? "").replace(/^\w+: error: /, "").slice(0, 500);
}
