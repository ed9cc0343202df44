import { AppError } from "../../contract/errors.ts";
import {
  dryRunInstruction,
  DryRun,
  DryRunRequest,
  Preview,
  PreviewRequest,
} from "../../contract/preview.ts";
import { earlierLoads } from "../callback/earlier-loads.ts";
import { cropForDigester } from "../crop.ts";
import { route, type Route } from "../http/route.ts";
import type { DigesterClient } from "../jobs/digester-client.ts";
import { pathsOf } from "../jobs/instruction-paths.ts";
import { cropNamed, cropOf, requireFileInside, requireInside } from "../jobs/job-service.ts";
import { fits, loadsOf, whyNone } from "../jobs/placement.ts";
import type { ApiDeps } from "./api-deps.ts";

/**
 * Looks at files and instructions before anything is submitted. A digester that can read the files does it, by what it would
 * be told of the crop with the job.
 */
export function previewRoutes({ store, crops, directory }: ApiDeps): Route[] {
  return [
    route({
      method: "post",
      path: "/preview",
      summary: "What a file is, how it begins, and how much there is of it",
      body: PreviewRequest,
      answer: Preview,
      async handle({ body }) {
        const crop = cropNamed(crops, body.crop);
        await requireFileInside(crop, body.path);
        const request = { ...body, settings: undefined, ...cropForDigester(crops, crop.name) };
        return { body: await askOne(directory, [body.path], (client) => client.preview(request)) };
      },
    }),
    route({
      method: "post",
      path: "/dry-run",
      summary: "What an instruction would make of the first lines of its sources; writes nothing",
      body: DryRunRequest,
      answer: DryRun,
      async handle({ body }) {
        const instruction = dryRunInstruction(body);
        const crop = cropOf(crops, body.crop, instruction);
        await requireInside(crop, instruction);
        const paths = pathsOf(instruction).map(({ path }) => path);
        const earlier =
          crop.digest?.knownRecord === true
            ? await earlierLoads(store, { id: null, crop: crop.name })
            : undefined;
        const told = { settings: undefined, ...cropForDigester(crops, crop.name), earlier };
        const request = { ...body, ...told };
        return { body: await askOne(directory, paths, (client) => client.dryRun(request)) };
      },
    }),
  ];
}

/**
 * Asks the digesters that may read there, one after the other, until one has seen the file. Those that take no new work may
 * still look.
 *
 * @throws AppError `unavailable` where there is none to ask; else what the first one said.
 */
async function askOne<T>(
  directory: ApiDeps["directory"],
  paths: readonly string[],
  ask: (client: DigesterClient) => Promise<T>,
): Promise<T> {
  const reachable = directory
    .candidates()
    .filter(({ problem, fetches }) => problem === null && fetches !== true);
  if (reachable.length === 0) {
    const reason = whyNone([...loadsOf(directory.candidates(), []).values()]);
    throw new AppError("unavailable", reason ?? "No reachable digester sees the data itself.");
  }
  const able = reachable
    .filter((candidate) => fits(candidate, { paths, labels: [] }))
    .toSorted((a, b) => a.running.length / a.workers - b.running.length / b.workers);
  if (able.length === 0) {
    const outside = paths.find(
      (path) => !reachable.some((one) => fits(one, { paths: [path], labels: [] })),
    );
    throw new AppError(
      "unavailable",
      `No attached digester can read ${outside ?? paths.join(", ")}`,
    );
  }
  let first: AppError | null = null;
  for (const { id } of able) {
    try {
      return await ask(directory.client(id));
    } catch (thrown) {
      if (!(thrown instanceof AppError) || !mayBeElsewhere(thrown)) throw thrown;
      first ??= thrown;
    }
  }
  throw first ?? new AppError("unavailable", "No digester is reachable.");
}

/** Not every node sees every file system, and not every one has time. */
function mayBeElsewhere({ code }: AppError): boolean {
  return (
    code === "not_found" || code === "upstream_failed" || code === "full" || code === "unavailable"
  );
}
