/*
 * Where things stand in the kernels' memory, which `kernels.ts` lays out, and what the loops tell beside their result. Up to
 * 64 bytes beyond the input and 32 beyond the output may be touched.
 */

export const N: i32 = 78;
export const TAB: i32 = 9;

// Tables of 256 bytes: the letters of a call, or of an allele, by the byte that stands for it; 0 where there is none.
export const LEFT: i32 = 0;
export const RIGHT: i32 = 256;
/** 32 bytes each: the same by the last five bits of a letter, for those that mean the same in both cases. */
export const LEFT_OF_LETTER: i32 = 512;
export const RIGHT_OF_LETTER: i32 = 544;
/** Of genotypes, in the place of `RIGHT`: 1 where the byte may stand between two alleles, 2 where it may stand behind them. */
export const AROUND: i32 = 256;
/** What is told beside the result: where the loop stopped, and of the calls that were converted how many are what. */
const STOPPED_AT: i32 = 576;
const MISSING: i32 = 580;
const HETEROZYGOUS: i32 = 584;
/** Tables of the kernel of genotypes. */
export const LETTER_OF_DIGIT: i32 = 592;
export const BYTE_OF_DIGIT: i32 = 608;
/** What is counted of the calls of a marker: 15 numbers. */
export const MISSING_CALLS: i32 = 624;
export const HALF_CALLS: i32 = 628;
export const HETEROZYGOUS_CALLS: i32 = 632;
export const OF_LETTER: i32 = 636;
export const TWICE_LETTER: i32 = 660;
/** Where cells of genotypes begin, some of a row at a time. */
export const CELLS: i32 = 1024;

/** Tells where a loop stopped, and what it has converted; returns the end of the output. */
export function stop(at: i32, missed: i32, different: i32, out: i32): i32 {
  store<i32>(STOPPED_AT, at);
  store<i32>(MISSING, missed);
  store<i32>(HETEROZYGOUS, different);
  return out;
}
