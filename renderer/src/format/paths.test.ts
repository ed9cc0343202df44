import { expect, it } from "vitest";
import { withoutFolders } from "./paths.ts";

it.each([
  ["needs at least 4 [/data/run/calls.txt:2:1]", "needs at least 4 [calls.txt:2:1]"],
  ["the source does not exist [/data/runs/last/]", "the source does not exist [last/]"],
  ["/data/wheat.vcf, line 211: genotype 0/3", "wheat.vcf, line 211: genotype 0/3"],
  ["alleles A/C/G and a cell of A/T", "alleles A/C/G and a cell of A/T"],
])("leaves out the folders of %j, and nothing else", (text, shown) => {
  expect(withoutFolders(text)).toBe(shown);
});
