import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { keyProblem } from "../pages/submit/submit-body.ts";
import { loadName } from "./load-name.ts";

const at = Date.UTC(2026, 10, 24, 9, 30, 12);

describe("the name of a load", () => {
  it.each([
    ["/data/files/chr1.hmp.txt.gz", "chr1-20261124-093012"],
    ["/data/My data (2026).vcf", "My-data-2026-20261124-093012"],
    ["/data/Größe.csv", "Gro-e-20261124-093012"],
    ["/data/.txt", "load-20261124-093012"],
  ])("of %s is %s", (path, name) => {
    expect(loadName(path, at)).toBe(name);
  });

  it("is one that the service takes, whatever the file is called", () => {
    fc.assert(
      fc.property(fc.string({ unit: "grapheme" }), (file) => {
        expect(keyProblem(loadName(`/data/${file}`, at))).toBeNull();
      }),
    );
  });
});
