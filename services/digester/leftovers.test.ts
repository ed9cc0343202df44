import { expect, it, onTestFinished } from "vitest";
import { createLeftovers } from "./leftovers.ts";
import { silentLog, until } from "./testing/fakes.ts";

it("tries to remove a directory until it is gone, and then lets the journal forget it", async () => {
  const tries: string[] = [];
  const forgotten: string[] = [];
  const leftovers = createLeftovers({
    journal: { remove: async (path) => void forgotten.push(path) },
    log: silentLog,
    everyMs: 5,
    remove: async ({ path }) => {
      tries.push(path);
      if (path === "/busy" && tries.filter((one) => one === path).length < 3) {
        throw Object.assign(new Error("busy"), { code: "EBUSY" });
      }
    },
  });
  onTestFinished(leftovers.close);
  leftovers.add({ path: "/busy", made: null });
  leftovers.add({ path: "/other", made: null });
  await until(() => forgotten.length === 2, "both are gone");
  expect(forgotten).toEqual(["/other", "/busy"]);
  expect(tries).toEqual(["/busy", "/other", "/busy", "/busy"]);

  leftovers.add({ path: "/later", made: null });
  await until(() => forgotten.includes("/later"), "one that comes later goes as well");
});
