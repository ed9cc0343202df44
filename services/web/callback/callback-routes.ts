import type { Request, RequestHandler } from "express";
import { z } from "zod";
import { SubmitAnswer } from "../../contract/api.ts";
import {
  CallbackJob,
  EarlierLoads,
  JobPatch,
  PatchAnswer,
  PatchBatch,
  PatchBatchAnswer,
  UnsettledJobs,
} from "../../contract/callback.ts";
import {
  AppError,
  coerceError,
  describeIssues,
  parseOrThrow,
  toErrorAnswer,
} from "../../contract/errors.ts";
import { readInstruction } from "../../contract/instruction.ts";
import { Priority } from "../../contract/job.ts";
import { cropForDigester, type Crop } from "../crop.ts";
import { bearerOf, isSameSecret } from "../../gate/http.ts";
import { route, type Route } from "../http/route.ts";
import type { DigesterDirectory } from "../jobs/digester-directory.ts";
import { nextAttemptOf, toJob, type JobRecord } from "../jobs/job-record.ts";
import { cropNamed, submitOnce } from "../jobs/job-service.ts";
import { isDue } from "../jobs/retries.ts";
import type { IsUnsettled } from "../jobs/unsettled.ts";
import { earlierLoads } from "./earlier-loads.ts";
import { applyCallback, applyCallbacks, type CallbackDeps } from "./apply-callback.ts";
import { jobFileRoutes, type JobFileRoutesDeps } from "./job-file-routes.ts";
import { errandRoutes, type ErrandRoutesDeps } from "./errand-routes.ts";

export interface CallbackRoutesDeps
  extends
    CallbackDeps,
    Pick<ErrandRoutesDeps, "mailboxes">,
    Pick<JobFileRoutesDeps, "jobFiles" | "metrics"> {
  readonly directory: Pick<DigesterDirectory, "ofToken" | "heardFrom" | "askedHere">;
  readonly crops: readonly Crop[];
  readonly isUnsettled: IsUnsettled;
  /** The token of the own API, which is as good as any digester's here. */
  readonly token: string;
}

type Caller =
  { readonly digester: null } | { readonly digester: string; readonly detached: boolean };

type BatchAnswers = PatchBatchAnswer["answers"];

const pageSize = 100;
/** Of instructions. A page has one beyond it, however long that is. */
const pageCharacters = 4_000_000;

function toBatchAnswer(answer: PatchAnswer | AppError): BatchAnswers[number] {
  if (!(answer instanceof AppError)) return { status: 200, cancel: answer.cancel };
  const { status, body } = toErrorAnswer(answer);
  return { status, message: body.error.message };
}

function invalidPatch(error: z.ZodError): AppError {
  const [problem = "unknown problem"] = describeIssues(error);
  return new AppError("bad_request", `The patch is not valid: ${problem}`);
}

/** Lets in who has a token of the callback API, before anything of the body is read. */
export function callbackGuard(
  deps: Pick<CallbackRoutesDeps, "directory" | "token">,
): RequestHandler {
  return (request, response, next) => {
    if (callerOf(deps, request) !== null) return next();
    response.setHeader("WWW-Authenticate", "Bearer");
    next(
      new AppError(
        "unauthenticated",
        "A callback needs the token that the digester got when it was attached.",
      ),
    );
  };
}

function callerOf(
  { directory, token }: Pick<CallbackRoutesDeps, "directory" | "token">,
  request: Request,
): Caller | null {
  const given = bearerOf(request);
  if (given === null) return null;
  if (isSameSecret(given, token)) return { digester: null };
  const digester = directory.ofToken(given);
  return digester === null ? null : { digester: digester.id, detached: digester.detached };
}

/** One that was detached may end what it runs; it gets nothing new. */
function requireAttached(caller: Caller): void {
  if (caller.digester === null || !caller.detached) return;
  throw new AppError("forbidden", `${caller.digester} is detached.`, { hint: "Attach it again." });
}

