import { mkdtempSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { describeProblem } from "../../contract/problem-words.ts";
import type { Load } from "../../contract/load.ts";
import { column, runDigest } from "../testing/golden-case.ts";
import { makeLoad } from "../testing/make-load.ts";

let dir = "";
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "matrix-names-"));
  mkdirSync(join(dir, "input"));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

/** The first error in a line of the file of such a load, in one line. */
async function firstError(text: string, load: Load): Promise<string | undefined> {
  writeFileSync(join(dir, "input/a.txt"), text);
  const { errors } = (await runDigest(load, dir)).result;
  const error = errors.find(({ line }) => line !== null);
  return error === undefined ? undefined : describeProblem(error);
}

const BAD =
  'The call is "XX"; expected two alleles of A, C, G, T, N, + or -. Correct it, or write N for a missing call.';
const matrix = [column("CSV_BOTH", "matrix", 2, 2)];

describe("the sample and the marker of a call", () => {
  const text = "run\trow\tS1\tS2\n\tplate\t9\t8\nx\tM1\tAA\tAA\ny\tM2\tAA\tXX\n";

  it("are named where the tables of the load read their names", async () => {
    const load = makeLoad({
      marker: [column("CSV_COLUMN", "name", 2, 1)],
      dnarun: [column("CSV_ROW", "name", 0, 2)],
      matrix,
    });
    expect(await firstError(text, load)).toBe(
      `a.txt, line 4, column 4, sample S2, marker M2: ${BAD}`,
    );
  });

  it("change their places where samples stand in rows", async () => {
    const load = makeLoad(
      {
        dnarun: [column("CSV_COLUMN", "name", 2, 1)],
        marker: [column("CSV_ROW", "name", 0, 2)],
        matrix,
      },
      { orientation: "SAMPLE_FAST" },
    );
    expect(await firstError(text, load)).toBe(
      `a.txt, line 4, column 4, sample M2, marker S2: ${BAD}`,
    );
  });

  it("are the line above and the first cell where no table reads them", async () => {
    expect(await firstError(text, makeLoad({ matrix }))).toBe(
      `a.txt, line 4, column 4, sample 8, marker y: ${BAD}`,
    );
  });

  it("are not guessed where they come from another file", async () => {
    mkdirSync(join(dir, "names"));
    writeFileSync(join(dir, "names/b.txt"), "M1\nM2\n");
    const load = makeLoad({ marker: [column("CSV_COLUMN", "name", 0, 0)], matrix });
    const tables = load.tables.map((table) =>
      table.table === "marker" ? { ...table, source: "names" } : table,
    );
    expect(await firstError(text, { ...load, tables })).toBe(
      `a.txt, line 4, column 4, sample 8: ${BAD}`,
    );
  });

  it("leave the heading of the column where both come from other files", async () => {
    for (const name of ["markers", "samples"]) {
      mkdirSync(join(dir, name));
      writeFileSync(join(dir, `${name}/b.txt`), "M1\nM2\n");
    }
    const names = [column("CSV_COLUMN", "name", 0, 0)];
    const load = makeLoad({ marker: names, dnarun: names, matrix });
    const tables = load.tables.map((table) =>
      table.table === "matrix"
        ? table
        : { ...table, source: `${table.table}s`.replace("dnarun", "sample") },
    );
    expect(await firstError(text, { ...load, tables })).toBe(`a.txt, line 4, column 4 8: ${BAD}`);
  });

  it("are those of the file that is read, though its header lies in an earlier block", async () => {
    const rows = Array.from({ length: 30_000 }, (_, k) => `r\tM${k}\tAA\tAA`).join("\n");
    expect(
      await firstError(
        `a\tb\tS1\tS2\n-\t-\t7\t8\n${rows}\nr\tlast\tAA\tXX\n`,
        makeLoad({ matrix }),
      ),
    ).toBe(`a.txt, line 30003, column 4, sample 8, marker r: ${BAD}`);
  });
});
