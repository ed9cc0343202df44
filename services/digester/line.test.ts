import { describe, expect, it } from "vitest";
import { AppError } from "../contract/errors.ts";
import { createLine, lineId } from "./line.ts";
import { makeDispatch } from "./testing/fakes.ts";

const codeOf = (act: () => unknown): string | null => {
  try {
    act();
    return null;
  } catch (thrown) {
    return thrown instanceof AppError ? thrown.code : "another error";
  }
};

describe("line", () => {
  it("takes the same attempt twice as one job, and takes over its priority", () => {
    const line = createLine(2);
    line.add(makeDispatch({ priority: 1 }), 10);
    line.add(makeDispatch({ priority: 5 }), 20);
    expect(line.list()).toMatchObject([{ enteredAt: 10, dispatch: { priority: 5 } }]);
  });

  it("lets a newer attempt take the older one's place, never the other way round", () => {
    const line = createLine(1);
    line.add(makeDispatch({ attempt: 1 }), 10);
    line.add(makeDispatch({ attempt: 3 }), 20);
    expect(codeOf(() => line.add(makeDispatch({ attempt: 2 }), 30))).toBe("stale_attempt");
    expect(line.list()).toMatchObject([{ enteredAt: 10, dispatch: { attempt: 3 } }]);
  });

  it("is full at its limit, except for those that had their place", () => {
    const line = createLine(1);
    const first = line.add(makeDispatch({ job: 1 }), 10);
    line.remove(first.id);
    line.add(makeDispatch({ job: 2 }), 20);
    expect(codeOf(() => line.check(makeDispatch({ job: 3 })))).toBe("full");
    line.putBack(first);
    expect(line.list().map(({ dispatch }) => dispatch.job)).toEqual([1, 2]);
  });

  it("does not put an attempt back over a newer one", () => {
    const line = createLine(5);
    const old = line.add(makeDispatch({ attempt: 1 }), 10);
    line.add(makeDispatch({ attempt: 2 }), 20);
    line.putBack(old);
    expect(line.get(old.id)?.dispatch.attempt).toBe(2);
  });

  it("keeps jobs of different callers apart that have the same number", () => {
    const line = createLine(5);
    line.add(makeDispatch({ job: 1, url: "http://127.0.0.1:1/a" }), 10);
    line.add(makeDispatch({ job: 1, url: "http://127.0.0.1:2/b" }), 20);
    expect(line.size()).toBe(2);
    line.remove(lineId(makeDispatch({ job: 1, url: "http://127.0.0.1:1/a" })));
    expect(line.list().map(({ dispatch }) => dispatch.callback.url)).toEqual([
      "http://127.0.0.1:2/b",
    ]);
  });
});
