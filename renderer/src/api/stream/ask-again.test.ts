import { QueryClient, QueryObserver } from "@tanstack/react-query";
import { expect, it } from "vitest";
import { makeAskAgain } from "./ask-again.ts";

it("asks again for what was being asked for the first time when it became stale", async () => {
  const client = new QueryClient({ defaultOptions: { queries: { staleTime: Infinity } } });
  const answers: Array<(value: string) => void> = [];
  const queryFn = () => new Promise<string>((resolve) => answers.push(resolve));
  const observer = new QueryObserver(client, { queryKey: ["job", "1"], queryFn });
  const stopLooking = observer.subscribe(() => undefined);
  const askAgain = makeAskAgain(client);

  // The message says that the answer on its way is old already.
  askAgain.add({ everything: false, keys: [["job", "1"]] });
  answers[0]?.("in progress");
  await expect.poll(() => answers.length, { timeout: 5000 }).toBe(2);
  answers[1]?.("completed");
  await expect.poll(() => observer.getCurrentResult().data).toBe("completed");

  askAgain.cancel();
  stopLooking();
});
