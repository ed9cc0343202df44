import express, { type Request, type RequestHandler, type Response, type Router } from "express";
import type { z } from "zod";
import { AppError, parseOrThrow } from "../../contract/errors.ts";
import { jsonBodyOf } from "../../gate/json-body.ts";

export type Method = "get" | "post" | "put" | "patch" | "delete";

/** A route as it is registered and as the OpenAPI document shows it: one declaration, so that they cannot drift apart. */
export interface Route {
  readonly method: Method;
  /** In Express's form, below the API's root: `/jobs/:id`. */
  readonly path: string;
  readonly summary: string;
  readonly params: z.ZodType | null;
  readonly query: z.ZodType | null;
  readonly body: z.ZodType | null;
  readonly answers: Readonly<Record<number, z.ZodType | null>>;
  /** Set where the answer is not JSON. */
  readonly mediaType: string | null;
  run(request: Request, response: Response): Promise<void>;
}

type Schema = z.ZodType | undefined;
type Output<S extends Schema> = S extends z.ZodType ? z.output<S> : undefined;

interface Spec<P extends Schema, Q extends Schema, B extends Schema, A extends z.ZodType> {
  readonly method: Method;
  readonly path: string;
  readonly summary: string;
  readonly params?: P;
  readonly query?: Q;
  readonly body?: B;
  readonly answer: A;
  /** The statuses with which it answers; 200 unless said. */
  readonly statuses?: readonly number[];
  handle(input: {
    params: Output<P>;
    query: Output<Q>;
    body: Output<B>;
    request: Request;
  }): Promise<{ status?: number; body: z.output<A> }>;
}

/** A route that takes and gives JSON. Whatever does not fit its schemas is answered 400 before the handler sees it. */
export function route<
  A extends z.ZodType,
  P extends Schema = undefined,
  Q extends Schema = undefined,
  B extends Schema = undefined,
>(spec: Spec<P, Q, B, A>): Route {
  return {
    ...head(spec),
    answers: Object.fromEntries((spec.statuses ?? [200]).map((status) => [status, spec.answer])),
    mediaType: null,
    async run(request, response) {
      const { status, body } = await spec.handle({
        params: read(spec.params as P, request.params, "The path"),
        query: read(spec.query as Q, request.query, "The query"),
        body:
          spec.body === undefined
            ? (undefined as Output<B>)
            : read(spec.body as B, jsonBodyOf(request), "The body"),
        request,
      });
      response.status(status ?? spec.statuses?.[0] ?? 200).json(body);
    },
  };
}

/** A route that answers with nothing but its status, 204. */
export function emptyRoute<P extends Schema = undefined, Q extends Schema = undefined>(spec: {
  readonly method: Method;
  readonly path: string;
  readonly summary: string;
  readonly params?: P;
  readonly query?: Q;
  handle(input: { params: Output<P>; query: Output<Q> }): Promise<void>;
}): Route {
  return {
    ...head(spec),
    answers: { 204: null },
    mediaType: null,
    async run(request, response) {
      await spec.handle({
        params: read(spec.params as P, request.params, "The path"),
        query: read(spec.query as Q, request.query, "The query"),
      });
      response.status(204).end();
    },
  };
}

/** A route that writes its answer itself. */
export function streamRoute<Q extends Schema = undefined, P extends Schema = undefined>(spec: {
  readonly method: Method;
  readonly path: string;
  readonly summary: string;
  readonly params?: P;
  readonly query?: Q;
  /** The schema of one message. */
  readonly answer: z.ZodType;
  readonly mediaType: string;
  handle(input: {
    params: Output<P>;
    query: Output<Q>;
    request: Request;
    response: Response;
  }): Promise<void>;
}): Route {
  return {
    ...head(spec),
    answers: { 200: spec.answer },
    mediaType: spec.mediaType,
    async run(request, response) {
      await spec.handle({
        params: read(spec.params as P, request.params, "The path"),
        query: read(spec.query as Q, request.query, "The query"),
        request,
        response,
      });
    },
  };
}

/** Registers the routes in their order. A path of theirs that is asked by another method is answered with those that it has. */
export function mount(router: Router, routes: readonly Route[], limitBytes: number): void {
  const rawBody = express.raw({ type: () => true, limit: limitBytes });
  for (const one of routes) {
    const parsers = one.body === null ? [] : [rawBody];
    router[one.method](one.path, ...parsers, async (request, response) => {
      response.set("Cache-Control", "no-store");
      await one.run(request, response);
    });
  }
  for (const path of new Set(routes.map((one) => one.path))) {
    const methods = routes.filter((one) => one.path === path).map(({ method }) => method);
    router.all(path, (_request, response, next) => {
      response.append("Allow", methods.map((method) => method.toUpperCase()).join(", "));
      next();
    });
  }
  router.use(wrongMethod);
}

/** OPTIONS are answered by Express. */
const wrongMethod: RequestHandler = (request, response, next) => {
  const allowed = response.get("Allow");
  if (allowed === undefined || request.method === "OPTIONS") return next();
  const path = request.baseUrl + request.path;
  next(new AppError("not_found", `There is no ${request.method} of ${path}; there is ${allowed}.`));
};

function head(spec: {
  method: Method;
  path: string;
  summary: string;
  params?: Schema;
  query?: Schema;
  body?: Schema;
}) {
  return {
    method: spec.method,
    path: spec.path,
    summary: spec.summary,
    params: spec.params ?? null,
    query: spec.query ?? null,
    body: spec.body ?? null,
  };
}

function read<S extends Schema>(schema: S, input: unknown, what: string): Output<S> {
  if (schema === undefined) return undefined as Output<S>;
  return parseOrThrow(schema, input, "bad_request", what) as Output<S>;
}
