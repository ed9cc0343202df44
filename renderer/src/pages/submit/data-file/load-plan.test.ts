import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { keyProblem } from "../submit-body.ts";
import { dataSetsOf, loadName } from "./load-plan.ts";

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

describe("files that were chosen together", () => {
  it("are one data set where PLINK made them, and else one each", () => {
    const trio = ["/f/a.bed", "/f/a.bim", "/f/a.fam"];
    expect(dataSetsOf(trio)).toEqual(["/f/a.bed"]);
    expect(dataSetsOf(["/f/A.PED", "/f/a.map"])).toEqual(["/f/A.PED"]);
    expect(dataSetsOf(["/f/a.bed", "/f/a.bim.gz", "/f/a.fam.gz"])).toEqual(["/f/a.bed"]);
    expect(dataSetsOf(["/f/a.map", "/f/a.ped.gz"])).toEqual(["/f/a.ped.gz"]);
    expect(dataSetsOf(["/f/a.vcf", "/f/b.vcf", "/f/c.map"])).toEqual([
      "/f/a.vcf",
      "/f/b.vcf",
      "/f/c.map",
    ]);
  });
});
