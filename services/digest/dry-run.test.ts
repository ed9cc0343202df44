import { existsSync, readdirSync } from "node:fs";
import { tmpdir } from "node:os";
import { describe, expect, it } from "vitest";
import { withBench } from "./formats/testing.ts";

const matrix = (rows: number, bad = -1): string =>
  [
    "marker\ts1\ts2",
    ...Array.from({ length: rows }, (_, k) => `m${k}\tAA\t${k === bad ? "XX" : "AC"}`),
  ].join("\n");

const left = (): string[] =>
  readdirSync(tmpdir()).filter((name) => name.startsWith("digester-dry-run-"));

describe("a dry run", () => {
  it("shows the tables of the first lines, and writes nothing", async () => {
    await withBench(async (bench) => {
      const load = await bench.template(bench.put("a.txt", matrix(5000)));
      const before = left();
      const run = await bench.dryRun(load, 100);
      expect(run).toMatchObject({
        ok: true,
        complete: false,
        errorCount: 0,
        matrix: { markers: 99, samples: 2, missing: 0, heterozygous: 99 },
      });
      expect(run.tables.map(({ table, rows, header }) => [table, rows, header?.length])).toEqual([
        ["marker", 99, 3],
        ["dataset_marker", 99, 4],
        ["dataset_dnarun", 2, 4],
        ["matrix", 99, undefined],
      ]);
      expect(run.tables.at(-1)?.grid).toEqual({
        rows: Array.from({ length: 5 }, () => ["AA", "AC"]),
        columnsTotal: 2,
      });
      expect(existsSync(load.tables[0]?.destination ?? "")).toBe(false);
      expect(left()).toEqual(before);
    });
  });

  it("says what is wrong, and shows what was made nevertheless", async () => {
    await withBench(async (bench) => {
      const path = bench.put("a.txt", matrix(50, 20));
      const run = await bench.dryRun(await bench.template(path), 100);
      expect(run).toMatchObject({ ok: false, complete: true, errorCount: 1 });
      expect(run.errors).toMatchObject([
        {
          file: path,
          line: 22,
          column: 3,
          sample: "s2",
          message: expect.stringMatching(/Call X X in row 22/),
        },
      ]);
      expect(run.tables.map(({ table }) => table)).toContain("marker");
    });
  });

  it("does not see what lies behind the lines that it reads", async () => {
    await withBench(async (bench) => {
      const load = await bench.template(bench.put("a.txt", matrix(5000, 3000)));
      expect(await bench.dryRun(load, 1000)).toMatchObject({ ok: true, complete: false });
    });
  });

  it("does not compare lists of which it has read a part", async () => {
    await withBench(async (bench) => {
      const [few, many] = [bench.put("few.txt", matrix(10)), bench.put("many.txt", matrix(5000))];
      const load = await bench.template(many);
      const mixed = {
        ...load,
        tables: load.tables.map((rule) =>
          rule.table === "dataset_marker" ? { ...rule, source: few } : rule,
        ),
      };
      expect(await bench.dryRun(mixed, 100)).toMatchObject({ ok: true, complete: false });
      expect(await bench.dryRun(mixed, 10_000)).toMatchObject({ ok: false, complete: true });
    });
  });
});
