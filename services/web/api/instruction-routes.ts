import { z } from "zod";
import { InstructionAnswer, SubmitAnswer, SubmitRequest } from "../../contract/api.ts";
import { AppError } from "../../contract/errors.ts";
import { readInstruction, type StoredInstruction } from "../../contract/instruction.ts";
import { route, type Route } from "../http/route.ts";
import { toJob } from "../jobs/job-record.ts";
import { cropOf, findJob, submitOnce } from "../jobs/job-service.ts";
import type { ApiDeps } from "./api-deps.ts";

export function instructionRoutes({ store, crops, now }: ApiDeps): Route[] {
  return [
    route({
      method: "post",
      path: "/instructions",
      summary: "Submits an instruction; the same key with an equal instruction is the same job",
      body: SubmitRequest,
      answer: SubmitAnswer,
      statuses: [201],
      async handle({ body }) {
        const instruction = readInstruction(
          body.procedure === undefined ? body.instructions : { procedure: body.procedure },
        );
        const crop = cropOf(crops, body.crop, instruction);
        const job = await submitOnce(
          store,
          crop,
          {
            key: body.key ?? null,
            instruction,
            priority: body.priority ?? crop.defaults?.priority ?? 0,
            labels: body.labels ?? crop.defaults?.labels ?? [],
            held: body.hold ?? crop.defaults?.hold ?? false,
            submittedBy: body.submittedBy ?? null,
            editOf: body.editOf ?? null,
          },
          now(),
        );
        return { body: { key: job.key, job: toJob(job) } };
      },
    }),
    route({
      method: "get",
      path: "/instructions/:key",
      summary: "The instruction as stored",
      params: z.object({ key: z.string() }),
      answer: InstructionAnswer,
      async handle({ params }) {
        const job = await findJob(store, crops, params.key);
        const instruction = await store.instruction(job.id);
        if (instruction === null) {
          throw new AppError("not_found", `Job ${job.id} was made without an instruction.`);
        }
        const { key, crop, editOf } = job;
        return { body: { key, crop, editOf, ...ofShape(instruction) } };
      },
    }),
  ];
}

function ofShape(instruction: StoredInstruction) {
  switch (instruction.shape) {
    case "list":
      return { instructions: instruction.instructions };
    case "procedure":
      return { procedure: instruction.procedure };
  }
}
