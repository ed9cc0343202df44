import { FileLines, FileLinesRequest } from "../../contract/file-lines.ts";
import type { Encoding } from "../../contract/digest-settings.ts";
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
        const encoding = encodingOf(deps, job, query.file);
        return { body: await digesterFor(deps, job).fileLines({ ...query, encoding }) };
      },
    }),
  ];
}

/** As the digest read it; what it made is always UTF-8. */
function encodingOf({ crops }: ApiDeps, job: JobRecord, file: string): Encoding | undefined {
  return madePaths(job).includes(file) ? undefined : cropNamed(crops, job.crop).digest?.encoding;
}
