import { dartOneRow, dartTwoRow, silicoDart } from "./dart.ts";
import { delimited } from "./delimited.ts";
import type { Format } from "./format.ts";
import { hapmap } from "./hapmap.ts";
import { kaspGrid, kaspList } from "./kasp.ts";
import { markerList, sampleList } from "./lists.ts";
import { iupacMatrix, numberMatrix, ssrMatrix, twoLetterMatrix } from "./matrices.ts";
import { plinkMarkers, plinkSamples } from "./plink-lists.ts";
import { plinkBed, plinkPed } from "./plink.ts";
import { vcf } from "./vcf.ts";

/** All formats that files are compared with; of equally likely ones the first is taken. A new one is a file and a line here. */
export const formats: readonly Format[] = [
  vcf,
  hapmap,
  plinkBed,
  plinkPed,
  plinkMarkers,
  plinkSamples,
  dartTwoRow,
  dartOneRow,
  silicoDart,
  kaspList,
  kaspGrid,
  twoLetterMatrix,
  iupacMatrix,
  ssrMatrix,
  numberMatrix,
  markerList,
  sampleList,
  delimited,
];
