import { AppError } from "../../contract/errors.ts";
import { FileLines, FileLinesRequest } from "../../contract/file-lines.ts";
import { contains } from "../../gate/paths.ts";
import { liesInside } from "../data-roots.ts";
import { route, type Route } from "../http/route.ts";
import { pathsOf } from "../jobs/instruction-paths.ts";
import type { JobRecord } from "../jobs/job-record.ts";
import { cropNamed, findJob } from "../jobs/job-service.ts";
import type { ApiDeps } from "./api-deps.ts";
import { JobName } from "./job-name.ts";

/** The lines of a job's files that its messages speak of, and the beginnings of those that it made. */
export function lineRoutes(deps: ApiDeps): Route[] {
  const { store, crops } = deps;
  return [
    route({
      method: "get",
      path: "/jobs/:id/lines",
      summary: "A few lines of a file that a job read or made",
      params: JobName,
      query: FileLinesRequest,
      answer: FileLines,
      async handle({ params, query }) {
        const job = await findJob(store, crops, params.id);
        await requireOfJob(deps, job, query.file);
        return { body: await digesterFor(deps, job).fileLines(query) };
      },
    }),
  ];
}

/**
 * A person who may see a job may see its files, and no others: the file lies where the instruction reads or writes, and in the
 * crop's data roots.
 */
async function requireOfJob(deps: ApiDeps, job: JobRecord, file: string): Promise<void> {
  const paths = pathsOf(await deps.store.instruction(job.id));
  const isNamed = paths.some(({ path }) => path !== "" && contains(path, file));
  if (!isNamed || !(await liesInside(cropNamed(deps.crops, job.crop), file))) {
    throw new AppError("forbidden", `${file} is no file of the job ${job.key}.`, {
      hint: `Its files lie below ${paths.map(({ path }) => path).join(", ")}.`,
    });
  }
}

/** The digester that has done the job sees its files; else any one may. */
function digesterFor({ directory }: ApiDeps, job: JobRecord) {
  const reachable = directory.list().filter((one) => one.reachable);
  const chosen = reachable.find(({ id }) => id === job.digester) ?? reachable[0];
  if (chosen !== undefined) return directory.client(chosen.id);
  throw new AppError("unavailable", "No digester can be reached that could read the file.", {
    hint: "Attach one that sees the job's files.",
  });
}
