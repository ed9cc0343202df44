import {
  ActionBody,
  BulkAction,
  BulkAnswer,
  FacetQuery,
  jobActions,
  JobEvents,
  JobFacets,
  JobList,
  JobQuery,
  UndoRequest,
  type JobAction,
} from "../../contract/api.ts";
import { Job } from "../../contract/job.ts";
import { qualifiers } from "../../contract/job-search.ts";
import { route, type Route } from "../http/route.ts";
import { act, actOnMany, undoMany } from "../jobs/actions.ts";
import { toJob, toJobSummary } from "../jobs/job-record.ts";
import { findJob } from "../jobs/job-service.ts";
import type { ApiDeps } from "./api-deps.ts";
import { JobName } from "./job-name.ts";

const summaries: Record<JobAction, string> = {
  requeue: "Makes a new attempt of a settled job, or places a submitted one anew",
  hold: "Holds a submitted job back",
  release: "Lets a held job go",
  cancel: "Aborts a submitted job, or asks the running attempt to stop",
  priority: "Gives a job another priority",
  front: "Puts a submitted job at the front of the line, whatever the strategy",
};

export function jobRoutes(deps: ApiDeps): Route[] {
  const { store, crops } = deps;
  return [
    route({
      method: "get",
      path: "/jobs",
      summary: "Lists jobs, a page at a time",
      query: JobQuery,
      answer: JobList,
      async handle({ query }) {
        const page = await store.list({
          statuses: query.status === undefined || query.status.length === 0 ? null : query.status,
          search: query.q ?? [],
          crop: null,
          sort: query.sort,
          limit: query.limit,
          cursor: query.cursor ?? null,
          offset: query.offset,
        });
        return {
          body: {
            jobs: page.jobs.map(toJobSummary),
            total: page.total,
            nextCursor: page.nextCursor,
            counts: await store.counts(),
            unsearched: page.unsearched,
          },
        };
      },
    }),
    route({
      method: "get",
      path: "/jobs/facets",
      summary: "Counts the values by which jobs can be looked for",
      query: FacetQuery,
      answer: JobFacets,
      handle: async ({ query }) => ({
        body: await store.facets({
          search: query.q ?? [],
          qualifiers: query.only === undefined ? qualifiers : [query.only],
          like: query.like ?? null,
          limit: query.limit,
        }),
      }),
    }),
    route({
      method: "post",
      path: "/jobs/actions",
      summary: "Does one thing to many jobs, named by ids or by a filter",
      body: BulkAction,
      answer: BulkAnswer,
      handle: async ({ body }) => ({ body: await actOnMany(deps, body) }),
    }),
    route({
      method: "post",
      path: "/jobs/undo",
      summary: "Takes back what was done to many jobs, where nothing has come of it since",
      body: UndoRequest,
      answer: BulkAnswer,
      handle: async ({ body }) => ({ body: await undoMany(deps, body) }),
    }),
    route({
      method: "get",
      path: "/jobs/:id",
      summary: "One job",
      params: JobName,
      answer: Job,
      handle: async ({ params }) => ({ body: toJob(await findJob(store, crops, params.id)) }),
    }),
    route({
      method: "get",
      path: "/jobs/:id/events",
      summary: "What happened to a job, oldest first",
      params: JobName,
      answer: JobEvents,
      async handle({ params }) {
        const { id } = await findJob(store, crops, params.id);
        return { body: { events: await store.events(id) } };
      },
    }),
    ...jobActions.map((action) =>
      route({
        method: "post",
        path: `/jobs/:id/${action}`,
        summary: summaries[action],
        params: JobName,
        body: ActionBody,
        answer: Job,
        async handle({ params, body }) {
          const { id } = await findJob(store, crops, params.id);
          return { body: toJob(await act(deps, action, id, body)) };
        },
      }),
    ),
  ];
}
