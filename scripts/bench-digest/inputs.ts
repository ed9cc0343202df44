import { closeSync, openSync, readSync, writeFileSync, writeSync } from "node:fs";
import { join } from "node:path";
import { crc32, deflateRawSync } from "node:zlib";
import { uniformInt } from "pure-rand/distribution/uniformInt";
import { xoroshiro128plus } from "pure-rand/generator/xoroshiro128plus";
import { vcfSample } from "../sample-instructions.ts";

export interface Size {
  readonly markers: number;
  readonly samples: number;
}

/** The share of calls that are missing, and that are heterozygous, as in a panel of inbred lines; in 10,000. */
const MISSING = 375;
const HETEROZYGOUS = 850;
/** A VCF as the shipped sample's: the instruction is the same. */
const META_LINES = 8;
const CELLS_OF_A_KIND = 512;
const SNPS = ["AC", "AG", "AT", "CA", "CG", "CT", "GA", "GC", "GT", "TA", "TC", "TG"] as const;
/** GOBii's letters of a heterozygous call, by the two alleles. */
const IUPAC = new Map(
  ["RAG", "YTC", "SGC", "WAT", "KTG", "MAC"].flatMap(([code = "", a = "", b = ""]) => [
    [a + b, code],
    [b + a, code],
  ]),
);

/** Random numbers of a call and of the depths beside it, the same for the same seed. */
function createRandom(seed: number) {
  const generator = xoroshiro128plus(seed);
  return (below: number): number => uniformInt(generator, 0, below - 1);
}

type Genotype = 0 | 1 | 2 | 3;
const HET = 1;
const MISS = 3;

/** The genotypes of a marker: 0 and 2 homozygous, 1 heterozygous, 3 missing. */
function drawGenotypes(random: (below: number) => number, into: Uint8Array): void {
  const frequency = random(10_000);
  for (let sample = 0; sample < into.length; sample++) {
    const draw = random(10_000);
    const genotype: Genotype =
      draw < MISSING
        ? MISS
        : draw < MISSING + HETEROZYGOUS
          ? HET
          : random(10_000) < frequency
            ? 0
            : 2;
    into[sample] = genotype;
  }
}

/** Cells of a VCF by genotype, with a tab before each. */
function vcfCells(random: (below: number) => number): Buffer[][] {
  const of = (genotype: string, ref: number, alt: number): Buffer =>
    Buffer.from(`\t${genotype}:${ref},${alt}:${ref + alt}:${10 + random(89)}`);
  const depth = (): number => 5 + random(30);
  return [
    someCells(() => of("0/0", depth(), 0)),
    someCells(() => of("0/1", depth(), depth())),
    someCells(() => of("1/1", 0, depth())),
    someCells(() => Buffer.from("\t./.:0,0:0:0")),
  ];
}

/** Enough for depths and qualities to differ from cell to cell. */
function someCells(cell: () => Buffer): Buffer[] {
  return Array.from({ length: CELLS_OF_A_KIND }, cell);
}

export interface InputFiles {
  readonly vcf: string;
  readonly vcfGz: string;
  readonly iupac: string;
  readonly twoLetter: string;
  readonly tped: string;
}

/**
 * Writes the same genotypes in each form: VCF with GT:AD:DP:GQ, the same as BGZF, a matrix of IUPAC letters, one of two
 * letters, and plink's transposed ped.
 */
export function writeInputs(dir: string, { markers, samples }: Size, seed: number): InputFiles {
  const files: InputFiles = {
    vcf: join(dir, "calls.vcf"),
    vcfGz: join(dir, "calls.vcf.gz"),
    iupac: join(dir, "iupac.txt"),
    twoLetter: join(dir, "two-letter.txt"),
    tped: join(dir, "calls.tped"),
  };
  const random = createRandom(seed);
  const cells = vcfCells(random);
  const genotypes = new Uint8Array(samples);
  const order = Array.from({ length: samples }, () => random(CELLS_OF_A_KIND));
  const names = Array.from({ length: samples }, (_, i) => `S${i + 1}`);
  const vcf = createFile(files.vcf);
  const iupac = createFile(files.iupac);
  const twoLetter = createFile(files.twoLetter);
  const tped = createFile(files.tped);

  const contigs = Array.from({ length: META_LINES - 5 }, (_, i) => `##contig=<ID=${i + 1}>\n`);
  const formats = [
    '##FORMAT=<ID=GT,Number=1,Type=String,Description="Genotype">\n',
    '##FORMAT=<ID=AD,Number=R,Type=Integer,Description="Allelic depths">\n',
    '##FORMAT=<ID=DP,Number=1,Type=Integer,Description="Depth">\n',
    '##FORMAT=<ID=GQ,Number=1,Type=Integer,Description="Quality">\n',
  ];
  vcf.text(`##fileformat=VCFv4.2\n${formats.join("")}${contigs.join("")}`);
  vcf.text(`#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\tFORMAT\t${names.join("\t")}\n`);
  iupac.text(`marker\t${names.join("\t")}\n`);
  twoLetter.text(`marker\t${names.join("\t")}\n`);
  writeFileSync(
    join(dir, "calls.tfam"),
    names.map((name) => `${name} ${name} 0 0 0 -9\n`).join(""),
  );

  const perChromosome = Math.ceil(markers / contigs.length);
  for (let marker = 0; marker < markers; marker++) {
    const [a = "", b = ""] = SNPS[random(SNPS.length)] ?? "";
    const chromosome = 1 + Math.floor(marker / perChromosome);
    const position = 1000 * (1 + (marker % perChromosome));
    const name = `M${marker + 1}`;
    drawGenotypes(random, genotypes);
    vcf.text(`${chromosome}\t${position}\t${name}\t${a}\t${b}\t.\tPASS\t.\tGT:AD:DP:GQ`);
    iupac.text(name);
    twoLetter.text(name);
    tped.text(`${chromosome} ${name} 0 ${position}`);
    const letters = [a, IUPAC.get(a + b) ?? "N", b, "N"].map((code) => Buffer.from(`\t${code}`));
    const pairs = [a + a, a + b, b + b, "NN"].map((pair) => Buffer.from(`\t${pair}`));
    const alleles = [`${a} ${a}`, `${a} ${b}`, `${b} ${b}`, "0 0"].map((pair) =>
      Buffer.from(` ${pair}`),
    );
    const which = random(CELLS_OF_A_KIND);
    for (const [sample, genotype] of genotypes.entries()) {
      vcf.bytes(cells[genotype]?.[(which + (order[sample] ?? 0)) % CELLS_OF_A_KIND]);
      iupac.bytes(letters[genotype]);
      twoLetter.bytes(pairs[genotype]);
      tped.bytes(alleles[genotype]);
    }
    for (const file of [vcf, iupac, twoLetter, tped]) file.text("\n");
  }
  for (const file of [vcf, iupac, twoLetter, tped]) file.close();
  writeBgzf(files.vcf, files.vcfGz);
  return files;
}

