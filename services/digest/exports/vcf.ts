import { createByteSink, putUtf8 } from "../output/byte-sink.ts";
import type { ExportedMatrix, MatrixExport } from "./matrix-exports.ts";

const [TAB, LF, SLASH, DOT, ZERO] = [9, 10, 47, 46, 48];

/** VCF 4.3 with GT alone; a gap is `<DEL>`, an insertion `<INS>`. */
export function createVcfExport({ path, samples, chromosomes }: ExportedMatrix): MatrixExport {
  const file = `${path}.vcf`;
  const sink = createByteSink(file);
  const head = [
    "##fileformat=VCFv4.3",
    '##FORMAT=<ID=GT,Number=1,Type=String,Description="Genotype">',
    '##ALT=<ID=DEL,Description="Deletion">',
    '##ALT=<ID=INS,Description="Insertion">',
    ...chromosomes.map((name) => `##contig=<ID=${name}>`),
    ["#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\tFORMAT", ...samples].join("\t"),
  ];
  putUtf8(sink, `${head.join("\n")}\n`);
  const numberOf = new Uint8Array(256);
  return {
    files: [file],
    add({ name, chromosome, position, alleles, calls }) {
      // A gap cannot be the reference of a line.
      const ref = alleles.find((letter) => /[ACGT]/.test(letter)) ?? "N";
      const alts = alleles.filter((letter) => letter !== ref);
      numberOf.fill(DOT);
      for (const [i, letter] of [ref, ...alts].entries()) {
        if (letter !== "N") numberOf[letter.charCodeAt(0)] = ZERO + i;
      }
      const cells = [
        chromosome,
        position,
        name,
        ref,
        alts.map(altText).join(",") || ".",
        ".",
        ".",
        ".",
        "GT",
      ];
      putUtf8(sink, cells.join("\t"));
      sink.room((calls.length / 3) * 4 + 1);
      for (let at = 0; at < calls.length; at += 3) {
        sink.bytes[sink.at] = TAB;
        sink.bytes[sink.at + 1] = numberOf[calls[at] as number] as number;
        sink.bytes[sink.at + 2] = SLASH;
        sink.bytes[sink.at + 3] = numberOf[calls[at + 1] as number] as number;
        sink.at += 4;
      }
      sink.bytes[sink.at++] = LF;
      sink.commit();
    },
    close() {
      sink.close();
      return 0;
    },
  };
}

function altText(letter: string): string {
  if (letter === "-") return "<DEL>";
  return letter === "+" ? "<INS>" : letter;
}
