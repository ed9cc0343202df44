import { QueryClient, QueryObserver } from "@tanstack/react-query";
import { expect, it } from "vitest";
import { AppError } from "../../../../services/contract/errors.ts";
import { keys } from "../keys.ts";
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

it("leaves a fault on the page, however much happens meanwhile", async () => {
  const client = new QueryClient({ defaultOptions: { queries: { retry: false } } });
  let asked = 0;
  const queryFn = (): Promise<string> => {
    asked += 1;
    return Promise.reject(new AppError("unavailable", "The web service does not answer."));
  };
  const observer = new QueryObserver(client, { queryKey: ["digesters"], queryFn });
  const stopLooking = observer.subscribe(() => undefined);
  await expect.poll(() => observer.getCurrentResult().status).toBe("error");
  const askAgain = makeAskAgain(client);
  askAgain.add({ everything: false, keys: [["digesters"]] });
  expect(observer.getCurrentResult().status).toBe("error");
  expect(asked).toBe(1);
  askAgain.cancel();
  stopLooking();
});

it("asks for the newest events too after a gap", () => {
  const client = new QueryClient({ defaultOptions: { queries: { staleTime: Infinity } } });
  client.setQueryData(keys.pastActivity, []);
  client.setQueryData(keys.activity, []);
  const askAgain = makeAskAgain(client);
  askAgain.addEverything();
  expect(client.getQueryState(keys.pastActivity)?.isInvalidated).toBe(true);
  expect(client.getQueryState(keys.activity)?.isInvalidated).toBe(false);
  askAgain.cancel();
});
