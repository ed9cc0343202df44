import { existsSync, statSync } from "node:fs";
import { join } from "node:path";
import type { Pace } from "../pace.ts";
import { readLineBlocks } from "../source/line-blocks.ts";
import type { AlleleTable } from "./vcf-alleles.ts";

/** The marker table of an earlier digest into the same destination; null where there is none. */
export function findEarlierMarkers(publishDir: string): string | null {
  const path = join(publishDir, "digest.marker");
  return existsSync(path) ? path : null;
}

/**
 * Takes ref and alts of each marker from a digest file; a file without these columns has none.
 *
 * @throws a system error where it cannot be read.
 */
export async function readEarlierMarkers(
  path: string,
  alleles: AlleleTable,
  pace: Pace,
): Promise<void> {
  let columns: { readonly ref: number; readonly alts: number } | null = null;
  const readLine = (line: string): void => {
    const cells = line.split("\t");
    if (columns === null) {
      columns = { ref: cells.indexOf("ref"), alts: cells.indexOf("alts") };
    } else if (columns.ref >= 0 && columns.alts >= 0) {
      alleles.add(Buffer.from(cells[columns.ref] ?? ""), Buffer.from(cells[columns.alts] ?? ""));
    }
  };
  await readLineBlocks(
    { path, name: "digest.marker", size: statSync(path).size },
    {
      onBlock({ bytes, starts, count }) {
        for (let k = 0; k < count; k++) {
          readLine(bytes.toString("utf8", starts[k], (starts[k + 1] ?? 0) - 1));
        }
      },
      onBytes: () => {},
      pace,
    },
  );
}
