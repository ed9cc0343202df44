import { setImmediate } from "node:timers/promises";
import { expect, it, onTestFinished } from "vitest";
import { AppError } from "../../../contract/errors.ts";
import { listJobs, type Ask } from "./job-list.ts";

const away: Ask = async () => {
  throw new AppError("unavailable", "The database cannot be reached.");
};

it.each(["nonsense", "id.7"])(
  "leaves no failure that nobody hears of, which would end the service, behind the cursor %s",
  async (cursor) => {
    const unheard: unknown[] = [];
    const hear = (reason: unknown): void => void unheard.push(reason);
    process.on("unhandledRejection", hear);
    onTestFinished(() => void process.off("unhandledRejection", hear));
    const query = {
      statuses: null,
      search: [],
      crop: null,
      sort: "id",
      limit: 10,
      offset: 0,
    } as const;
    await expect(listJobs(away, { ...query, cursor })).rejects.toBeInstanceOf(AppError);
    await setImmediate();
    expect(unheard).toEqual([]);
  },
);
