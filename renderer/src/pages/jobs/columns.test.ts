import * as fc from "fast-check";
import { expect, it } from "vitest";
import {
  columnNames,
  defaultColumns,
  isDefault,
  moveColumn,
  readColumns,
  toggleColumn,
} from "./columns.ts";

it("reads back the columns of an address, and passes over what is none", () => {
  const some = fc.shuffledSubarray([...columnNames], { minLength: 1 });
  fc.assert(
    fc.property(some, (columns) => {
      expect(readColumns(columns.join())).toEqual(columns);
    }),
  );
  expect(readColumns("status,colour,status,toString")).toEqual(["status"]);
  expect(readColumns("")).toBeNull();
});

it("puts a column where it usually stands, and leaves the name of a job", () => {
  const more = toggleColumn(defaultColumns, "submitter");
  expect(more.slice(3, 5)).toEqual(["digester", "submitter"]);
  expect(isDefault(toggleColumn(more, "submitter"))).toBe(true);
  expect(toggleColumn(defaultColumns, "name")).toBe(defaultColumns);
});

it("moves a column by one place, as far as there is one", () => {
  expect(moveColumn(["name", "status"], "status", -1)).toEqual(["status", "name"]);
  expect(moveColumn(["name", "status"], "status", 1)).toEqual(["name", "status"]);
});
