import { join } from "node:path";
import { text } from "node:stream/consumers";
import { pipeline } from "node:stream/promises";
import { z } from "zod";
import { AppError, parseOrThrow } from "../../contract/errors.ts";
import {
  Below,
  BelowQuery,
  Quality,
  qualityFiles,
  QualityFormat,
  QualityTable,
  type QualityFile,
} from "../../contract/quality.ts";
import { route, streamRoute, type Route } from "../http/route.ts";
import { pathsOf } from "../jobs/instruction-paths.ts";
import type { JobRecord } from "../jobs/job-record.ts";
import { findJob } from "../jobs/job-service.ts";
import type { ApiDeps } from "./api-deps.ts";
import { openJobFile } from "./job-files.ts";
import { JobName } from "./job-name.ts";
import { lowestBelow } from "./lowest-below.ts";
import { tsvToCsv } from "./tsv-to-csv.ts";

/** The quality figures of a job's matrix. */
export function qualityRoutes(deps: ApiDeps): Route[] {
  const { store, crops } = deps;
  return [
    route({
      method: "get",
      path: "/jobs/:id/quality",
      summary: "The quality figures of a job's matrix",
      params: JobName,
      answer: Quality,
      async handle({ params }) {
        const job = await findJob(store, crops, params.id);
        const file = await openQualityFile(deps, job, "summary");
        return { body: readQuality(await text(file)) };
      },
    }),
    streamRoute({
      method: "get",
      path: "/jobs/:id/quality/:table",
      summary: "The quality figures of each marker or sample, as a file",
      params: JobName.extend({ table: QualityTable }),
      query: z.object({ format: QualityFormat.default("tsv") }),
      answer: z.string(),
      mediaType: "text/tab-separated-values",
      async handle({ params: { id, table }, query: { format }, response }) {
        const job = await findJob(store, crops, id);
        const file = await openQualityFile(deps, job, table);
        response.type(format === "csv" ? "text/csv" : "text/tab-separated-values");
        response.attachment(`${job.key}.quality.${table}.${format}`);
        const steps = format === "csv" ? [tsvToCsv()] : [];
        await pipeline([file, ...steps, response]);
      },
    }),
    route({
      method: "get",
      path: "/jobs/:id/quality/:table/below",
      summary: "The markers or samples below a threshold",
      params: JobName.extend({ table: QualityTable }),
      query: BelowQuery,
      answer: Below,
      async handle({ params: { id, table }, query: { figure, under, limit } }) {
        const job = await findJob(store, crops, id);
        const file = await openQualityFile(deps, job, table);
        return { body: await lowestBelow(file, { figure, under, limit }) };
      },
    }),
  ];
}

/** @throws AppError `upstream_failed` where somebody has spoilt it. */
function readQuality(written: string): Quality {
  const what = "The quality file";
  try {
    return parseOrThrow(Quality, JSON.parse(written), "upstream_failed", what);
  } catch (thrown) {
    if (thrown instanceof AppError) throw thrown;
    throw new AppError("upstream_failed", `${what} is not JSON any more.`, { cause: thrown });
  }
}

/** @throws AppError `not_found` where the job has no quality figures, `upstream_failed`. */
async function openQualityFile(
  deps: ApiDeps,
  job: JobRecord,
  file: QualityFile,
): Promise<NodeJS.ReadableStream> {
  if (job.result?.quality === undefined) {
    throw new AppError("not_found", `The job ${job.key} has no quality figures.`, {
      hint: "Completed jobs have them that made a matrix, unless they are switched off.",
    });
  }
  const paths = pathsOf(await deps.store.instruction(job.id));
  const destination = paths.find(({ role }) => role === "destination")?.path ?? "";
  return (await openJobFile(deps, job, join(destination, qualityFiles[file]))).stream;
}
