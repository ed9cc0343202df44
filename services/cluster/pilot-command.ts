/** How a pilot is started on its node. */
export interface PilotPlan {
  /** The program that has the `digester` command, with its first arguments. */
  readonly command: readonly string[];
  /** Where pilots reach the web service, or all that keep its record. */
  readonly web: readonly string[];
  /** Its token goes by the environment: command lines are seen by everybody on a node. */
  readonly token: string;
  readonly workers: number;
  readonly labels: readonly string[];
  /** Nothing reaches a node from outside: pilots ask for work themselves. */
  readonly pull: boolean;
  /** Below which pilots read and write; empty: what the web service names. */
  readonly dataRoots: readonly string[];
  /** Where on a node a pilot keeps its state; each has its own folder there. */
  readonly stateDir: string;
  /** How long a pilot may run; null: for ever. */
  readonly walltimeMs: number | null;
  /** What it has left of it when it is told to end. */
  readonly noticeMs: number;
  /** Further arguments of the `digester` command. */
  readonly options: readonly string[];
}

/**
 * Program and arguments that start a pilot.
 *
 * @param id its name, also as a digester.
 * @param host the address that it listens on, unless it asks for its work.
 */
export function pilotCommand(plan: PilotPlan, id: string, host: string): string[] {
  return [
    ...plan.command,
    "digester",
    "--id",
    id,
    "--web",
    ...plan.web,
    "--leave",
    "--workers",
    String(plan.workers),
    "--state",
    `${plan.stateDir.replace(/\/+$/, "")}/${id}`,
    ...(plan.pull ? ["--pull"] : ["--host", host]),
    ...(plan.labels.length === 0 ? [] : ["--label", ...plan.labels]),
    ...(plan.dataRoots.length === 0 ? [] : ["--data", ...plan.dataRoots]),
    ...(plan.walltimeMs === null
      ? []
      : ["--walltime", seconds(plan.walltimeMs), "--end-early", seconds(plan.noticeMs)]),
    ...plan.options,
  ];
}

const seconds = (ms: number): string => String(Math.round(ms / 1000));

/** What a pilot needs of the environment, and nothing else of the keeper's own. */
export function pilotEnvironment({ token }: PilotPlan): Record<string, string> {
  const passed = ["PATH", "HOME", "LANG", "NODE_EXTRA_CA_CERTS", "DIGESTER_LOG"];
  return {
    ...Object.fromEntries(
      passed.flatMap((name): Array<[string, string]> => {
        const value = process.env[name];
        return value === undefined ? [] : [[name, value]];
      }),
    ),
    DIGESTER_WEB_TOKEN: token,
  };
}
