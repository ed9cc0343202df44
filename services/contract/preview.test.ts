import { describe, expect, it } from "vitest";
import { DryRun, DryRunRequest, fileFormats, Preview, PreviewRequest } from "./preview.ts";
import { sourceFormats } from "./instruction.ts";

describe("the requests", () => {
  it("ask for a small grid of a file unless told otherwise", () => {
    expect(PreviewRequest.parse({ path: "/data/a.txt" })).toEqual({
      path: "/data/a.txt",
      rows: 30,
      columns: 30,
    });
    expect(PreviewRequest.safeParse({ path: "/data/a.txt", rows: 100_000 }).success).toBe(false);
  });

  it("ask for the first thousand lines of an instruction unless told otherwise", () => {
    expect(DryRunRequest.parse({ instructions: [] })).toMatchObject({ lines: 1000 });
    expect(DryRunRequest.safeParse({}).success).toBe(false);
  });
});

describe("the answers", () => {
  it("name the formats that instructions name", () => {
    expect(fileFormats).toEqual(expect.arrayContaining([...sourceFormats]));
  });

  it("are objects", () => {
    expect(Preview.safeParse([]).success).toBe(false);
    expect(DryRun.safeParse([]).success).toBe(false);
  });
});
