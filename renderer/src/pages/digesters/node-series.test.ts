import { describe, expect, it } from "vitest";
import type { NodeHistory } from "../../../../services/contract/cluster.ts";
import { isEventful, nodeSeries, nodeWords } from "./node-series.ts";

const at = "2026-11-24T12:00:00.000Z";

function history(...buckets: Array<Partial<NodeHistory["buckets"][number]>>): NodeHistory {
  const nothing = { at, nodes: 0, gained: 0, left: 0, lost: 0 };
  return {
    span: "hour",
    bucketMs: 60_000,
    buckets: buckets.map((bucket) => ({ ...nothing, ...bucket })),
  };
}

describe("nodes gained and lost", () => {
  it("are told in numbers and drawn as what came, left, was lost and stayed", () => {
    const told = history({ nodes: 3, gained: 3 }, { nodes: 1, left: 1, lost: 1 });
    expect(nodeWords(told)).toBe("1 node now; 3 came, 1 left, 1 lost without a notice");
    const values = nodeSeries(told).series.map((one) => [one.name, ...one.values]);
    expect(values).toEqual([
      ["Came", 3, 0],
      ["Left", 0, 1],
      ["Lost", 0, 1],
      ["There", 3, 1],
    ]);
    expect(nodeWords(history({ nodes: 2 }))).toBe("2 nodes now; 0 came, 0 left, none lost");
  });

  it("are worth a picture where anything went, or there are several", () => {
    expect(isEventful(history({ nodes: 1, gained: 1 }))).toBe(false);
    expect(isEventful(history({ nodes: 2 }))).toBe(true);
    expect(isEventful(history({ lost: 1 }))).toBe(true);
  });
});
