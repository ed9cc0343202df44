import type { Command } from "commander";
import { JobList, jobSortFields } from "../contract/api.ts";
import { jobStatuses, type JobSummary } from "../contract/job.ts";
import { addWebOptions, createApiClient } from "./api-client.ts";
import { print, printJson, say, table } from "./output.ts";
import { readPositive } from "./read-number.ts";

interface JobsOptions {
  readonly web: string;
  readonly token?: string;
  readonly status?: string;
  readonly q?: string;
  readonly sort?: string;
  readonly limit: number;
  readonly json?: true;
}

/** The largest page that the API gives. */
const PAGE = 200;

/** `jobs`: what there is, newest first. */
export function addJobsCommand(program: Command): void {
  addWebOptions(program.command("jobs"))
    .description("list jobs")
    .option("--status <list>", `only these, separated by commas: ${jobStatuses.join(", ")}`)
    .option(
      "--q <text>",
      'only those that this finds, as in the console: status:failed submitter:ana "project 31"',
    )
    .option("--sort <field>", `with - in front: descending; ${jobSortFields.join(", ")}`)
    .option("--limit <number>", "at most so many", readPositive, 50)
    .option("--json", "print the answer as JSON")
    .action(async (options: JobsOptions) => {
      const list = await listJobs(options);
      if (options.json === true) return printJson(list);
      if (list.jobs.length > 0) print(table([heads, ...list.jobs.map(toRow)]));
      say(`${list.jobs.length} of ${list.total} jobs`);
      if (list.unsearched > 0) {
        say(`${list.unsearched} instructions are yet to be searched; ask again`);
      }
    });
}

async function listJobs(options: JobsOptions): Promise<JobList> {
  const { limit } = options;
  const client = createApiClient({ url: options.web, token: options.token });
  const jobs: JobSummary[] = [];
  let cursor: string | null = null;
  for (;;) {
    const query = new URLSearchParams({ limit: String(Math.min(PAGE, limit - jobs.length)) });
    if (options.status !== undefined) query.set("status", options.status);
    if (options.q !== undefined) query.set("q", options.q);
    if (options.sort !== undefined) query.set("sort", options.sort);
    if (cursor !== null) query.set("cursor", cursor);
    const page: JobList = await client.get(`/jobs?${query}`, JobList);
    jobs.push(...page.jobs);
    cursor = page.nextCursor;
    if (cursor === null || page.jobs.length === 0 || jobs.length >= limit) {
      return { ...page, jobs };
    }
  }
}

const heads = ["ID", "KEY", "STATUS", "STEP", "DIGESTER", "REASON"];

function toRow({ id, key, status, step, digester, reason, held }: JobSummary): string[] {
  const words = (reason ?? "").replaceAll(/\s+/g, " ");
  return [
    String(id),
    key,
    held ? "held" : status,
    step,
    digester ?? "-",
    words.length > 100 ? `${words.slice(0, 99)}…` : words,
  ];
}
