import { userInfo } from "node:os";
import type { Command } from "commander";
import { AppError } from "../contract/errors.ts";
import { Job } from "../contract/job.ts";
import { addWebOptions, createApiClient } from "./api-client.ts";
import { describeFailure, exitCodeOf, exitCodes } from "./exit.ts";
import { print, printJson, say } from "./output.ts";

interface ActionOptions {
  readonly web: string;
  readonly token?: string;
  readonly json?: true;
}

/** A command that does one thing to every job named; each is tried, and the first failure decides the exit code. */
export function addJobAction(
  program: Command,
  action: "requeue" | "cancel",
  description: string,
): void {
  addWebOptions(program.command(action))
    .description(description)
    .argument("<job...>")
    .option("--json", "print the jobs as a JSON array")
    .action(async (jobs: string[], options: ActionOptions) => {
      const client = createApiClient({ url: options.web, token: options.token });
      const changed: Job[] = [];
      let exitCode: number = exitCodes.done;
      for (const job of jobs) {
        try {
          const path = `/jobs/${encodeURIComponent(job)}/${action}`;
          changed.push(await client.send("POST", path, { by: whoAmI() }, Job));
        } catch (thrown) {
          if (!(thrown instanceof AppError)) throw thrown;
          say(`${job}: ${describeFailure(thrown) ?? ""}`);
          exitCode ||= exitCodeOf(thrown);
        }
      }
      if (options.json === true) printJson(changed);
      else
        for (const { key, status, reason } of changed)
          print(`${key}: ${status}. ${reason ?? ""}`.trim());
      process.exitCode = exitCode;
    });
}

/** The name under which what is done here is kept with the job. */
export function whoAmI(): string {
  try {
    return userInfo().username;
  } catch {
    return "unknown";
  }
}
