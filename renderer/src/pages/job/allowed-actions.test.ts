import { expect, it } from "vitest";
import { jobActions } from "../../../../services/contract/api.ts";
import type { JobStatus } from "../../../../services/contract/job.ts";
import { whyNot } from "./allowed-actions.ts";

function possible(status: JobStatus, held = false): string[] {
  return jobActions.filter((action) => whyNot(action, { status, held }) === null);
}

it("offers what the job's status allows and gives a reason for the rest", () => {
  expect(possible("submitted")).toEqual(["requeue", "hold", "cancel", "priority", "front"]);
  expect(possible("submitted", true)).toEqual([
    "requeue",
    "release",
    "cancel",
    "priority",
    "front",
  ]);
  expect(possible("in_progress")).toEqual(["cancel", "priority"]);
  for (const status of ["completed", "failed", "aborted"] as const) {
    expect(possible(status)).toEqual(["requeue"]);
  }
});
