import { existsSync, openSync, closeSync, ftruncateSync, readFileSync, writeSync } from "node:fs";
import { join, resolve } from "node:path";
import { gzipSync } from "node:zlib";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Detection } from "../../contract/preview.ts";
import { withBench } from "./testing.ts";

const tabs = (...lines: string[]): string => `${lines.join("\n").replaceAll(" ", "\t")}\n`;
const commas = (...lines: string[]): string => `${lines.join("\n").replaceAll(" ", ",")}\n`;

const METRICS = "CallRate OneRatioRef RepAvg";
const stars = (n: number, ...cells: string[]): string =>
  [...Array.from("*".repeat(n)), ...cells].join(" ");

/** A small file of each format, and the findings that matter. */
const samples: readonly (readonly [
  string,
  string,
  string,
  Partial<Record<keyof Detection, unknown>>,
])[] = [
  [
    "HapMap in capitals",
    "a.hmp.txt",
    tabs(
      "RS# ALLELES CHROM POS STRAND ASSEMBLY# CENTER PROTLSID ASSAYLSID PANELLSID QCCODE s1 s2",
      "m1 A/C 1 10 + NA NA NA NA NA NA A M",
      "m2 G/T 1 20 + NA NA NA NA NA NA G ?",
    ),
    {
      format: "HAPMAP",
      dataSetType: expect.objectContaining({ value: "IUPAC" }),
      missing: ["?"],
    },
  ],
  [
    "HapMap of two letters, as TASSEL writes its header",
    "a.txt",
    tabs(
      "rs alleles chrom pos strand assembly center protLSID assayLSID panelLSID QCcode s1 s2",
      "m1 A/C 1 10 + NA NA NA NA NA NA AA AC",
    ),
    { format: "HAPMAP", dataSetType: expect.objectContaining({ value: "NUCLEOTIDE_2_LETTER" }) },
  ],
  [
    "VCF",
    "a.vcf",
    `##fileformat=VCFv4.2\n##x=a,b\n${tabs("#CHROM POS ID REF ALT QUAL FILTER INFO FORMAT s1", "1 5 . A C . . . GT 0/1")}`,
    {
      format: "VCF",
      confidence: 1,
      delimiter: expect.objectContaining({ value: "\\t" }),
      layout: expect.objectContaining({ firstRow: 3, firstColumn: 9 }),
      warnings: [expect.stringContaining("have no ID")],
    },
  ],
  [
    "two letters with separators, samples in rows",
    "a.csv",
    commas("sample_name m1 m2", "s1 A/A C/T", "s2 A/G NA", "s3 G/G T/T"),
    {
      format: "TWO_LETTER_MATRIX",
      orientation: expect.objectContaining({ value: "SAMPLE_FAST" }),
      delimiter: expect.objectContaining({ value: "," }),
      missing: ["NA"],
      layout: {
        firstRow: 1,
        firstColumn: 1,
        columns: [{ column: 0, name: "sample_name", role: "sample" }],
        rows: [{ row: 0, role: "marker" }],
      },
    },
  ],
  [
    "one letter, with columns about the markers",
    "a.txt",
    tabs(
      "marker chrom pos strand s1 s2 s3",
      "m1 1 10 + A R N",
      "m2 1 20 - C Y T",
      "m3 2 5 + G G K",
    ),
    {
      format: "IUPAC_MATRIX",
      orientation: expect.objectContaining({ value: "MARKER_FAST" }),
      layout: expect.objectContaining({ firstColumn: 4 }),
    },
  ],
  [
    "SSR sizes",
    "a.txt",
    tabs("locus s1 s2", "m1 01230125 00000000", "m2 01500150 01520150"),
    { format: "SSR_MATRIX", dataSetType: expect.objectContaining({ value: "SSR_ALLELE_SIZE" }) },
  ],
  [
    "presence and absence, with lines above the header",
    "a.txt",
    tabs("plate p1 p2 p3", "marker s1 s2 s3", "m1 0 1 -", "m2 1 1 0"),
    {
      format: "NUMBER_MATRIX",
      dataSetType: expect.objectContaining({ value: "DOMINANT_NON_NUCLEOTIDE" }),
      missing: ["-"],
      layout: expect.objectContaining({ firstRow: 2, rows: [{ row: 1, role: "sample" }] }),
    },
  ],
  [
    "counts of an allele",
    "a.txt",
    tabs("marker s1 s2 s3", "m1 0 1 2", "m2 1 1 N"),
    {
      format: "NUMBER_MATRIX",
      dataSetType: expect.objectContaining({ value: "CO_DOMINANT_NON_NUCLEOTIDE" }),
    },
  ],
  [
    "a KASP grid below the head of a report",
    "a.csv",
    commas("Report x y", "DNA\\Assay m1 m2", "s1.A01 A:G ?", "s2.A02 A:A Bad"),
    {
      format: "KASP_GRID",
      orientation: expect.objectContaining({ value: "SAMPLE_FAST" }),
      missing: ["Bad"],
      layout: expect.objectContaining({ firstRow: 2 }),
    },
  ],
  [
    "a list of KASP calls",
    "a.csv",
    commas("SNPID SubjectID Call X Y", "m1 s1 A:G 1.2 .5", "m1 s2 Uncallable .1 .1"),
    { format: "KASP_LIST", layout: expect.objectContaining({ firstRow: 1, firstColumn: 1 }) },
  ],
  [
    "DArT in one row",
    "a.csv",
    commas(
      stars(5, "A1", "A2"),
      `AlleleID SNP ${METRICS} s1 s2`,
      "7|F|0 3:A>G 1 0.5 1 0 2",
      "9|F|0 8:C>T 1 0.5 1 1 -",
    ),
    { format: "DART_ONE_ROW", layout: expect.objectContaining({ firstRow: 2, firstColumn: 5 }) },
  ],
  [
    "DArT in one row, with the SNP in the name of the marker only",
    "a.csv",
    commas(
      stars(4, "A1", "A2"),
      `AlleleID ${METRICS} s1 s2`,
      "7|F|0-3:A>G-3:A>G 1 0.5 1 0 1",
      "9|F|0-8:C>T-8:C>T 1 0.5 1 1 -",
    ),
    { format: "DART_ONE_ROW", layout: expect.objectContaining({ firstRow: 2, firstColumn: 4 }) },
  ],
  [
    "DArT in two rows, without stars",
    "a.csv",
    commas(
      `AlleleID SNP ${METRICS} s1 s2`,
      "7|F|0 \u0020 1 0.5 1 0 1",
      "7|F|0-3:A>G 3:A>G 1 0.5 1 1 1",
    ).replaceAll(",,,", ",,"),
    { format: "DART_TWO_ROW", layout: expect.objectContaining({ firstRow: 1, firstColumn: 5 }) },
  ],
  [
    "SilicoDArT",
    "a.csv",
    commas(
      stars(4, "A1", "A2"),
      "CloneID CallRate OneRatio Reproducibility s1 s2",
      "7 1 0.5 1 0 1",
      "8 1 0.5 1 - 1",
    ),
    { format: "SILICO_DART", missing: ["-"] },
  ],
  [
    "a .map",
    "a.map",
    "1 m1 0 10\n1 m2 0 20\n",
    { format: "MARKER_LIST", layout: expect.objectContaining({ firstRow: 0 }) },
  ],
  ["a .fam", "a.fam", "f s1 0 0 0 -9\nf s2 0 0 0 -9\n", { format: "SAMPLE_LIST" }],
  [
    "a list of markers",
    "a.csv",
    commas("CustomerSNPID Reference Alternate Chromosome Position", "m1 A C 1 5"),
    {
      format: "MARKER_LIST",
      layout: expect.objectContaining({
        columns: expect.arrayContaining([{ column: 2, name: "Alternate", role: "alt" }]),
      }),
    },
  ],
  [
    "a list of samples, in quotes",
    "a.csv",
    '"germplasm_name","external_code","dnasample_name"\n"Rye, winter","x1","d1"\n',
    { format: "SAMPLE_LIST", quotes: true },
  ],
  [
    "a text of cells",
    "a.txt",
    "a;b;c\n1;2;3\n",
    { format: "DELIMITED", delimiter: expect.objectContaining({ value: ";" }) },
  ],
];

