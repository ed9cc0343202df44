import { spawnSync } from "node:child_process";
import { describe, expect, it } from "vitest";
import { AppError, type ErrorCode } from "../contract/errors.ts";
import type { PilotPlan } from "./pilot-command.ts";
import { pilotScript, readQueue, slurmProvider, type RunCommand } from "./slurm-provider.ts";

const plan: PilotPlan = {
  command: ["/opt/it's node/bin/node", "/opt/digester/services.js"],
  web: ["https://web-host:8443", "https://web-2:8443"],
  token: "a secret",
  workers: 4,
  labels: ["wheat"],
  pull: false,
  dataRoots: ["/data/$HOME"],
  stateDir: "/tmp/",
  walltimeMs: 8 * 3_600_000 + 1,
  noticeMs: 120_000,
  options: ["--notice", "aws"],
};
const id = "pilot-maize-0123abcd";

function provider(run: RunCommand) {
  const options = ["--constraint=fast"];
  return slurmProvider({ cluster: "maize", plan, partition: "main", setup: [], options, run });
}

const failing =
  (code: ErrorCode, message: string): RunCommand =>
  async () => {
    throw new AppError(code, message);
  };

describe("asking Slurm for a pilot", () => {
  it("gives it a name of its own, its time and a notice before the end, and the token by the environment alone", async () => {
    const calls: Array<{ said: string; env: Readonly<Record<string, string>> }> = [];
    const run: RunCommand = async (command, args, input, env) => {
      calls.push({ said: [command, ...args, input].join(" "), env });
      return "4711;west\n";
    };
    expect(await provider(run).submit(id)).toBe("4711");
    const [call] = calls;
    expect(call?.said).toMatch(/^sbatch --parsable --no-requeue --job-name=pilot-maize-0123abcd /);
    expect(call?.said).toContain(
      " --signal=B:TERM@120 --time=481 --partition=main --constraint=fast ",
    );
    expect(call?.said).toMatch(/ --export=PATH,.*DIGESTER_WEB_TOKEN /);
    expect(call?.said).not.toContain("a secret");
    expect(call?.env["DIGESTER_WEB_TOKEN"]).toBe("a secret");
  });

  it("writes a script whose words the shell leaves as they are", () => {
    const script = pilotScript({ cluster: "maize", plan, setup: ["cd /"], options: [] }, id);
    const shown = script.replace("exec ", "printf '%s\\n' ");
    const { stdout } = spawnSync("sh", ["-c", shown], { encoding: "utf8" });
    expect(stdout.split("\n").slice(0, 5)).toEqual([...plan.command, "digester", "--id", id]);
    expect(stdout).toContain("\n--web\nhttps://web-host:8443\nhttps://web-2:8443\n--leave\n");
    expect(stdout).toContain("\n--data\n/data/$HOME\n");
    expect(stdout).toContain("\n--walltime\n28800\n--end-early\n120\n");
    expect(stdout).toContain(`\n--state\n/tmp/${id}\n`);
  });

  it("tells a Slurm that is away from one that will not", async () => {
    const away = failing("unavailable", "sbatch: Unable to contact slurm controller");
    await expect(provider(away).submit(id)).rejects.toMatchObject({ code: "unavailable" });
    await expect(provider(async () => "?").submit(id)).rejects.toThrow("sbatch said: ?");
  });

  it("bears that a job has ended by itself before it is cancelled", async () => {
    const pilot = { id, job: "4711" };
    const gone = failing("upstream_failed", "scancel: Invalid job id 4711");
    await expect(provider(gone).cancel(pilot)).resolves.toBeUndefined();
    const away = failing("unavailable", "scancel: Unable to contact slurm controller");
    await expect(provider(away).cancel(pilot)).rejects.toThrow("Unable to contact");
  });
});

const queue = (jobs: unknown[]) => JSON.stringify({ meta: {}, errors: [], jobs });

describe("what squeue says", () => {
  const job = { job_id: 1, name: id, state_reason: "None", state_description: "", end_time: 0 };

  it("is read in the form of Slurm 22.05", () => {
    const jobs = [
      { ...job, job_state: "PENDING", state_reason: "Resources" },
      { ...job, name: "pilot-maize-00000002", job_state: "RUNNING", end_time: 1_800_000_000 },
      { ...job, name: "pilot-maize-00000003", job_state: "TIMEOUT", state_reason: "TimeLimit" },
    ];
    expect(readQueue(queue(jobs), "maize")).toEqual([
      { id, job: "1", state: "queued", reason: "Slurm: Resources", endsAt: null },
      {
        id: "pilot-maize-00000002",
        job: "1",
        state: "running",
        reason: null,
        endsAt: 1_800_000_000_000,
      },
      {
        id: "pilot-maize-00000003",
        job: "1",
        state: "ended",
        reason: "Slurm: TIMEOUT (TimeLimit)",
        endsAt: null,
      },
    ]);
  });

  it("is read in the form of Slurm 23.11 and later", () => {
    const end_time = { set: true, infinite: false, number: 1_800_000_000 };
    const found = readQueue(queue([{ ...job, job_state: ["RUNNING"], end_time }]), "maize");
    expect(found).toMatchObject([{ state: "running", endsAt: 1_800_000_000_000 }]);
    const ending = { ...job, job_state: ["CANCELLED", "COMPLETING"], end_time };
    expect(readQueue(queue([ending]), "maize")).toMatchObject([{ state: "running" }]);
  });

  it("leaves alone what is not this cluster's", () => {
    const names = ["pilot-maize-2-0123abcd", "pilot-wheat-0123abcd", "pilot-maize-x", "mine"];
    const jobs = names.map((name) => ({ ...job, name, job_state: "RUNNING" }));
    expect(readQueue(queue(jobs), "maize")).toEqual([]);
    expect(readQueue(queue(jobs), "maize-2")).toHaveLength(1);
  });

  it("is an empty list while the controller is away: then nothing is known either", () => {
    const error = {
      description: "Failed while looking for jobs",
      error_number: -1,
      error: "Unspecified error",
      source: "slurm_load_jobs",
    };
    const said = JSON.stringify({ meta: {}, errors: [error], jobs: [] });
    expect(() => readQueue(said, "maize")).toThrow(
      "squeue: Failed while looking for jobs: Unspecified error",
    );
  });

  it("is no list of jobs: then nothing is known, and nobody has ended", () => {
    expect(() => readQueue("", "maize")).toThrow("squeue did not answer with a list of jobs.");
  });
});
