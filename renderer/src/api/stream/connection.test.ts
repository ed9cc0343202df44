import { describe, expect, it } from "vitest";
import { broke, heard, markOf, newConnection, opened } from "./connection.ts";

const start = 1_000_000;
const live = opened(newConnection(start), start);

describe("the live mark", () => {
  it("is live once the stream is open, silent or not", () => {
    expect(markOf(newConnection(start), null, start).kind).toBe("connecting");
    expect(markOf(live, null, start + 3_600_000).kind).toBe("live");
  });

  it("says since when it is disconnected, however often the attempt is repeated", () => {
    const broken = broke(broke(live, start + 5_000), start + 9_000);
    expect(markOf(broken, null, start + 20_000)).toEqual({
      kind: "disconnected",
      since: start + 5_000,
    });
  });

  it("is behind while late events arrive and live again when the backlog is worked off", () => {
    const skewMs = 40_000;
    const fresh = heard(live, start + 100 - skewMs, start + 100);
    expect(markOf(fresh, null, start + 100).kind).toBe("live");
    const late = heard(fresh, start - skewMs - 7_900, start + 1_000 - 800);
    expect(markOf(late, null, start + 300)).toEqual({ kind: "behind", seconds: 8 });
    expect(markOf(late, null, start + 3_000).kind).toBe("live");
  });

  it("does not believe an open stream when a later request got no answer", () => {
    const probe = { failedAt: start + 30_000, answeredAt: start + 15_000 };
    expect(markOf(live, probe, start + 31_000)).toEqual({
      kind: "disconnected",
      since: start + 15_000,
    });
    const after = heard(live, null, start + 30_500);
    expect(markOf(after, probe, start + 31_000).kind).toBe("live");
  });
});
