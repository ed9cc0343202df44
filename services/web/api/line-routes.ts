import { FileLines, FileLinesRequest } from "../../contract/file-lines.ts";
import { toLoad } from "../../contract/load.ts";
import { contains } from "../../gate/paths.ts";
import { route, type Route } from "../http/route.ts";
import type { JobRecord } from "../jobs/job-record.ts";
import { cropNamed, findJob } from "../jobs/job-service.ts";
import type { ApiDeps } from "./api-deps.ts";
import { digesterFor, madePaths, requireOfJob } from "./job-files.ts";
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
        const reading = await readingOf(deps, job, query);
        return { body: await digesterFor(deps, job).fileLines({ ...query, ...reading }) };
      },
    }),
  ];
}

type Reading = Pick<FileLinesRequest, "encoding" | "delimiter" | "quotes">;

/** As the digest read it; what it made is always tab-separated and UTF-8. */
async function readingOf(
  { crops, store }: ApiDeps,
  job: JobRecord,
  { file, cell }: FileLinesRequest,
): Promise<Partial<Reading>> {
  if (madePaths(job).includes(file))
    return { encoding: undefined, delimiter: "\\t", quotes: false };
  const settings = cropNamed(crops, job.crop).digest;
  const encoding = { encoding: settings?.encoding };
  const instruction = cell === undefined ? null : await store.instruction(job.id);
  if (instruction === null) return encoding;
  const { tables } = toLoad(instruction);
  const table = tables.find(({ source }) => source !== "" && contains(source, file));
  if (table === undefined) return encoding;
  return {
    ...encoding,
    // PLINK's fields are divided by spaces and tabs, whatever an instruction says.
    delimiter: table.sourceFormat?.startsWith("PLINK") === true ? "[ \\t]+" : table.delimiter,
    quotes: table.quotes ?? settings?.quotes ?? false,
  };
}
