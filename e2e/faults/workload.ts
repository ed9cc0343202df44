import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { copyFile, mkdir, readFile, readdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { finished } from "node:stream/promises";
import { fileURLToPath } from "node:url";
import { breed } from "../../scripts/breeding.ts";
import { hapmapText, vcfText } from "../../scripts/sample-files.ts";
import { datasetInstruction, writeLargeMatrix } from "../large-matrix.ts";
import { runServices } from "../services-process.ts";

/** A kind of load: what is posted, and the bytes that must come of it wherever and however often it is begun. */
export interface LoadKind {
  readonly name: string;
  /** The body that is posted, without its key. */
  readonly body: (destination: string) => object;
  /** SHA-256 by file name. */
  readonly expected: ReadonlyMap<string, string>;
  /** Of all its output files. */
  readonly bytes: number;
}

const samplesDir = fileURLToPath(new URL("../../resources/samples", import.meta.url));

/** Sizes of the generated loads: large enough to be in the middle of. */
export interface WorkloadSize {
  /** Markers of the two-letter matrices, 600 samples each: about 2.4 kB a marker. */
  readonly matrices: readonly number[];
  /** Markers of a HapMap and a VCF panel, 250 samples each. */
  readonly panel: number;
}

/**
 * Lays out the shipped samples and larger files of the same formats below `root`, and digests each once without any
 * service, which tells the bytes to expect.
 */
export async function layOutWorkload(root: string, size: WorkloadSize): Promise<LoadKind[]> {
  const kinds: LoadKind[] = [];
  for (const sample of ["hapmap", "sample-list", "two-letter", "vcf"]) {
    const source = join(root, sample);
    await mkdir(source, { recursive: true });
    for (const file of await readdir(join(samplesDir, sample, "files"))) {
      await copyFile(join(samplesDir, sample, "files", file), join(source, file));
    }
    kinds.push(await loadKind(root, sample, await sampleBody(sample, source)));
  }
  const panel = breed({ seed: 1, markers: size.panel, samples: 250 });
  for (const [sample, text] of [
    ["hapmap", hapmapText(panel)],
    ["vcf", vcfText(panel)],
  ] as const) {
    const source = join(root, `large-${sample}`);
    await mkdir(source, { recursive: true });
    await writeFile(join(source, `panel.${sample}.txt`), text);
    kinds.push(await loadKind(root, `large-${sample}`, await sampleBody(sample, source)));
  }
  for (const markers of size.matrices) {
    const source = join(root, `matrix-${markers}`);
    await writeLargeMatrix(source, { markers, samples: 600 });
    const body = (destination: string) => ({
      instructions: datasetInstruction(source, destination),
    });
    kinds.push(await loadKind(root, `matrix-${markers}`, body));
  }
  return kinds;
}

/** The shipped instruction with another source and destination. */
async function sampleBody(sample: string, source: string): Promise<LoadKind["body"]> {
  const text = await readFile(join(samplesDir, sample, "instruction.json"), "utf8");
  return (destination) => {
    const given: unknown = JSON.parse(text, (name, value: unknown) =>
      name === "gobiiFile" ? { ...Object(value), source, destination } : value,
    );
    return Array.isArray(given) ? { instructions: given } : procedureOrList(Object(given));
  };
}

function procedureOrList(given: object): object {
  const isList = "instructions" in given && !("metadata" in given);
  return isList ? given : { procedure: given };
}

async function loadKind(root: string, name: string, body: LoadKind["body"]): Promise<LoadKind> {
  const file = join(root, `${name}.json`);
  const out = join(root, `${name}.expected`);
  const posted = body(out);
  await writeFile(file, JSON.stringify("procedure" in posted ? posted.procedure : posted));
  await runServices(["digest", file, "--json"]);
  const expected = await hashesIn(out);
  const bytes = await sizeOf(out);
  await rm(out, { recursive: true });
  return { name, body, expected, bytes };
}

/** SHA-256 by name of every file in the directory; empty where there is none. */
async function hashesIn(directory: string): Promise<Map<string, string>> {
  const names = await readdir(directory).catch(() => []);
  const hashes = new Map<string, string>();
  for (const name of names) {
    const hash = createHash("sha256");
    const file = createReadStream(join(directory, name));
    file.on("data", (bytes) => hash.update(bytes));
    await finished(file);
    hashes.set(name, hash.digest("hex"));
  }
  return hashes;
}

/** How a directory differs from the output that is expected there beside `others`; null: it does not. */
export async function differenceOf(
  { expected }: LoadKind,
  directory: string,
  others: readonly string[] = [],
): Promise<string | null> {
  const found = await hashesIn(directory);
  const names = [...expected.keys(), ...others].toSorted();
  const isAll = names.join() === [...found.keys()].toSorted().join();
  if (!isAll) return `holds ${[...found.keys()].join(", ") || "nothing"}`;
  const wrong = [...expected].filter(([name, hash]) => found.get(name) !== hash);
  return wrong.length === 0 ? null : `other bytes in ${wrong.map(([name]) => name).join(", ")}`;
}

async function sizeOf(directory: string): Promise<number> {
  let bytes = 0;
  for (const name of await readdir(directory))
    bytes += (await readFile(join(directory, name))).length;
  return bytes;
}
