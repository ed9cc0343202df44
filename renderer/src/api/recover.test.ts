import { QueryClient, QueryObserver } from "@tanstack/react-query";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { AppError } from "../../../services/contract/errors.ts";
import { keepRecovering } from "./recover.ts";

beforeEach(() => {
  vi.useFakeTimers();
  vi.stubGlobal("document", { hidden: false });
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

/** A query that is looked at and was answered with these, one after the other. */
async function looked(answers: (string | Error)[]) {
  const client = new QueryClient({ defaultOptions: { queries: { retry: false } } });
  let asked = 0;
  const observer = new QueryObserver(client, {
    queryKey: ["it"],
    staleTime: Infinity,
    queryFn: () => {
      const answer = answers[asked++] ?? "right";
      return answer instanceof Error ? Promise.reject(answer) : Promise.resolve(answer);
    },
  });
  const seen: string[] = [];
  observer.subscribe(({ status }) => void seen.push(status));
  await vi.advanceTimersByTimeAsync(0);
  const end = keepRecovering(client);
  return { client, observer, seen, asked: () => asked, end };
}

const away = new AppError("unavailable", "The web service does not answer.");

it("asks again for what had no answer, without taking the error from the page meanwhile", async () => {
  const { observer, seen, end } = await looked([away, away, "right"]);
  expect(observer.getCurrentResult().status).toBe("error");
  seen.length = 0;
  await vi.advanceTimersByTimeAsync(5000);
  expect(seen).toEqual([]);
  await vi.advanceTimersByTimeAsync(5000);
  expect(observer.getCurrentResult().data).toBe("right");
  expect(seen).not.toContain("pending");
  end();
});

it("asks again for what could not be brought up to date", async () => {
  const { client, observer, end } = await looked(["old", away, "new"]);
  await client.invalidateQueries();
  expect(observer.getCurrentResult()).toMatchObject({ status: "error", data: "old" });
  await vi.advanceTimersByTimeAsync(5000);
  expect(observer.getCurrentResult()).toMatchObject({ status: "success", data: "new" });
  end();
});

it("takes a refusal as the last word, and asks nothing while the page is hidden", async () => {
  const refused = await looked([new AppError("not_found", "There is no such job.")]);
  await vi.advanceTimersByTimeAsync(60_000);
  expect(refused.asked()).toBe(1);
  refused.end();
  const hidden = await looked([away]);
  vi.stubGlobal("document", { hidden: true });
  await vi.advanceTimersByTimeAsync(60_000);
  expect(hidden.asked()).toBe(1);
  hidden.end();
});
