import { createHash } from "node:crypto";
import type { Request } from "express";
import { buffer } from "node:stream/consumers";
import { z } from "zod";
import { AppError } from "../../contract/errors.ts";
import {
  AttemptQuery,
  checksumHeader,
  chunkBytes,
  InputList,
  InputQuery,
  OutputKept,
  OutputList,
  OutputName,
  OutputQuery,
} from "../../contract/remote-files.ts";
import { route, streamRoute, type Route } from "../http/route.ts";
import type { WebMetrics } from "../metrics.ts";
import type { JobFiles } from "./job-files.ts";

export interface JobFileRoutesDeps {
  readonly jobFiles: JobFiles;
  readonly metrics: Pick<WebMetrics, "bytesFetched" | "bytesReturned">;
  /** Which digester asks; throws AppError `forbidden` unless it is one. */
  readonly digesterOf: (request: Request) => string;
}

const JobId = z.object({ id: z.coerce.number().int().positive() });
const Output = JobId.extend({ name: OutputName });

/** The files of a running attempt, for a digester that does not see them. Below `/api/callback`. */
export function jobFileRoutes({ jobFiles, metrics, digesterOf }: JobFileRoutesDeps): Route[] {
  return [
    route({
      method: "get",
      path: "/job/:id/inputs",
      summary: "Lists the files that the instruction of a running attempt reads",
      params: JobId,
      query: AttemptQuery,
      answer: InputList,
      handle: async ({ params, query, request }) => ({
        body: {
          files: await jobFiles.inputs({ ...params, ...query, digester: digesterOf(request) }),
        },
      }),
    }),
    streamRoute({
      method: "get",
      path: "/job/:id/input",
      summary: "A range of such a file, with its SHA-256",
      params: JobId,
      query: InputQuery,
      answer: z.unknown(),
      mediaType: "application/octet-stream",
      async handle({ params, query, request, response }) {
        const claim = { ...params, attempt: query.attempt, digester: digesterOf(request) };
        const { first, last } = rangeOf(request);
        const bytes = await jobFiles.read(claim, query, first, last);
        metrics.bytesFetched(bytes.length);
        response.status(206).type("application/octet-stream");
        response.set(checksumHeader, checksumOf(bytes));
        response.send(bytes);
      },
    }),
    streamRoute({
      method: "put",
      path: "/job/:id/output/:name",
      summary: "Takes the next chunk of a file that a running attempt returns",
      params: Output,
      query: OutputQuery,
      answer: OutputKept,
      mediaType: "application/json",
      async handle({ params: { id, name }, query: { attempt, offset }, request, response }) {
        const claim = { id, attempt, digester: digesterOf(request) };
        const chunk = await chunkOf(request);
        const kept = await jobFiles.keep(claim, name, offset, chunk);
        metrics.bytesReturned(kept.size === offset + chunk.length ? chunk.length : 0);
        response.json(kept);
      },
    }),
    route({
      method: "post",
      path: "/job/:id/output",
      summary: "Moves all files that a running attempt has returned into the destination",
      params: JobId,
      query: AttemptQuery,
      body: OutputList,
      answer: OutputList,
      async handle({ params, query, body, request }) {
        const claim = { ...params, ...query, digester: digesterOf(request) };
        await jobFiles.publish(claim, body.files);
        return { body };
      },
    }),
    streamRoute({
      method: "delete",
      path: "/job/:id/output",
      summary: "Removes what an attempt has returned and not published",
      params: JobId,
      query: AttemptQuery,
      answer: z.unknown(),
      mediaType: "application/json",
      async handle({ params, query, request, response }) {
        await jobFiles.drop({ ...params, ...query, digester: digesterOf(request) });
        response.status(204).end();
      },
    }),
  ];
}

function rangeOf(request: Request): { first: number; last: number } {
  const [, first, last] = /^bytes=(\d{1,15})-(\d{1,15})$/.exec(request.headers.range ?? "") ?? [];
  if (first === undefined || last === undefined || Number(first) > Number(last)) {
    throw new AppError("bad_request", "Expected one range: Range: bytes=FIRST-LAST");
  }
  return { first: Number(first), last: Number(last) };
}

async function chunkOf(request: Request): Promise<Buffer> {
  if (Number(request.headers["content-length"] ?? chunkBytes + 1) > chunkBytes) {
    throw new AppError("payload_too_large", `A chunk has at most ${chunkBytes} bytes.`);
  }
  const chunk = await buffer(request);
  if (checksumOf(chunk) === request.headers[checksumHeader]) return chunk;
  throw new AppError("unavailable", "The chunk is not what was sent: its SHA-256 differs.");
}

function checksumOf(bytes: Buffer): string {
  return createHash("sha256").update(bytes).digest("hex");
}
