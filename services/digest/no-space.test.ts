import fs, { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { toLoad } from "../contract/load.ts";
import { readInstruction } from "../contract/instruction.ts";
import { digest } from "./digest.ts";
import { everythingKnown } from "./validation/known-source.ts";

vi.mock("node:fs", async (importOriginal) => {
  const original = await importOriginal<typeof fs>();
  const error = Object.assign(new Error("ENOSPC: no space left on device, write"), {
    code: "ENOSPC",
    syscall: "write",
  });
  return {
    ...original,
    writeSync: vi.fn<() => never>(() => {
      throw error;
    }),
  };
});

let dir = "";
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "full-"));
});
afterEach(() => rmSync(dir, { recursive: true }));

it("fails and leaves nothing when the disk is full", async () => {
  writeFileSync(join(dir, "a.txt"), "name\nann\n");
  mkdirSync(join(dir, "out"));
  const instruction = readInstruction([
    {
      table: "t",
      gobiiFile: { source: join(dir, "a.txt"), destination: join(dir, "out"), delimiter: "\\t" },
      gobiiFileColumns: [{ gobiiColumnType: "CSV_COLUMN", name: "name", rCoord: 1, cCoord: 0 }],
    },
  ]);
  const result = await digest(
    {
      load: toLoad(instruction),
      root: null,
      outDir: join(dir, "out"),
      publishDir: join(dir, "out"),
      knownCrops: null,
      known: everythingKnown,
    },
    { onPhase: () => {}, onProgress: () => {}, checkpoint: () => {} },
  );
  expect(result).toMatchObject({ status: "failed", mayPass: true });
  expect(result.errors).toEqual([
    {
      message: "There is no space left for the digest files. Make some, and submit the load again",
      file: null,
      line: null,
      column: null,
    },
  ]);
  expect(readdirSync(join(dir, "out"))).toEqual([]);
});
