import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { createSourceMeasure, unknownMeasure } from "./source-measure.ts";
import { makeDispatch, temporaryDirectory } from "./testing/fakes.ts";

describe("measuring sources", () => {
  it("counts the bytes of a file, or of those in a directory that are read", async () => {
    const directory = await temporaryDirectory();
    const measure = createSourceMeasure();
    await writeFile(join(directory, "a.txt"), "x".repeat(1000));
    await writeFile(join(directory, "digest.marker"), "x".repeat(5000));
    await mkdir(join(directory, "below"));
    const ofFile = makeDispatch({ source: join(directory, "a.txt") }).instruction;
    const ofDirectory = makeDispatch({ source: directory }).instruction;
    expect(await measure(ofFile)).toMatchObject({ sourceBytes: 1000 });
    const measured = await measure(ofDirectory);
    expect(measured.sourceBytes).toBe(1000);
    expect(measured.memoryBytes).toBeGreaterThan(unknownMeasure.memoryBytes);
    expect(measured.fileSystems).toHaveLength(1);
    expect(directory.startsWith(measured.fileSystems[0] ?? "none")).toBe(true);
  });

  it("says that it does not know, rather than fail or wait for ever", async () => {
    const gone = makeDispatch({ source: "/nowhere/to/be/found.txt" }).instruction;
    expect(await createSourceMeasure()(gone)).toEqual(unknownMeasure);
  });
});
