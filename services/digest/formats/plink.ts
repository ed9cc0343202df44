import type { Detection } from "../../contract/preview.ts";
import type { Format, Found } from "./format.ts";
import { BIM_COLUMNS, bedProblem } from "./plink-bed-rows.ts";
import { companionOf } from "./plink-files.ts";
import { PED_COLUMNS } from "./plink-ped-rows.ts";

const twoLetters: Found<"NUCLEOTIDE_2_LETTER"> = {
  value: "NUCLEOTIDE_2_LETTER",
  evidence: "PLINK has two alleles for each call.",
};

type Role = Detection["companions"][number]["role"];

/** The files beside it, and a warning for each that is not there. */
function companions(path: string, roles: readonly Role[]) {
  const found = roles.map((role) => ({ role, path: companionOf(path, role) }));
  return {
    companions: found.flatMap(({ role, path: file }) =>
      file === null ? [] : [{ role, path: file }],
    ),
    warnings: found.flatMap(({ role, path: file }) =>
      file === null
        ? [`There is no .${role} file of the same name beside it; it cannot be read without.`]
        : [],
    ),
  };
}

export const plinkPed: Format = {
  name: "PLINK_PED",
  title: "PLINK text, .ped with .map",
  recognise(head) {
    const first = head.lines.find((line) => line.trim() !== "" && !line.startsWith("#")) ?? "";
    const cells = first.trim().split(/\s+/);
    const alleles = cells.slice(PED_COLUMNS.length);
    const isNamed = /\.ped(\.gz)?$/i.test(head.name);
    const fits =
      alleles.length > 0 &&
      /^[0129-]/.test(cells[4] ?? "") &&
      alleles.slice(0, 400).every((allele) => /^[ACGTNID01-4+-]{1,2}$/i.test(allele));
    const files = companions(head.path, ["map"]);
    if (!fits || (!isNamed && files.companions.length === 0)) return null;
    return {
      confidence: files.companions.length > 0 ? 0.97 : 0.9,
      evidence: [
        ...(isNamed ? ["Its name ends in .ped."] : []),
        ...files.companions.map(({ path }) => `${path} lies beside it.`),
        `The first line has six fields and ${alleles.length} alleles.`,
      ],
      orientation: { value: "SAMPLE_FAST", evidence: "A .ped has its samples in rows." },
      dataSetType: twoLetters,
      delimiter: { value: "\\s+", evidence: "PLINK divides its fields by spaces or tabs." },
      layout: {
        firstRow: 3,
        firstColumn: PED_COLUMNS.length,
        columns: [{ column: 1, name: "IID", role: "sample" }],
        rows: [
          { row: 0, role: "chromosome" },
          { row: 1, role: "position" },
          { row: 2, role: "marker" },
        ],
      },
      ...files,
    };
  },
};

export const plinkBed: Format = {
  name: "PLINK_BED",
  title: "PLINK binary, .bed with .bim and .fam",
  recognise(head) {
    const start = head.bytes.subarray(0, 3);
    if (start.length < 3 || start[0] !== 0x6c || start[1] !== 0x1b) return null;
    const problem = bedProblem(start);
    const files = companions(head.path, ["bim", "fam"]);
    return {
      confidence: 1,
      evidence: [
        "It begins with the bytes 6c 1b.",
        ...files.companions.map(({ path }) => `${path} lies beside it.`),
      ],
      orientation: { value: "MARKER_FAST", evidence: "Such a .bed has its markers in rows." },
      dataSetType: twoLetters,
      delimiter: {
        value: "\\t",
        evidence: "The file is binary; its rows are put together with tabs.",
      },
      layout: {
        firstRow: 2,
        firstColumn: BIM_COLUMNS.length,
        columns: [
          { column: 0, name: "chromosome", role: "chromosome" },
          { column: 1, name: "marker", role: "marker" },
          { column: 3, name: "position", role: "position" },
          // PLINK makes A1 the rarer allele unless it is told otherwise.
          { column: 4, name: "A1", role: "alt" },
          { column: 5, name: "A2", role: "ref" },
        ],
        rows: [{ row: 1, role: "sample" }],
      },
      companions: files.companions,
      warnings: [...(problem === null ? [] : [problem]), ...files.warnings],
    };
  },
};

/** How many markers a `.bed` of so many samples has, by its bytes when unpacked. */
export function bedMarkers(bytes: number, samples: number): number {
  return samples === 0 ? 0 : Math.max(0, Math.floor((bytes - 3) / Math.ceil(samples / 4)));
}
