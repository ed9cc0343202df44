import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as fc from "fast-check";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { loadKernels, type Kernels } from "../kernels/kernels.ts";
import { tileSize, transposeFile } from "./transpose.ts";

let dir = "";
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "transpose-"));
});
afterEach(() => rmSync(dir, { recursive: true }));

let count = 0;

async function transpose(
  text: string,
  width: number,
  tileBytes: number,
  kernels: Kernels | null,
): Promise<string> {
  const lines = text.trimEnd().split("\n");
  const [source, target] = [join(dir, `in${count}`), join(dir, `out${count++}`)];
  writeFileSync(source, text);
  await transposeFile(
    source,
    target,
    { rows: lines.length, columns: lines[0]?.split("\t").length ?? 0, width },
    () => {},
    kernels,
    tileBytes,
  );
  return readFileSync(target, "utf8");
}

function simply(text: string): string {
  const rows = text
    .trimEnd()
    .split("\n")
    .map((line) => line.split("\t"));
  return (rows[0] ?? []).map((_cell, j) => `${rows.map((row) => row[j]).join("\t")}\n`).join("");
}

const matrix = fc
  .record({
    rows: fc.integer({ min: 1, max: 70 }),
    columns: fc.integer({ min: 1, max: 70 }),
    width: fc.constantFrom(1, 2, 8),
    tileBytes: fc.constantFrom(1, 40, 600, 5000, 1 << 20),
  })
  .map((size) => ({
    ...size,
    text: Array.from({ length: size.rows }, (_row, i) =>
      Array.from({ length: size.columns }, (_cell, j) =>
        String(i * 97 + j)
          .padStart(8, "0")
          .slice(-size.width),
      ).join("\t"),
    )
      .map((line) => `${line}\n`)
      .join(""),
  }));

describe("transposeFile", () => {
  it.each([
    ["JavaScript", null],
    ["WebAssembly", loadKernels()],
  ])(
    "makes columns of rows in %s, whatever the tiles, and twice the same again",
    async (_name, kernels) => {
      await fc.assert(
        fc.asyncProperty(matrix, async ({ text, width, tileBytes }) => {
          const once = await transpose(text, width, tileBytes, kernels);
          expect(once).toBe(simply(text));
          expect(await transpose(once, width, tileBytes, kernels)).toBe(text);
        }),
        { numRuns: 60 },
      );
    },
  );

  it("pauses after each tile", async () => {
    const source = join(dir, "source");
    writeFileSync(source, "a\tb\nc\td\n");
    let pauses = 0;
    await transposeFile(
      source,
      join(dir, "target"),
      { rows: 2, columns: 2, width: 1 },
      () => {
        pauses++;
      },
      null,
      1,
    );
    expect(pauses).toBe(4);
  });
});

describe("tileSize", () => {
  it("takes whole columns where they are short, and bounds the tile in any case", () => {
    expect(tileSize(3367, 41, 9, 8 << 20)).toEqual({ rows: 3367, columns: 41 });
    expect(tileSize(1000, 1_000_000, 3, 8 << 20)).toEqual({ rows: 1000, columns: 2796 });
    const { rows, columns } = tileSize(100_000, 100_000, 3, 8 << 20);
    expect(rows * columns * 3).toBeLessThanOrEqual(8 << 20);
    expect(columns * 3).toBeGreaterThan(4096);
    expect(rows * 3).toBeGreaterThan(4096);
  });
});
