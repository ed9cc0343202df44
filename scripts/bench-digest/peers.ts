import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";
import type { InputFiles } from "./inputs.ts";
import type { Work } from "./measure.ts";

interface Peer {
  readonly program: string;
  readonly work: Work;
}

export interface Peers {
  vcf(file: string): Peer[];
  transpose(files: InputFiles): Peer[];
  readonly missing: readonly { readonly name: string; readonly install: string }[];
}

const PACKAGES = {
  bcftools: "bcftools",
  "plink1.9": "plink1.9",
  plink2: "plink2",
  datamash: "datamash",
} as const;

/** The programs of this machine that do what the engine does, each with the command that comes closest. */
export function findPeers(): Peers {
  const names = Object.keys(PACKAGES);
  const has = (name: keyof typeof PACKAGES): boolean => isCommand(name);
  const when = (name: keyof typeof PACKAGES, program: string, work: Work): Peer[] =>
    has(name) ? [{ program, work }] : [];
  const quiet = ["--threads", "1", "--out", "out"] as const;
  return {
    vcf: (file) => [
      ...when("bcftools", "bcftools query", {
        command: ["bcftools", "query", "-f", "%CHROM\\t%POS\\t%ID[\\t%TGT]\\n", file],
        stdout: "out.txt",
      }),
      ...when("plink1.9", "plink1.9 compound-genotypes", {
        command: [
          "plink1.9",
          "--vcf",
          file,
          "--double-id",
          "--recode",
          "compound-genotypes",
          ...quiet,
        ],
      }),
      ...when("plink2", "plink2 make-pgen", {
        command: ["plink2", "--vcf", file, "--double-id", "--make-pgen", ...quiet],
      }),
    ],
    transpose: (files) => [
      ...when("datamash", "datamash transpose", {
        command: ["sh", "-c", 'exec datamash transpose < "$0"', files.twoLetter],
        stdout: "out.txt",
      }),
      ...when("plink1.9", "plink1.9 tped to ped", {
        command: ["plink1.9", "--tfile", files.tped.replace(/\.tped$/, ""), "--recode", ...quiet],
      }),
    ],
    missing: Object.entries(PACKAGES).flatMap(([name, install]) =>
      names.includes(name) && isCommand(name) ? [] : [{ name, install }],
    ),
  };
}

function isCommand(name: string): boolean {
  return (process.env["PATH"] ?? "").split(delimiter).some((directory) => {
    try {
      accessSync(join(directory, name), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}
