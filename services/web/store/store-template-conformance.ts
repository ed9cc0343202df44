import { describe, expect, it } from "vitest";
import { templateBook } from "../templates.ts";
import { expectCode, now, templateContent, type StoreUnderTest } from "./store-fixtures.ts";

/** The part of the suite that is about the templates of the lab. `empty` makes an empty store. */
export function describeTemplates(empty: () => Promise<StoreUnderTest>): void {
  describe("keeping templates", () => {
    it("loses none of many that are saved, renamed and deleted at the same time", async () => {
      const { store, compact } = await empty();
      const book = templateBook({ store, now: () => now });
      const names = ["Ä“1”", "b", "c", "d", "e", "f"];
      await Promise.all(names.map((name) => book.save(name, templateContent)));
      await compact?.();
      await Promise.all([
        book.save("g", { ...templateContent, by: "Ada \\ “L”" }),
        book.rename("b", { to: "z" }),
        book.remove("c", {}),
        expectCode(book.save("d", templateContent), "conflict"),
      ]);
      const kept = await book.list();
      expect(kept.map(({ name }) => name)).toEqual(["Ä“1”", "d", "e", "f", "g", "z"]);
      for (const template of kept) expect(template).toMatchObject(templateContent);
      expect(await book.get("g")).toMatchObject({ savedBy: "Ada \\ “L”" });
      const told = (await store.events(null)).map(({ type }) => type);
      expect(told.filter((type) => type === "template_saved")).toHaveLength(7);
    });

    it("lets one of many at the same time take the place of what all have seen", async () => {
      const { store } = await empty();
      const book = templateBook({ store, now: () => now });
      const { version } = await book.save("a", templateContent);
      const tries = await Promise.allSettled(
        ["Ada", "Ben", "Cleo"].map((by) => book.save("a", { ...templateContent, version, by })),
      );
      const done = tries.flatMap((one) => (one.status === "fulfilled" ? one.value : []));
      expect(done).toHaveLength(1);
      expect(await book.list()).toEqual(done);
    });
  });
}
