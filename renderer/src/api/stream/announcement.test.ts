import { expect, it } from "vitest";
import { eventOf, jobOf } from "../../testing/wire.ts";
import { announce } from "./announcement.ts";

const change = (seq: number, status: "completed" | "failed") =>
  ({ kind: "event", event: eventOf(seq, { status }), job: jobOf(1) }) as const;

it("names one job, counts several and keeps quiet about everything else", () => {
  expect(announce([change(1, "completed")])).toBe("job_1: completed");
  expect(announce([change(1, "completed"), change(2, "completed"), change(3, "failed")])).toBe(
    "2 jobs completed, 1 job failed",
  );
  expect(
    announce([
      { kind: "event", event: eventOf(1), job: jobOf(1) },
      { kind: "progress", job: jobOf(1) },
      { kind: "digesters" },
    ]),
  ).toBeNull();
});
