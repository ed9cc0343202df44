import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Event, EventType } from "../../contract/event.ts";
import { nodeHistory } from "./node-history.ts";

const until = Date.parse("2026-11-24T12:30:30Z");
let seq = 0;

function event(minutesAgo: number, type: EventType, digester: string): Event {
  const at = new Date(until - minutesAgo * 60_000).toISOString();
  return { seq: ++seq, at, type, job: null, key: null, attempt: null, digester };
}

describe("digesters that came and went", () => {
  it("counts each once, with those that were there before", () => {
    const { buckets } = nodeHistory(
      [
        event(600, "digester_attached", "old"),
        event(10, "digester_attached", "a"),
        event(10, "digester_attached", "b"),
        event(5, "digester_lost", "a"),
        event(5, "digester_detached", "a"),
        event(4, "digester_detached", "b"),
        event(3, "digester_attached", "a"),
        event(2, "regulator_swapped", "a"),
      ],
      "hour",
      until,
    );
    expect(buckets).toHaveLength(60);
    const told = buckets.filter(({ gained, left, lost }) => gained + left + lost > 0);
    expect(told.map(({ at: _at, ...counts }) => counts)).toEqual([
      { nodes: 3, gained: 2, left: 0, lost: 0 },
      { nodes: 2, gained: 0, left: 0, lost: 1 },
      { nodes: 1, gained: 0, left: 1, lost: 0 },
      { nodes: 2, gained: 1, left: 0, lost: 0 },
    ]);
    expect(buckets[0]?.nodes).toBe(1);
  });

  it("balances, whatever happened", () => {
    const types = ["digester_attached", "digester_found", "digester_lost", "digester_detached"];
    const anyEvent = fc.tuple(
      fc.nat(59),
      fc.constantFrom(...(types as EventType[])),
      fc.constantFrom("a", "b", "c"),
    );
    fc.assert(
      fc.property(fc.array(anyEvent), (given) => {
        const events = given
          .toSorted(([a], [b]) => b - a)
          .map(([ago, type, digester]) => event(ago, type, digester));
        const { buckets } = nodeHistory(events, "hour", until);
        let nodes = 0;
        for (const bucket of buckets) {
          nodes += bucket.gained - bucket.left - bucket.lost;
          expect(bucket.nodes).toBe(nodes);
        }
      }),
    );
  });
});