describe("what a file is", () => {
  it.each(samples)("%s", async (_what, name, content, findings) => {
    await withBench(async (bench) => {
      const detection = await bench.detect(bench.put(name, content));
      expect(detection).toMatchObject(findings);
      expect(detection.evidence.length).toBeGreaterThan(0);
    });
  });

  it.each(samples)(
    "%s: the same with a byte order mark, CRLF and gzip",
    async (_what, name, content, findings) => {
      await withBench(async (bench) => {
        const windows = Buffer.from(`\uFEFF${content.replaceAll("\n", "\r\n")}`);
        const plain = await bench.detect(bench.put(name, windows));
        expect(plain).toMatchObject({ ...findings, lineEnds: { value: "CRLF" } });
        const packed = await bench.detect(bench.put(`${name}.gz`, gzipSync(windows)));
        expect(packed).toMatchObject({ ...findings, compression: { value: "gzip" } });
      });
    },
  );

  it("is told of the orientation by the letters where no name tells it", async () => {
    const markers = Array.from({ length: 40 }, (_, k) => {
      const [a = "A", b = "C"] = ["AC", "GT", "CT", "AG"][k % 4] ?? "AC";
      return [
        `x${k}`,
        ...Array.from({ length: 20 }, (_n, s) => ((s * 7 + k) % 3 === 0 ? b + b : a + a)),
      ];
    });
    const across = [["id", ...Array.from({ length: 20 }, (_, k) => `y${k}`)], ...markers];
    const down = across[0]?.map((_, k) => across.map((row) => row[k] ?? "")) ?? [];
    await withBench(async (bench) => {
      const found = [across, down].map((rows, k) =>
        bench.detect(bench.put(`${k}.txt`, rows.map((row) => row.join("\t")).join("\n"))),
      );
      const values = (await Promise.all(found)).map(({ orientation }) => orientation.value);
      expect(values).toEqual(["MARKER_FAST", "SAMPLE_FAST"]);
    });
  });

  it.each([
    ["empty", Buffer.alloc(0), /empty/],
    ["a spreadsheet", Buffer.from("PK\x03\x04xl/worksheets"), /./],
  ])("is no text: %s", async (_what, content, warning) => {
    await withBench(async (bench) => {
      const { detection, grid } = await bench.preview(bench.put("a.txt", content));
      expect(detection.format).toBe("DELIMITED");
      expect([...detection.warnings, ...detection.evidence].join(" ")).toMatch(warning);
      expect(grid.rows).toEqual([]);
    });
  });

  it.each([
    ["d.bim", "1 m1 0 10 A C\n", "d.bed", "MARKER_LIST"],
    ["d.fam", "f s1 0 0 0 -9\n", "d.bed", "SAMPLE_LIST"],
    ["d.map", "1 m1 0 10\n", "d.ped", "MARKER_LIST"],
  ])(
    "is a part of a PLINK data set, %s, whose calls lie beside it",
    async (name, text, calls, as) => {
      await withBench(async (bench) => {
        const path = bench.put(name, text);
        const alone = await bench.detect(path);
        expect(alone.format).toBe(as);
        const sibling = bench.put(calls, "");
        const { warnings } = await bench.detect(path);
        expect(warnings).toEqual([
          `It holds no calls: those of this data set are in ${sibling}. Choose that file to load them.`,
        ]);
      });
    },
  );

  it.each([
    ["d.bim", "1 m1 0 10 A C\n1 m2 0 11 G\n1 m3 0 12 G T\n", "Line 2 has 5 fields; expected"],
    ["d.fam", "f A A A\nf C C C\n", "Line 1 has 4 fields; expected"],
    ["d.bim", "1 m1 0 x A C\n", 'Line 1 has the position "x"; expected'],
    ["d.bim", "1 m1 0 9 A C\n 1 m2 0 10 A C\n", "Line 2 begins with a space"],
  ])("is a part of a PLINK data set that is spoilt: %s", async (name, text, message) => {
    await withBench(async (bench) => {
      const { format, warnings } = await bench.detect(bench.put(name, text));
      expect(format).toMatch(/^(MARKER|SAMPLE)_LIST$/);
      expect(warnings.join("\n")).toContain(message);
      expect(warnings.join("\n")).toContain("There is no .bed file of the same name beside it");
    });
  });

  it("is a .tped, of which only the markers can be read", async () => {
    await withBench(async (bench) => {
      const path = bench.put("d.tped", tabs("1 m1 0 10 A C C C", "1 m2 0 20 0 0 A T"));
      const { format, layout, warnings } = await bench.detect(path);
      expect(format).toBe("MARKER_LIST");
      expect(layout.firstColumn).toBeNull();
      expect(warnings.join()).toContain("plink --tfile d --make-bed");
      const list = await bench.detect(bench.put("d.tfam", "f s1 0 0 0 -9\nf s2 0 0 0 -9\n"));
      expect(list).toMatchObject({ format: "SAMPLE_LIST" });
      expect(list.warnings.join()).toContain(path);
    });
  });

  it("is a VCF however many lines stand above its header, and the first of its variants are shown", async () => {
    await withBench(async (bench) => {
      const above = Array.from(
        { length: 9000 },
        (_, k) => `##contig=<ID=scaffold_${k},length=1000>`,
      );
      const variants = tabs(
        "#CHROM POS ID REF ALT QUAL FILTER INFO FORMAT s1",
        "1 5 m1 A C . . . GT 0/1",
        "1 6 m2 A C . . . GT 0/0",
      );
      const path = bench.put("a.vcf", `##fileformat=VCFv4.2\n${above.join("\n")}\n${variants}`);
      const { detection, grid, estimate } = await bench.preview(path, { rows: 4, columns: 3 });
      expect(detection).toMatchObject({
        format: "VCF",
        confidence: 1,
        layout: { firstRow: 9002, rows: [{ row: 9001, role: "sample" }] },
      });
      expect(grid).toEqual({
        firstRow: 9000,
        rows: [
          ["##contig=<ID=scaffold_8999,length=1000>"],
          ["#CHROM", "POS", "ID"],
          ["1", "5", "m1"],
          ["1", "6", "m2"],
        ],
        columnsTotal: 10,
      });
      expect(estimate).toMatchObject({ rows: 2, exact: true });
      const run = await bench.dryRun(await bench.template(path), 100);
      expect(run).toMatchObject({ ok: true, complete: true, matrix: { markers: 2, samples: 1 } });
    });
  });

  it("is gzip in gzip, which is read once only", async () => {
    await withBench(async (bench) => {
      const path = bench.put("a.txt.gz", gzipSync(gzipSync("marker\ts1\nm1\tAA\n")));
      const { encoding } = await bench.detect(path);
      expect(encoding).toEqual({
        value: "binary",
        evidence: "It begins as another gzip file within the first; unpack it once.",
      });
    });
  });

  it("is Latin-1 where it is not UTF-8", async () => {
    await withBench(async (bench) => {
      const path = bench.put("a.txt", Buffer.from("sample\tspecies\nMüller\tTriticum\n", "latin1"));
      const { detection, grid } = await bench.preview(path);
      expect(detection.encoding.value).toBe("ISO-8859-1");
      expect(grid.rows[1]?.[0]).toBe("Müller");
    });
  });

  it("is Latin-1 also where a large file has lines that end with CR", async () => {
    await withBench(async (bench) => {
      const lines = Array.from({ length: 60_000 }, () => "Müller\tTriticum\r");
      const path = bench.put("a.txt", Buffer.from(lines.join(""), "latin1"));
      expect((await bench.preview(path)).detection.encoding.value).toBe("ISO-8859-1");
    });
  });

  it("is found of a gzip file that is cut short, as far as it goes", async () => {
    const text = tabs("marker s1 s2", ...Array.from({ length: 5000 }, (_, k) => `m${k} A R`));
    await withBench(async (bench) => {
      const path = bench.put("a.txt.gz", gzipSync(text).subarray(0, -50));
      expect((await bench.detect(path)).warnings.join()).toMatch(/damaged or cut short/);
    });
  });
});

