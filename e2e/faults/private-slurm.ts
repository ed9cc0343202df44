import { execFile, spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir, userInfo } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";
import { freePort } from "./cluster.ts";
import { seeded } from "./seeded.ts";

/** A Slurm of one node of a test's own, on the loopback address, in a folder that goes with it. */
export interface PrivateSlurm {
  /** What its commands need to find it. */
  readonly env: Readonly<Record<string, string>>;
  /** Runs one of its commands; what it printed. */
  run(command: string, ...args: readonly string[]): Promise<string>;
  /** Ends the controller as a crash does; jobs go on. */
  killController(): Promise<void>;
  startController(): Promise<void>;
  /** What its daemons said last. */
  log(): string;
  dispose(): Promise<void>;
}

const daemons = { controller: "slurmctld", node: "slurmd" } as const;
const folders = ["/usr/sbin", "/usr/local/sbin", "/usr/bin", "/usr/local/bin"];

/** What is missing for a Slurm to be started; null when nothing is. */
export function missingForSlurm(): string | null {
  const wanted = [...Object.values(daemons), "sbatch", "squeue", "scancel"];
  const missing = wanted.filter((name) => pathOf(name) === null);
  if (missing.length === 0) return null;
  return `Slurm is not installed, without ${missing.join(", ")} (Debian: apt-get install slurm-wlm)`;
}

/**
 * Starts one. Nobody else can reach it, so it asks for no proof of who somebody is.
 *
 * @throws Error with what the daemons said, where Slurm cannot be run.
 */
export async function startPrivateSlurm(cpus: number): Promise<PrivateSlurm> {
  const folder = await mkdtemp(join(tmpdir(), "digester-slurm-"));
  await mkdir(join(folder, "state"), { mode: 0o700 });
  await mkdir(join(folder, "spool"), { mode: 0o755 });
  const random = seeded(Date.now(), 1);
  const conf = join(folder, "slurm.conf");
  const ports = { controller: await freePort(random), node: await freePort(random) };
  await writeFile(conf, configuration(folder, ports, cpus));
  const env = { SLURM_CONF: conf, PATH: `${process.env.PATH ?? ""}:${folders.join(":")}` };
  let log = "";
  const children = new Map<string, ChildProcess>();

  const start = (name: string, args: readonly string[]): void => {
    const child = spawn(pathOf(name) ?? name, ["-D", "-f", conf, ...args], {
      env: { ...process.env, ...env },
      stdio: ["ignore", "pipe", "pipe"],
    });
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding("utf8").on("data", (text: string) => (log = (log + text).slice(-20_000)));
    }
    children.set(name, child);
  };
  const end = async (name: string, signal: NodeJS.Signals): Promise<void> => {
    const child = children.get(name);
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const exited = once(child, "exit");
    child.kill(signal);
    await exited;
  };
  const run = async (command: string, ...args: readonly string[]): Promise<string> => {
    const options = { env: { ...process.env, ...env }, timeout: 30_000, maxBuffer: 1e8 };
    return (await promisify(execFile)(command, [...args], options)).stdout;
  };
  const dispose = async (): Promise<void> => {
    await run("scancel", "--full", "--signal=KILL", `--user=${userInfo().username}`).catch(
      () => undefined,
    );
    await end(daemons.node, "SIGTERM");
    await end(daemons.controller, "SIGTERM");
    await rm(folder, { recursive: true, force: true });
  };

  start(daemons.controller, []);
  start(daemons.node, ["-N", "node1"]);
  const deadline = Date.now() + 30_000;
  for (;;) {
    const states = await run("sinfo", "--noheader", "--format=%T").catch(() => "");
    if (/^(idle|mixed)/m.test(states)) break;
    if (Date.now() > deadline) {
      await dispose();
      throw new Error(`Slurm does not start here: ${states.trim()}\n${log}`);
    }
    await sleep(300);
  }
  return {
    env,
    run,
    killController: () => end(daemons.controller, "SIGKILL"),
    startController: async () => start(daemons.controller, []),
    log: () => log,
    dispose,
  };
}

function configuration(
  folder: string,
  ports: { controller: number; node: number },
  cpus: number,
): string {
  const user = userInfo().username;
  return `ClusterName=digester
SlurmctldHost=localhost(127.0.0.1)
SlurmctldPort=${ports.controller}
SlurmdPort=${ports.node}
AuthType=auth/none
CredType=cred/none
SlurmUser=${user}
SlurmdUser=${user}
StateSaveLocation=${folder}/state
SlurmdSpoolDir=${folder}/spool
SlurmctldPidFile=${folder}/slurmctld.pid
SlurmdPidFile=${folder}/slurmd.pid
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
JobAcctGatherType=jobacct_gather/none
AccountingStorageType=accounting_storage/none
MpiDefault=none
SwitchType=switch/none
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU
SlurmdParameters=config_overrides
ReturnToService=2
MessageTimeout=5
KillWait=2
SchedulerParameters=sched_interval=2,bf_interval=2
NodeName=node1 NodeHostname=localhost NodeAddr=127.0.0.1 CPUs=${cpus} State=UNKNOWN
PartitionName=main Nodes=node1 Default=YES MaxTime=INFINITE State=UP
`;
}

function pathOf(name: string): string | null {
  return folders.map((folder) => join(folder, name)).find((path) => existsSync(path)) ?? null;
}
