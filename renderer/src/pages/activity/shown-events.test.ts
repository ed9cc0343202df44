import { expect, it } from "vitest";
import { eventOf } from "../../testing/wire.ts";
import { shownEvents } from "./shown-events.ts";

const events = [
  eventOf(1, { type: "submitted", key: "maize_7", by: "Ana" }),
  eventOf(2, { type: "settled", key: "wheat_1", message: "Digest complete" }),
  eventOf(3, { type: "refused", key: "maize_7", message: "Attempt 1 is over." }),
];
const seqs = (shown: Parameters<typeof shownEvents>[1]) =>
  shownEvents(events, shown).map(({ seq }) => seq);

it("shows the newest first, of some types, up to where it was paused", () => {
  expect(seqs({ types: [], text: " ", pausedAt: null })).toEqual([3, 2, 1]);
  expect(seqs({ types: ["settled", "refused"], text: "", pausedAt: 2 })).toEqual([2]);
});

it("finds every word wherever it stands", () => {
  expect(seqs({ types: [], text: "MAIZE", pausedAt: null })).toEqual([3, 1]);
  expect(seqs({ types: [], text: "maize ana", pausedAt: null })).toEqual([1]);
  expect(seqs({ types: [], text: "maize complete", pausedAt: null })).toEqual([]);
});
