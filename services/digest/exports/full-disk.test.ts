import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it, onTestFinished, vi } from "vitest";
import { exportMatrix } from "./matrix-exports.ts";

const open = vi.hoisted(() => new Set<number>());

vi.mock("node:fs", async (importOriginal) => {
  const original = await importOriginal<typeof import("node:fs")>();
  return {
    ...original,
    openSync: (...of: Parameters<typeof original.openSync>) => {
      const descriptor = original.openSync(...of);
      open.add(descriptor);
      return descriptor;
    },
    closeSync: (descriptor: number) => {
      open.delete(descriptor);
      original.closeSync(descriptor);
    },
    writeSync: () => {
      throw Object.assign(new Error("ENOSPC: no space left on device, write"), { code: "ENOSPC" });
    },
  };
});

it("lets go of every file where the disk is full", async () => {
  const dir = mkdtempSync(join(tmpdir(), "export-test-"));
  onTestFinished(() => rmSync(dir, { recursive: true, force: true }));
  const matrixPath = join(dir, "digest.matrix");
  writeFileSync(matrixPath, "AA\tAG\n");
  const exporting = exportMatrix({
    formats: ["vcf", "plink", "hapmap"],
    outDir: dir,
    matrixPath,
    markers: 1,
    samples: 2,
    width: 2,
    missing: "NN",
    tables: [],
    pace: () => undefined,
  });
  await expect(exporting).rejects.toMatchObject({ code: "ENOSPC" });
  expect([...open]).toEqual([]);
});
