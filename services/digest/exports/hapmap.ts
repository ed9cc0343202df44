import { createByteSink, put, putUtf8 } from "../output/byte-sink.ts";
import type { ExportedMatrix, MatrixExport } from "./matrix-exports.ts";

const HEADER =
  "rs#\talleles\tchrom\tpos\tstrand\tassembly#\tcenter\tprotLSID\tassayLSID\tpanelLSID\tQCcode";

/** HapMap with two-letter calls, as TASSEL reads it; NN is missing. */
export function createHapMapExport({ path, samples }: ExportedMatrix): MatrixExport {
  const file = `${path}.hmp.txt`;
  const sink = createByteSink(file);
  putUtf8(sink, `${[HEADER, ...samples].join("\t")}\n`);
  return {
    files: [file],
    add({ name, alleles, chromosome, position, calls }) {
      const cells = [
        name,
        alleles.join("/"),
        chromosome,
        position,
        "+",
        "NA",
        "NA",
        "NA",
        "NA",
        "NA",
        "NA",
      ];
      putUtf8(sink, `${cells.join("\t")}\t`);
      // The calls end with LF, as the line does.
      put(sink, calls, 0, calls.length);
      sink.commit();
    },
    close() {
      sink.close();
      return 0;
    },
  };
}