/** The callback API, in the seed's words and paths. Below `/api/callback`. */
export function callbackRoutes(deps: CallbackRoutesDeps): Route[] {
  const { store, directory, crops, now } = deps;

  function entering(request: Request): Caller {
    const caller = callerOf(deps, request);
    if (caller === null) throw new AppError("unauthenticated", "A callback needs a token.");
    if (caller.digester !== null) directory.heardFrom(caller.digester);
    return caller;
  }

  function digesterOf(request: Request): string {
    const { digester } = entering(request);
    if (digester !== null) return digester;
    throw new AppError("forbidden", "Only a digester is asked for: this is no digester's token.");
  }

  async function speaksForOwnRun(caller: Caller, id: number, patch: JobPatch): Promise<void> {
    if (caller.digester === null) return;
    if (patch.digester !== caller.digester) {
      throw new AppError("forbidden", `${caller.digester} cannot speak for ${patch.digester}.`);
    }
    const job = await store.job(id);
    if (job !== null && patch.attempt > job.attempt) requireAttached(caller);
  }

  /** What becomes of the patches of one job, those that are no patches among them. */
  async function answersOf(
    caller: Caller,
    id: number,
    patches: readonly unknown[],
  ): Promise<BatchAnswers> {
    const read = patches.map((patch) => JobPatch.safeParse(patch));
    const good = read.flatMap(({ data }) => data ?? []);
    const answers = await Promise.all(good.map((patch) => speaksForOwnRun(caller, id, patch)))
      .then(() => applyCallbacks(deps, id, good))
      .catch((thrown: unknown) => good.map(() => errorOf(thrown)));
    return read.map((parsed) =>
      parsed.success
        ? toBatchAnswer(answers.shift() ?? new AppError("internal", "A callback got no answer."))
        : toBatchAnswer(errorOf(invalidPatch(parsed.error))),
    );
  }

  function errorOf(thrown: unknown): AppError {
    if (thrown instanceof AppError) return thrown;
    deps.log.error({ err: coerceError(thrown) }, "applying callbacks");
    return new AppError("internal", "Something went wrong on the server.", { cause: thrown });
  }

  return [
    ...jobFileRoutes({ jobFiles: deps.jobFiles, metrics: deps.metrics, digesterOf }),
    ...errandRoutes({ mailboxes: deps.mailboxes, directory, digesterOf }),
    route({
      method: "post",
      path: "/batch",
      summary: "Updates many jobs as PATCH does one, each answered by itself",
      body: PatchBatch,
      answer: PatchBatchAnswer,
      async handle({ body, request }) {
        const caller = entering(request);
        const byJob = new Map<number, unknown[]>();
        for (const { job, patch } of body.patches) {
          const others = byJob.get(job);
          if (others === undefined) byJob.set(job, [patch]);
          else others.push(patch);
        }
        const answers = new Map<number, BatchAnswers>();
        await Promise.all(
          [...byJob].map(async ([job, patches]) => {
            answers.set(job, await answersOf(caller, job, patches));
          }),
        );
        return {
          body: { answers: body.patches.flatMap(({ job }) => answers.get(job)?.shift() ?? []) },
        };
      },
    }),
    route({
      method: "post",
      path: "/job",
      summary: "Creates a job described by the body",
      body: CallbackJob,
      answer: SubmitAnswer,
      statuses: [201],
      async handle({ body, request }) {
        requireAttached(entering(request));
        const crop = cropNamed(crops, body.crop);
        const job = await submitOnce(
          store,
          crop,
          {
            key: body.key ?? null,
            instruction: readInstruction(body.instruction),
            priority: parseOrThrow(Priority, body.priority ?? 0, "bad_request", "priority"),
            held: body.hold ?? false,
            submittedBy: body.submittedBy ?? null,
          },
          now(),
        );
        return { body: { key: job.key, job: toJob(job) } };
      },
    }),
    route({
      method: "patch",
      path: "/job/:id",
      summary: "Updates the job with the given prototype: claim, step, progress, publish, settle",
      params: z.object({ id: z.coerce.number().int().positive() }),
      body: JobPatch,
      answer: PatchAnswer,
      async handle({ params, body, request }) {
        await speaksForOwnRun(entering(request), params.id, body);
        return { body: await applyCallback(deps, params.id, body) };
      },
    }),
    route({
      method: "get",
      path: "/job/:id/earlier",
      summary: "Where completed loads of the job's crop left tables that bring names",
      params: z.object({ id: z.coerce.number().int().positive() }),
      answer: EarlierLoads,
      async handle({ params, request }) {
        requireAttached(entering(request));
        const job = await store.job(params.id);
        if (job === null) throw new AppError("not_found", `There is no job ${params.id}.`);
        return { body: await earlierLoads(store, job) };
      },
    }),
    route({
      method: "get",
      path: "/job",
      summary: "Lists the unsettled jobs, which a digester takes up when it starts",
      query: z.object({
        settled: z.literal("false"),
        cursor: z.coerce.number().int().nonnegative().default(0),
      }),
      answer: UnsettledJobs,
      async handle({ query, request }) {
        requireAttached(entering(request));
        const jobs = (await store.unsettled())
          .filter((job) => job.id > query.cursor && job.hasInstruction && deps.isUnsettled(job))
          .filter((job) => isDue(job, now()))
          .toSorted((a, b) => a.id - b.id);
        const page: UnsettledJobs["jobs"] = [];
        let looked = 0;
        let characters = 0;
        while (looked < Math.min(jobs.length, pageSize) && characters < pageCharacters) {
          const job = jobs[looked++];
          const listed = job === undefined ? null : await toUnsettledJob(job);
          if (listed === null) continue;
          page.push(listed);
          characters += JSON.stringify(listed.instruction).length;
        }
        const last = looked < jobs.length ? jobs[looked - 1] : undefined;
        return { body: { jobs: page, nextCursor: last === undefined ? null : String(last.id) } };
      },
    }),
  ];

  async function toUnsettledJob(job: JobRecord) {
    const instruction = await store.instruction(job.id);
    if (instruction === null) return null;
    return {
      ...nextAttemptOf(job),
      digester: job.digester,
      labels: [...job.labels],
      ...cropForDigester(crops, job.crop),
      instruction,
    };
  }
}