describe("how much is read", () => {
  it("does not grow with the file", async () => {
    await withBench(async (bench) => {
      const beginning = samples[2]?.[2] ?? "";
      const path = bench.put("big.vcf", beginning);
      // Behind the first lines lies a hole of 10 GB, which takes no place on the disk.
      const descriptor = openSync(path, "r+");
      const row = "1\t6\tm\tA\tC\t.\t.\t.\tGT\t0/1\n";
      writeSync(descriptor, row.repeat(20_000), beginning.length);
      ftruncateSync(descriptor, 10e9);
      closeSync(descriptor);
      const { detection, estimate } = await bench.preview(path);
      expect(detection.format).toBe("VCF");
      expect(estimate.exact).toBe(false);
      expect(estimate.rows / (10e9 / row.length)).toBeCloseTo(1, 1);
    });
  });

  it("tells of a gzip file how much text is in it, roughly", async () => {
    const random = Array.from({ length: 60_000 }, (_, k) => `m${k}\t${"ACGT"[(k * 7919) % 4]}\tR`);
    const text = ["marker\ts1\ts2", ...random].join("\n").repeat(3);
    await withBench(async (bench) => {
      const path = bench.put("a.txt.gz", gzipSync(text));
      const { estimate } = await bench.preview(path);
      expect(estimate.exact).toBe(false);
      expect(estimate.plainBytes / text.length).toBeGreaterThan(0.7);
      expect(estimate.plainBytes / text.length).toBeLessThan(1.4);
    });
  });

  it("shows as many rows and columns as wanted, and says how many columns there are", async () => {
    const text = Array.from({ length: 100 }, () => Array(500).fill("AA").join("\t")).join("\n");
    await withBench(async (bench) => {
      const { grid, estimate } = await bench.preview(bench.put("a.txt", text), {
        rows: 3,
        columns: 4,
      });
      expect(grid).toEqual({
        firstRow: 0,
        rows: Array.from({ length: 3 }, () => ["AA", "AA", "AA", "AA"]),
        columnsTotal: 500,
      });
      expect(estimate).toMatchObject({ columns: 500, exact: true });
    });
  });
});

