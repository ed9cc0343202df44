import { describe, expect, it } from "vitest";
import { eventOf } from "../../testing/wire.ts";
import { attemptsOf, isStopping } from "./attempts.ts";

const lost = [
  eventOf(1, { type: "submitted", attempt: 0, digester: null, status: "submitted" }),
  eventOf(2, { type: "placed", attempt: 0 }),
  eventOf(3, { type: "claimed", status: "in_progress" }),
  eventOf(4, { step: "validating" }),
  eventOf(5, { step: "transforming" }),
  eventOf(6, { step: "transforming" }),
  eventOf(9, { type: "lease_expired", status: "submitted" }),
  eventOf(12, { type: "claimed", attempt: 2, digester: "node-07", status: "in_progress" }),
  eventOf(13, { type: "refused", attempt: 1 }),
];

describe("attemptsOf", () => {
  it("makes a lane of each attempt, without gaps between its steps", () => {
    const [first, second] = attemptsOf(lost);
    expect(first).toMatchObject({ number: 1, digester: "node-03", end: "lost", refused: 1 });
    expect(first?.steps.map(({ step }) => step)).toEqual([
      "submitted",
      "validating",
      "transforming",
    ]);
    for (const [index, step] of first?.steps.entries() ?? []) {
      expect(step.to).toBe(first?.steps[index + 1]?.from ?? first?.to);
    }
    expect(second).toMatchObject({ number: 2, digester: "node-07", to: null, end: null });
  });

  it("ends with the status that the job got", () => {
    const settled = eventOf(20, { type: "settled", attempt: 2, status: "failed" });
    expect(attemptsOf([...lost, settled])[1]).toMatchObject({ end: "failed" });
  });

  it("lets nothing change an attempt that has ended", () => {
    const late = eventOf(21, { attempt: 1, step: "completed" });
    expect(attemptsOf([...lost, late])[0]).toEqual(attemptsOf(lost)[0]);
  });
});

describe("isStopping", () => {
  it("holds from the request until the attempt ends", () => {
    const asked = [...lost, eventOf(14, { type: "cancel_requested", attempt: 2 })];
    expect(isStopping(lost)).toBe(false);
    expect(isStopping(asked)).toBe(true);
    expect(isStopping([...asked, eventOf(15, { attempt: 2 })])).toBe(true);
    expect(isStopping([...asked, eventOf(16, { type: "settled", status: "aborted" })])).toBe(false);
  });
});
