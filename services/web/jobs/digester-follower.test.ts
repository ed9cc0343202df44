import { describe, expect, it } from "vitest";
import { pauseFor } from "./digester-follower.ts";

describe("the pause between two questions to a digester", () => {
  it("is short for a few, and so long for many that all together are asked at most 700 times a second", () => {
    expect([1, 10, 100].map(pauseFor)).toEqual([150, 150, 150]);
    for (const digesters of [200, 1000, 2000]) {
      expect((digesters * 1000) / pauseFor(digesters)).toBeLessThanOrEqual(700);
    }
  });

  it("stays well below the ten seconds after which a digester counts as silent", () => {
    expect(pauseFor(100_000)).toBe(3000);
  });
});
