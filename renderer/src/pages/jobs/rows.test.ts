import { expect, it } from "vitest";
import { jobOf } from "../../testing/wire.ts";
import { frozenRows, rowsOf } from "./rows.ts";

const idsOf = (rows: readonly { id: number }[]) => rows.map((row) => row.id);

it("shows a job once that stands on two pages", () => {
  const counts = { submitted: 0, in_progress: 0, completed: 0, failed: 0, aborted: 0 };
  const page = (ids: number[]) => ({
    jobs: ids.map((id) => jobOf(id)),
    total: 3,
    nextCursor: null,
    unsearched: 0,
    counts,
  });
  expect(idsOf(rowsOf({ pages: [page([3, 2]), page([2, 1])] }))).toEqual([3, 2, 1]);
  expect(rowsOf(undefined)).toEqual([]);
});

it("keeps the order while jobs are selected, with each row as it is now", () => {
  const frozen = [jobOf(3), jobOf(2), jobOf(1)];
  const rows = [jobOf(4), jobOf(3, { status: "failed" }), jobOf(1), jobOf(0)];
  const shown = frozenRows(frozen, rows);
  expect(idsOf(shown)).toEqual([3, 2, 1, 0]);
  expect(shown[0]?.status).toBe("failed");
});
