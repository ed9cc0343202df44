/**
 * States of calls, to be added up per sample: three counts of ten bits in one number, so that a call costs one addition.
 * They overflow after `ADDABLE` additions and have to be taken out before.
 */
export const MISSING = 1;
export const HALF = 1 << 10;
export const HETEROZYGOUS = 1 << 20;
export const CALLED = 0;
export const ADDABLE = 1023;

/** The counts in a sum of states, each from 0 to 1023. */
export const missingOf = (state: number): number => state & 1023;
export const halfOf = (state: number): number => (state >> 10) & 1023;
export const heterozygousOf = (state: number): number => state >>> 20;

interface Named {
  readonly name: string;
  readonly count: number;
}

/** Most frequent first, equally frequent ones by name. */
export function compareFrequency(a: Named, b: Named): number {
  return b.count - a.count || (a.name < b.name ? -1 : 1);
}

/** Those that there are, in the order of `compareFrequency`. */
export function byFrequency(alleles: readonly Named[]): Named[] {
  return alleles.filter(({ count }) => count > 0).toSorted(compareFrequency);
}
