import { expect, it } from "vitest";
import { parseSearch } from "../../../../../services/contract/job-search.ts";
import { readJobFilter } from "../../../api/job-filter.ts";
import { readViews, usualViews, withView } from "./saved-views.ts";

it("keeps a view under its name, once", () => {
  const one = { name: "Mine", query: "q=a" };
  const views = withView(withView([one], { name: "Other", query: "" }), { ...one, query: "q=b" });
  expect(views.map(({ name, query }) => `${name} ${query}`)).toEqual(["Mine q=b", "Other "]);
  expect(readViews(JSON.stringify(views))).toEqual(views);
  expect([readViews("{"), readViews('[{"name":7}]'), readViews(undefined)]).toEqual([[], [], []]);
});

it("offers views that read as searches", () => {
  for (const { query } of usualViews("Ada L")) {
    expect(parseSearch(readJobFilter(query).q)).toMatchObject({ problems: [] });
  }
});