describe("whatever a file contains", () => {
  const contents = fc.oneof(
    fc.uint8Array({ maxLength: 400 }),
    fc.string({ unit: "binary", maxLength: 200 }).map((text) => Buffer.from(text)),
    fc
      .tuple(
        fc.constantFrom(...samples.map(([, , content]) => content)),
        fc.array(fc.tuple(fc.nat(400), fc.nat(255)), { maxLength: 8 }),
        fc.nat(600),
      )
      .map(([text, changes, length]) => {
        const bytes = Buffer.from(text);
        for (const [at, byte] of changes) if (at < bytes.length) bytes[at] = byte;
        return bytes.subarray(0, length);
      }),
  );
  const names = fc.constantFrom("a.txt", "a.ped", "a.bed", "a.map", "a.fam", "a.vcf", "a.csv.gz");

  it("is previewed", { timeout: 60_000 }, async () => {
    await withBench(async (bench) => {
      bench.put("a.bim", "1 m 0 1 A C\n");
      await fc.assert(
        fc.asyncProperty(contents, names, fc.boolean(), async (content, name, packed) => {
          const path = bench.put(name, packed ? gzipSync(content) : content);
          const { detection, grid } = await bench.preview(path);
          expect(detection.confidence).toBeGreaterThanOrEqual(0);
          expect(grid.rows.length).toBeLessThanOrEqual(30);
        }),
        { numRuns: 300 },
      );
    });
  });
});

