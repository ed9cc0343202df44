import { expect, it } from "vitest";
import { newJob } from "../jobs/job-model.ts";
import { Entry } from "./store-schema.ts";

it("reads what was written before jobs were tried again by themselves", () => {
  const { failures, retry, ...before } = newJob({ key: "k", crop: "dev" }, 1000);
  const { job } = Entry.parse({ entry: 1, job: { ...before, id: 1 } });
  expect(job).toEqual({ ...before, id: 1, failures, retry });
});
