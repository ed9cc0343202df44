import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it, onTestFinished } from "vitest";
import { chromosomesOf } from "./chromosomes.ts";

function tableOf(chromosomes: readonly string[]) {
  const dir = mkdtempSync(join(tmpdir(), "chromosomes-"));
  onTestFinished(() => rmSync(dir, { recursive: true, force: true }));
  const path = join(dir, "digest.marker_linkage_group");
  const rows = chromosomes.map((name, index) => `m${index}\t${name}\n`);
  writeFileSync(path, `marker_name\tlinkage_group_name\n${rows.join("")}`);
  return [{ table: "marker_linkage_group", path, rows: chromosomes.length }];
}

it("tells where each chromosome begins", () => {
  expect(chromosomesOf(tableOf(["1", "1", "2", "", "2"]), 5)).toEqual([
    { name: "1", first: 0 },
    { name: "2", first: 2 },
    { name: "", first: 3 },
    { name: "2", first: 4 },
  ]);
});

it("tells nothing of another number of markers, or where they are in no order", () => {
  expect(chromosomesOf(tableOf(["1", "2"]), 3)).toBeUndefined();
  const mixed = Array.from({ length: 201 }, (_, index) => String(index % 2));
  expect(chromosomesOf(tableOf(mixed), 201)).toBeUndefined();
  expect(chromosomesOf(tableOf(mixed.slice(1)), 200)).toHaveLength(200);
});
