import { fileName } from "./paths.ts";

/**
 * A name for the load of a file, as keys may be: `chr1.hmp.txt.gz` becomes `chr1-20261124-093012`.
 *
 * @param at milliseconds since 1970.
 */
export function loadName(path: string, at: number): string {
  const file = fileName(path);
  const stem = file
    .replace(/\.(gz|bgz)$/i, "")
    .replace(/\.[A-Za-z0-9]{1,5}$/, "")
    .replace(/\.(hmp|hapmap)$/i, "")
    .normalize("NFKD")
    .replace(/[^A-Za-z0-9._-]+/g, "-")
    .replace(/^[^A-Za-z0-9]+|[^A-Za-z0-9]+$/g, "")
    .slice(0, 100);
  const day = new Date(at).toISOString().slice(0, 19).replaceAll(/[-:]/g, "").replace("T", "-");
  return `${stem === "" ? "load" : stem}-${day}`;
}
