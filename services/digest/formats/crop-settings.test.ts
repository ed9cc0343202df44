import { describe, expect, it } from "vitest";
import type { DigestSettings } from "../../contract/digest-settings.ts";
import type { Preview } from "../../contract/preview.ts";
import { withBench, type Bench } from "./testing.ts";

/** What is seen before a load is what the settings of its crop will make of it. */

const calls = (bench: Bench, text: string, settings: DigestSettings = {}): Promise<Preview> =>
  bench.preview(bench.put("a.txt", text), { settings });

describe("a preview by the settings of a crop", () => {
  it("reads Latin-1 where the crop says so, even what looks like UTF-8", async () => {
    await withBench(async (bench) => {
      // In UTF-8 the two bytes in the middle are é.
      const path = bench.put(
        "a.txt",
        Buffer.from("name\tna\nma\xefs\tx\nm\xc3\xa9l\ty\n", "latin1"),
      );
      const said = await bench.preview(path, { settings: { encoding: "latin1" } });
      expect(said.grid.rows.map(([first]) => first)).toEqual(["name", "ma\xefs", "m\xc3\xa9l"]);
      expect(said.detection.encoding).toEqual({
        value: "ISO-8859-1",
        evidence: expect.stringContaining("of the crop"),
      });
      const unsaid = await bench.preview(path);
      expect(unsaid.grid.rows.map(([first]) => first)).toEqual(["name", "ma\xefs", "m\xe9l"]);
      const refused = await bench.preview(path, { settings: { encoding: "utf8" } });
      expect(refused.detection.warnings).toEqual([
        expect.stringMatching(/^Line 2: The line is not UTF-8/),
      ]);
    });
  });

  it("shows UTF-16 as text", async () => {
    await withBench(async (bench) => {
      const path = bench.put("a.txt", Buffer.from("\ufeffname\tb\nma\xefs\tc\n", "utf16le"));
      expect((await bench.preview(path)).grid.rows).toEqual([
        ["name", "b"],
        ["ma\xefs", "c"],
      ]);
    });
  });

  it("takes quotes off where cells may have them", async () => {
    await withBench(async (bench) => {
      const text = 'name,about\nm1,5" long\nm2,"a,b"\n';
      expect((await calls(bench, text)).grid.rows[2]).toEqual(["m2", '"a', 'b"']);
      const { grid, detection } = await calls(bench, text, { quotes: true });
      expect(grid.rows).toEqual([
        ["name", "about"],
        ["m1", '5" long'],
        ["m2", "a,b"],
      ]);
      expect(detection.quotes).toBe(true);
    });
  });

  it("knows the crop's missing codes and separators among the calls", async () => {
    await withBench(async (bench) => {
      const letters = "marker\ts1\ts2\ts3\nm1\tA_G\t-9\t-9\nm2\tC_C\t-9\tC_T\n";
      expect((await calls(bench, letters)).detection.format).not.toBe("TWO_LETTER_MATRIX");
      const settings = { missing: ["-9"], separators: "_" };
      expect((await calls(bench, letters, settings)).detection).toMatchObject({
        format: "TWO_LETTER_MATRIX",
        missing: [],
        layout: { firstRow: 1, firstColumn: 1 },
      });
      const sizes = "marker\ts1\ts2\nm1\t98~102\t0~0\nm2\t98~98\t-9\n";
      expect(
        (await calls(bench, sizes, { missing: ["-9"], separators: "~" })).detection.format,
      ).toBe("SSR_MATRIX");
    });
  });
});

describe("a dry run by the settings of a crop", () => {
  it("makes of the template what the load would make: missing codes and separators included", async () => {
    await withBench(async (bench) => {
      const path = bench.put("a.txt", "marker\ts1\ts2\nm1\tA_G\t-9\nm2\tC_C\tC_T\n");
      const settings = { missing: ["-9"], separators: "_" };
      const load = await bench.template(path, {}, settings);
      const run = await bench.dryRun(load, 100, settings);
      expect(run).toMatchObject({ ok: true, errors: [], matrix: { missing: 1 } });
      expect(run.tables.find(({ table }) => table === "matrix")?.grid.rows).toEqual([
        ["AG", "NN"],
        ["CC", "CT"],
      ]);
      expect(await bench.dryRun(load, 100)).toMatchObject({ ok: false });
    });
  });
});
