import { basename } from "node:path";
import { pipeline } from "node:stream/promises";
import { z } from "zod";
import { AppError } from "../../contract/errors.ts";
import { MadeFileName, MadeFiles } from "../../contract/made-files.ts";
import { route, streamRoute, type Route } from "../http/route.ts";
import { findJob } from "../jobs/job-service.ts";
import type { ApiDeps } from "./api-deps.ts";
import { findMadeFiles, madePaths, openJobFile, requireOfJob } from "./job-files.ts";
import { JobName } from "./job-name.ts";

/** The files that a job made, for people to take with them. */
export function madeFileRoutes(deps: ApiDeps): Route[] {
  const { store, crops } = deps;
  return [
    route({
      method: "get",
      path: "/jobs/:id/files",
      summary: "The files that a job made, with their sizes, and which of them are gone",
      params: JobName,
      answer: MadeFiles,
      async handle({ params }) {
        const job = await findJob(store, crops, params.id);
        return { body: { files: await findMadeFiles(deps, job) } };
      },
    }),
    streamRoute({
      method: "get",
      path: "/jobs/:id/files/:name",
      summary: "A file that a job made, as it is",
      params: JobName.extend({ name: MadeFileName }),
      answer: z.unknown(),
      mediaType: "application/octet-stream",
      async handle({ params: { id, name }, response }) {
        const job = await findJob(store, crops, id);
        const path = madePaths(job).find((file) => basename(file) === name);
        if (path === undefined) {
          throw new AppError("not_found", `The job ${job.key} has made no file ${name}.`);
        }
        // The result was told by a digester.
        await requireOfJob(deps, job, path);
        const { stream, bytes } = await openJobFile(deps, job, path);
        // In this order: a name ending in .vcf would make it a business card.
        response.attachment(`${job.key}.${name}`);
        response.type("application/octet-stream");
        if (bytes !== null) response.set("Content-Length", String(bytes));
        await pipeline(stream, response);
      },
    }),
  ];
}
