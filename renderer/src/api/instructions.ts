import { queryOptions } from "@tanstack/react-query";
import { z } from "zod";
import {
  InstructionAnswer,
  SubmitAnswer,
  type SubmitRequest,
} from "../../../services/contract/api.ts";
import { AppError } from "../../../services/contract/errors.ts";
import { keys } from "./keys.ts";
import { request } from "./request.ts";

/** Instructions are text of some kilobytes; a larger file is a data file by mistake, and is not read into the page. */
export const mostInstructionBytes = 16_000_000;

export function submitInstruction(body: SubmitRequest): Promise<SubmitAnswer> {
  return request(SubmitAnswer, "/api/v1/instructions", { method: "POST", body });
}

/** The instruction of a job, as stored. */
export function instructionQuery(key: string) {
  return queryOptions({
    queryKey: keys.instruction(key),
    queryFn: ({ signal }) =>
      request(InstructionAnswer, `/api/v1/instructions/${encodeURIComponent(key)}`, { signal }),
  });
}

const Sample = z.object({
  name: z.string(),
  title: z.string(),
  description: z.string(),
  tables: z.array(z.string()),
});
export type Sample = z.infer<typeof Sample>;

/** What ships to be tried out; null where the service ships nothing. */
export const samplesQuery = queryOptions({
  queryKey: keys.samples,
  queryFn: async ({ signal }): Promise<Sample[] | null> => {
    try {
      const schema = z.object({ samples: z.array(Sample) });
      return (await request(schema, "/api/v1/samples", { signal })).samples;
    } catch (thrown) {
      if (thrown instanceof AppError && thrown.code === "not_found") return null;
      throw thrown;
    }
  },
});

export function submitSample(
  name: string,
  body: { hold?: boolean; submittedBy?: string },
): Promise<SubmitAnswer> {
  const path = `/api/v1/samples/${encodeURIComponent(name)}`;
  return request(SubmitAnswer, path, { method: "POST", body });
}
