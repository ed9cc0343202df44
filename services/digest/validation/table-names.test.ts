import { expect, it } from "vitest";
import { nearestTables } from "./table-names.ts";

it("names the tables that a mistyped one was most likely meant to be", () => {
  expect(nearestTables("markers")).toEqual(["marker"]);
  expect(nearestTables("Dataset_Markers")).toEqual(["dataset_marker"]);
  expect(nearestTables("linkagegroup")).toEqual(["linkage_group"]);
  expect(nearestTables("marker")).toEqual([]);
  expect(nearestTables("t")).toEqual([]);
  expect(nearestTables("phenotypes")).toEqual([]);
});
