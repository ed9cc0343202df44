import { describe, expect, it } from "vitest";
import { dataSetsOf } from "./load-plan.ts";

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