const shared = resolve(process.env["DIGESTER_SHARED"] ?? "../shared", "data");
const isThere = existsSync(shared);

describe(`real files${isThere ? "" : ` (absent: ${shared})`}`, () => {
  it.skipIf(!isThere).each([
    ["kasp/Intertek_SNP_grid.csv", "KASP_GRID", 5, 17],
    ["kasp/kasp_results.csv", "KASP_LIST", 5, 5],
    ["kasp/kasp_results_with_facility_names_1.csv", "KASP_LIST", 5, 4],
    ["dart/testset_SNPs_2Row.csv", "DART_TWO_ROW", 255, 250],
    ["dart/testset_SilicoDArT.csv", "SILICO_DART", 255, 218],
    ["hapmap-maize/mdp_genotype_test.hmp.txt", "HAPMAP", 3093, 281],
  ])("%s is %s and digests from its template", async (name, format, markers, lines) => {
    await withBench(async (bench) => {
      const path = join(shared, name);
      expect((await bench.detect(path)).format).toBe(format);
      const { result } = await bench.digest(path);
      expect(result.errors).toEqual([]);
      expect(result.matrix).toMatchObject({ markers, samples: lines });
    });
  });

  it.skipIf(!isThere).each([
    ["kasp/Intertek_SNP_info.csv", "MARKER_LIST"],
    ["kasp/kasp_marker_info.csv", "MARKER_LIST"],
    ["loader-ui/lts_0001_SSR_codom_1-10/Deb_FQ_codom_samples_1-10.txt", "SAMPLE_LIST"],
    ["loader-ui/lts_0001_SSR_codom_1-10/Deb_FQ_codom_markermap1-10.txt", "MARKER_LIST"],
    ["loader-ui/lts_0004_KASP_dom_1-10/Deb_FQ_dom_alleledata1-10.txt", "NUMBER_MATRIX"],
    ["loader-ui/lts_0005_Seq_2ltr_1-10/Deb_FQ_2ltr_alleles1-10.txt", "TWO_LETTER_MATRIX"],
    ["loader-ui/lts_0006_Seq_IUPAC_1-10/Deb_IUPACalleles_1-10.txt", "IUPAC_MATRIX"],
  ])("%s is %s and its template makes a load", async (name, format) => {
    await withBench(async (bench) => {
      const path = join(shared, name);
      expect((await bench.detect(path)).format).toBe(format);
      expect(await bench.dryRun(await bench.template(path))).toMatchObject({ ok: true });
    });
  });

  it.skipIf(!isThere)(
    "the two-row report agrees with the frequencies that DArT gives",
    async () => {
      const path = join(shared, "dart/testset_SNPs_2Row.csv");
      const rows = readFileSync(path, "utf8")
        .split(/\r?\n/)
        .slice(4)
        .map((line) => line.split(","));
      const snps = rows.filter((row) => (row[3] ?? "") !== "");
      await withBench(async (bench) => {
        const { files } = await bench.digest(path);
        const matrix = (files["digest.matrix"] ?? "").trimEnd().split("\n");
        expect(matrix.length).toBe(snps.length);
        // FreqHets is over all samples of the service, of which the file has a part: close, not equal.
        const differences = matrix.map((line, k) => {
          const calls = line.split("\t").filter((call) => call !== "N");
          const share = calls.filter((call) => call === "1").length / Math.max(1, calls.length);
          return Math.abs(share - Number(snps[k]?.[11] ?? 0));
        });
        expect(differences.reduce((sum, one) => sum + one, 0) / differences.length).toBeLessThan(
          0.02,
        );
      });
    },
  );
});
