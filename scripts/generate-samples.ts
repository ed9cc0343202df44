import { mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { breed, type Panel } from "./breeding.ts";
import {
  hapmapSample,
  sampleListSample,
  twoLetterSample,
  vcfSample,
} from "./sample-instructions.ts";
import { hapmapText, sampleListText, twoLetterText, vcfText } from "./sample-files.ts";

/** Writes `resources/samples` anew, the same each time: `node scripts/run.mjs scripts/generate-samples.ts`. */
export async function main(args: readonly string[]): Promise<void> {
  const target = args[0] ?? "resources/samples";
  const panel: Panel = breed({ seed: 20_260, markers: 300, samples: 96 });
  const files: Record<string, string> = {
    "hapmap/files/maize-panel.hmp.txt": hapmapText(panel),
    "vcf/files/maize-panel.vcf": vcfText(panel),
    "two-letter/files/maize-panel-two-letter.txt": twoLetterText(panel),
    "sample-list/files/maize-panel-samples.txt": sampleListText(panel),
    "hapmap/sample.json": json(hapmapSample.about),
    "hapmap/instruction.json": json(hapmapSample.instruction),
    "vcf/sample.json": json(vcfSample.about),
    "vcf/instruction.json": json(vcfSample.instruction),
    "two-letter/sample.json": json(twoLetterSample.about),
    "two-letter/instruction.json": json(twoLetterSample.instruction),
    "sample-list/sample.json": json(sampleListSample.about),
    "sample-list/instruction.json": json(sampleListSample.instruction),
  };
  for (const [name, text] of Object.entries(files)) {
    const path = join(target, name);
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, text);
  }
}

const json = (value: unknown): string => `${JSON.stringify(value, null, 2)}\n`;
