import { expect, it } from "vitest";
import type { StreamMessage } from "../../../services/contract/event.ts";
import { eventOf, jobOf } from "../testing/wire.ts";
import { outcomesOf } from "./outcomes.ts";

const ended = (id: number, status: "completed" | "failed" | "aborted"): StreamMessage => ({
  kind: "event",
  event: eventOf(id, { type: "settled", job: id, status }),
  job: jobOf(id, { status, reason: status === "failed" ? "wheat.vcf, line 211" : null }),
});
const all = { completed: true, failed: true };

it("names the one load that ended, and why it failed", () => {
  expect(outcomesOf([ended(7, "failed"), ended(8, "aborted")], all)).toEqual([
    { title: "job_7 failed", body: "wheat.vcf, line 211", path: "/jobs/7" },
  ]);
});

it("tells of many at once, those that failed first", () => {
  const many = [1, 2, 3, 4, 5].map((id) => ended(id, "completed"));
  expect(outcomesOf([...many, ended(6, "failed"), ended(7, "failed")], all)).toEqual([
    { title: "2 loads failed", body: "job_6, job_7", path: "/jobs?status=failed&sort=-updatedAt" },
    {
      title: "5 loads completed",
      body: "job_1, job_2, job_3, and 2 more",
      path: "/jobs?status=completed&sort=-updatedAt",
    },
  ]);
});

it("tells nothing that nobody wants to know", () => {
  const messages = [ended(1, "completed"), ended(2, "failed")];
  expect(outcomesOf(messages, { completed: false, failed: true })).toHaveLength(1);
  expect(outcomesOf(messages, { completed: false, failed: false })).toEqual([]);
});
