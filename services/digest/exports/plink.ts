import { closeAll, createByteSink, putUtf8 } from "../output/byte-sink.ts";
import type { ExportedMatrix, MatrixExport } from "./matrix-exports.ts";

/** Source of the format: cog-genomics.org/plink/1.9/formats#bed. The last byte says: marker by marker. */
const MAGIC = [0x6c, 0x1b, 0x01];
/** Two bits of a call by the number of its first alleles, A1; the fourth value is a missing call. */
const BITS = [0b11, 0b10, 0b00, 0b01] as const;
const MISSING = 3;

/** PLINK 1 binary: .bed, .bim and .fam. It knows two alleles; a call of any other is missing. */
export function createPlinkExport({ path, samples }: ExportedMatrix): MatrixExport {
  const files = [`${path}.bed`, `${path}.bim`, `${path}.fam`] as const;
  const [bed, bim, fam] = [
    createByteSink(files[0]),
    createByteSink(files[1]),
    createByteSink(files[2]),
  ];
  for (const byte of MAGIC) bed.bytes[bed.at++] = byte;
  for (const sample of samples) {
    // Fields are told apart by white space.
    const name = sample.replaceAll(/\s+/g, "_");
    putUtf8(fam, `${name} ${name} 0 0 0 -9\n`);
    fam.commit();
  }
  let lost = 0;
  return {
    files,
    add({ name, chromosome, position, alleles, calls }) {
      const [second, first] = alleles;
      const cells = [
        chromosome,
        name.replaceAll(/\s+/g, "_"),
        "0",
        position,
        first ?? "0",
        second ?? "0",
      ];
      putUtf8(bim, `${cells.join("\t")}\n`);
      bim.commit();
      if (alleles.length > 2) lost++;
      // 16: an allele of neither kind, which makes the call missing.
      const weight = new Uint8Array(256).fill(16);
      if (first !== undefined) weight[first.charCodeAt(0)] = 1;
      if (second !== undefined) weight[second.charCodeAt(0)] = 0;
      bed.room(Math.ceil(calls.length / 12));
      for (let at = 0; at < calls.length; at += 12) {
        let byte = 0;
        for (let k = 0; k < 4 && at + 3 * k < calls.length; k++) {
          const left = weight[calls[at + 3 * k] as number] as number;
          const right = weight[calls[at + 3 * k + 1] as number] as number;
          byte |= (BITS[Math.min(MISSING, left + right)] ?? 0) << (2 * k);
        }
        bed.bytes[bed.at++] = byte;
      }
      bed.commit();
    },
    close() {
      closeAll([bed, bim, fam]);
      return lost;
    },
  };
}