function createFile(path: string) {
  const descriptor = openSync(path, "w");
  const buffer = Buffer.allocUnsafe(1 << 20);
  let at = 0;
  const flush = (): void => {
    writeSync(descriptor, buffer, 0, at);
    at = 0;
  };
  const bytes = (piece: Uint8Array | undefined): void => {
    if (piece === undefined) return;
    if (at + piece.length > buffer.length) flush();
    if (piece.length > buffer.length) {
      writeSync(descriptor, piece);
      return;
    }
    for (let i = 0; i < piece.length; i++) buffer[at++] = piece[i] ?? 0;
  };
  return {
    bytes,
    text: (text: string) => bytes(Buffer.from(text)),
    close() {
      flush();
      closeSync(descriptor);
    },
  };
}

/** Blocked gzip (SAM specification, 4.1), as bgzip writes it: members of up to 64 KiB that tell their size. */
function writeBgzf(from: string, to: string): void {
  const source = openSync(from, "r");
  const target = createFile(to);
  const block = Buffer.allocUnsafe(0xff00);
  const member = (data: Uint8Array): void => {
    const deflated = deflateRawSync(data, { level: 6 });
    const header = Buffer.from("1f8b08040000000000ff0600424302000000", "hex");
    header.writeUInt16LE(deflated.length + 25, 16);
    const trailer = Buffer.alloc(8);
    trailer.writeUInt32LE(crc32(data), 0);
    trailer.writeUInt32LE(data.length, 4);
    for (const piece of [header, deflated, trailer]) target.bytes(piece);
  };
  for (let count = 1; count > 0;) {
    count = readSync(source, block, 0, block.length, null);
    // The last member is empty, which says that the file is whole.
    member(block.subarray(0, count));
  }
  target.close();
  closeSync(source);
}

/** The load of the shipped VCF sample, which has the same columns and as many meta lines, of another file. */
export function vcfInstruction(source: string): unknown {
  const { metadata, instructions } = vcfSample.instruction;
  return { metadata: { ...metadata, gobiiFile: { ...metadata.gobiiFile, source } }, instructions };
}

/** Markers, data set and matrix of a table whose first row and first column are names. */
export function matrixInstruction(
  source: string,
  dataSetType: "IUPAC" | "NUCLEOTIDE_2_LETTER",
  orientation: "MARKER_FAST" | "SAMPLE_FAST",
): unknown {
  const { metadata } = vcfSample.instruction;
  const down = { gobiiColumnType: "CSV_COLUMN", rCoord: 1, cCoord: 0 };
  const across = { gobiiColumnType: "CSV_ROW", rCoord: 0, cCoord: 1 };
  const [markers, samples] = orientation === "MARKER_FAST" ? [down, across] : [across, down];
  const tables = {
    marker: [constant("platform_id", "1"), { ...markers, name: "name" }, constant("status", "57")],
    dataset_marker: [
      constant("platform_id", "1"),
      constant("dataset_id", "4"),
      { ...markers, name: "marker_name" },
      { gobiiColumnType: "AUTOINCREMENT", name: "marker_idx" },
    ],
    dataset_dnarun: [
      constant("experiment_id", "3"),
      constant("dataset_id", "4"),
      { ...samples, name: "dnarun_name" },
      { gobiiColumnType: "AUTOINCREMENT", name: "dnarun_idx" },
    ],
    matrix: [{ gobiiColumnType: "CSV_BOTH", name: "matrix", rCoord: 1, cCoord: 1 }],
  };
  return {
    metadata: {
      ...metadata,
      datasetOrientationType: orientation,
      datasetType: { id: null, name: dataSetType },
      gobiiFile: { ...metadata.gobiiFile, source, gobiiFileType: "GENERIC" },
    },
    instructions: Object.entries(tables).map(([table, gobiiFileColumns]) => ({
      table,
      gobiiFileColumns,
    })),
  };
}

function constant(name: string, constantValue: string) {
  return { gobiiColumnType: "CONSTANT", name, constantValue };
}
