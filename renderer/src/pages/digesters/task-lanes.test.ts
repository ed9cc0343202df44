import { expect, it } from "vitest";
import type { Event, EventType } from "../../../../services/contract/event.ts";
import { taskLanes } from "./task-lanes.ts";

const start = Date.parse("2026-11-24T12:00:00.000Z");
let seq = 0;

function event(second: number, job: number, type: EventType, fields: Partial<Event> = {}): Event {
  const at = new Date(start + second * 1000).toISOString();
  const about = { job, key: `k${job}`, attempt: 1, digester: "d" };
  return { seq: ++seq, at, type, ...about, ...fields };
}

const settled = { status: "completed" as const };
const keysOf = (events: Event[], workers: number, from = start) =>
  taskLanes(events, "d", workers, from).map((lane) => lane.map(({ key }) => key));

it("puts each attempt into the first lane that was free, and keeps empty ones", () => {
  const events = [
    event(0, 1, "claimed"),
    event(1, 2, "claimed"),
    event(2, 1, "settled", settled),
    event(3, 3, "claimed"),
    event(4, 4, "claimed", { digester: "other" }),
  ];
  expect(keysOf(events, 3)).toEqual([["k1", "k3"], ["k2"], []]);
});

it("makes room for what began before a lost attempt was known to be lost", () => {
  const events = [
    event(0, 1, "claimed"),
    event(5, 2, "claimed"),
    event(15, 1, "lease_expired"),
    event(16, 1, "claimed", { attempt: 2 }),
  ];
  expect(keysOf(events, 1)).toEqual([["k1", "k1"], ["k2"]]);
  const [[lost, again] = []] = taskLanes(events, "d", 1, start);
  expect([lost?.attempt.end, lost?.isAgain, again?.isAgain]).toEqual(["lost", false, true]);
});

it("leaves out what ended before the time that is looked at", () => {
  const events = [event(0, 1, "claimed"), event(1, 1, "settled", settled), event(2, 2, "claimed")];
  expect(keysOf(events, 1, start + 1500)).toEqual([["k2"]]);
});
