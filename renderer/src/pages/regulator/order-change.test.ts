import { expect, it } from "vitest";
import type { WaitingJob } from "../../../../services/contract/regulator.ts";
import { changeWords, foresee } from "./order-change.ts";

const line = (...jobs: number[]): WaitingJob[] =>
  jobs.map((job, index) => ({
    job,
    key: `k${job}`,
    position: index + 1,
    reason: "Waits.",
    after: null,
  }));
const regulator = { name: "priority", options: {} };

it("tells who would start, and how far each would move", () => {
  const foreseen = foresee(line(1, 2, 3, 4), { regulator, start: [3], waiting: line(1, 2, 4, 9) });
  expect(foreseen.map(({ key, position, moved }) => [key, position, moved])).toEqual([
    ["k3", null, 2],
    ["k1", 1, -1],
    ["k2", 2, -1],
    ["k4", 3, 0],
    ["k9", 4, null],
  ]);
  expect(changeWords(foreseen)).toBe("1 would start at once, 1 would go earlier, 2 later");
});

it("has nothing to say where nothing would change", () => {
  expect(
    changeWords(foresee(line(1, 2), { regulator, start: [], waiting: line(1, 2) })),
  ).toBeNull();
});
