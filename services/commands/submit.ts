import { basename } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { InvalidArgumentError, type Command } from "commander";
import { SubmitAnswer } from "../contract/api.ts";
import { AppError } from "../contract/errors.ts";
import type { StreamMessage } from "../contract/event.ts";
import { isSettled, Job } from "../contract/job.ts";
import { withoutUndefined } from "../contract/without-undefined.ts";
import { addWebOptions, createApiClient, type ApiClient } from "./api-client.ts";
import { exitCodes } from "./exit.ts";
import { readInstructionFile } from "./instruction-file.ts";
import { whoAmI } from "./job-actions.ts";
import { print, printJson, say } from "./output.ts";
import { toSubmitBody } from "./submit-body.ts";

interface SubmitOptions {
  readonly web: string;
  readonly token?: string;
  readonly key?: string;
  readonly crop?: string;
  readonly priority?: number;
  readonly hold?: true;
  readonly label?: readonly string[];
  readonly wait?: true;
  readonly json?: true;
}

/** `submit INSTRUCTION.json`: gives an instruction to the web service, and follows its job to the end when asked to. */
export function addSubmitCommand(program: Command): void {
  addWebOptions(program.command("submit"))
    .description("post an instruction to the web service")
    .argument("<instruction.json>", "the list, {metadata, instructions} or the posted object")
    .option("--key <key>", "the job's key; the file's name without .json unless given")
    .option("--crop <crop>", "the crop, where there are several")
    .option("--priority <n>", "higher is more urgent", integer)
    .option("--hold", "do not start it before it is released")
    .option("--label <label...>", "what a digester must carry to be given it")
    .option("--wait", "follow it to the end; exit 0 when completed, else 1")
    .option("--json", "print the job as JSON")
    .action(async (file: string, options: SubmitOptions) => {
      const instruction = readInstructionFile(file);
      const { crop, priority, hold, label: labels } = options;
      const client = createApiClient({ url: options.web, token: options.token });
      const { job } = await client.send(
        "POST",
        "/instructions",
        {
          ...toSubmitBody(instruction),
          key: options.key ?? basename(file, ".json"),
          submittedBy: whoAmI(),
          ...withoutUndefined({ crop, priority, hold, labels }),
        },
        SubmitAnswer,
      );
      say(`Job ${job.id} (${job.key}) is submitted.`);
      const last = options.wait === true ? await waitForEnd(client, job) : job;
      if (options.json === true) printJson(last);
      else print(`${last.key}: ${last.status}${last.reason === null ? "" : `. ${last.reason}`}`);
      if (options.wait === true && last.status !== "completed") {
        process.exitCode = exitCodes.failed;
      }
    });
}

function integer(text: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value)) throw new InvalidArgumentError("Expected an integer.");
  return value;
}

/** Follows the event stream, and asks again whenever it breaks, until the job has ended. */
async function waitForEnd(client: ApiClient, submitted: Job): Promise<Job> {
  const ask = (): Promise<Job> => client.get(`/jobs/${submitted.id}`, Job);
  for (;;) {
    const done = new AbortController();
    let asked: Promise<Job> | null = null;
    const look = (): void => {
      asked = ask().then((job) => {
        if (isSettled(job.status)) done.abort();
        return job;
      });
      asked.catch(() => done.abort());
    };
    const onMessage = (message: StreamMessage): void => {
      if (message.kind !== "event" || message.event.job !== submitted.id) return;
      const { event } = message;
      say([event.at, event.type, event.message ?? event.status ?? ""].join(" ").trimEnd());
      if (event.status !== undefined && isSettled(event.status)) done.abort();
    };
    try {
      // What happened before the stream stood is seen by asking once it does.
      await client.follow(done.signal, look, onMessage);
      const job = await ask();
      if (isSettled(job.status)) return job;
    } catch (thrown) {
      if (!(thrown instanceof AppError && thrown.code === "unavailable")) throw thrown;
      say(`${thrown.message} Trying again.`);
    }
    await sleep(1000);
  }
}
