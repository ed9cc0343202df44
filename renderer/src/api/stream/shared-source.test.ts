import { expect, it } from "vitest";
import { shareSource } from "./shared-source.ts";
import type { StreamNews } from "./stream-source.ts";

function stream() {
  const opened: ((news: StreamNews) => void)[] = [];
  let closed = 0;
  const take = shareSource((onNews) => {
    opened.push(onNews);
    return () => void closed++;
  });
  const page = () => {
    const heard: unknown[] = [];
    const listeners: ((message: MessageEvent<unknown>) => void)[] = [];
    take({
      postMessage: (news) => void heard.push(news),
      addEventListener: (_, listener) => void listeners.push(listener),
      start: () => undefined,
    });
    const leave = (): void => {
      for (const hear of listeners) hear(new MessageEvent("message", { data: "goodbye" }));
    };
    return { heard, leave };
  };
  return { page, opened, closed: () => closed };
}

it("opens one stream for all pages and tells a later one how it stands", () => {
  const { page, opened } = stream();
  const first = page();
  opened[0]?.({ kind: "open", gap: true });
  const second = page();
  opened[0]?.({ kind: "message", text: "{}" });
  opened[0]?.({ kind: "break" });
  const third = page();
  expect(opened).toHaveLength(1);
  const all = [{ kind: "open", gap: true }, { kind: "message", text: "{}" }, { kind: "break" }];
  expect(first.heard).toEqual(all);
  expect(second.heard).toEqual(all);
  expect(third.heard).toEqual([{ kind: "break" }]);
});

it("closes the stream when the last page has gone, and opens another for the next one", () => {
  const { page, opened, closed } = stream();
  const first = page();
  const second = page();
  opened[0]?.({ kind: "open", gap: true });
  first.leave();
  expect(closed()).toBe(0);
  second.leave();
  expect(closed()).toBe(1);
  const third = page();
  expect(opened).toHaveLength(2);
  expect(third.heard).toEqual([]);
});
