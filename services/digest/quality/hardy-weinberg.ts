import type { GenotypeCounts } from "./call-kind.ts";

/** What is this much smaller than the sum so far does not change its first digits. */
const NEGLIGIBLE = 1e-12;
/** Two probabilities whose logarithms differ by rounding only are equal. */
const ROUNDING = 1e-8;

/**
 * The exact test of Hardy-Weinberg equilibrium: the probability, given the numbers of alleles, of a number of heterozygotes
 * that is as unlikely as the one found or more so. Source: Wigginton, Cutler and Abecasis 2005, AJHG 76:887. Only the two
 * tails are summed, each from its likely end, so that a tiny probability keeps its digits.
 */
export type HardyWeinbergTest = (genotypes: GenotypeCounts) => number;

/** @param mostCalls the test is of at most so many calls. */
export function createHardyWeinbergTest(mostCalls: number): HardyWeinbergTest {
  const logFactorials = tabulate(2 * mostCalls);
  const logFactorial = (n: number): number => logFactorials[n] as number;

  return ({ common, heterozygous, rare }) => {
    const calls = common + heterozygous + rare;
    const rareAlleles = 2 * Math.min(common, rare) + heterozygous;
    const commonAlleles = 2 * calls - rareAlleles;
    if (rareAlleles === 0) return 1;
    const constant =
      logFactorial(calls) +
      logFactorial(rareAlleles) +
      logFactorial(commonAlleles) -
      logFactorial(2 * calls);

    const logProbability = (h: number): number =>
      constant +
      h * Math.LN2 -
      logFactorial(h) -
      logFactorial((rareAlleles - h) / 2) -
      logFactorial((commonAlleles - h) / 2);
    const fewerTail = (from: number): number => {
      let sum = 0;
      let p = Math.exp(logProbability(from));
      for (let h = from; p > sum * NEGLIGIBLE; h -= 2) {
        sum += p;
        p *= (h * (h - 1)) / ((rareAlleles - h + 2) * (commonAlleles - h + 2));
      }
      return sum;
    };
    const moreTail = (from: number): number => {
      let sum = 0;
      let p = Math.exp(logProbability(from));
      for (let h = from; p > sum * NEGLIGIBLE; h += 2) {
        sum += p;
        p *= ((rareAlleles - h) * (commonAlleles - h)) / ((h + 2) * (h + 1));
      }
      return sum;
    };

    // The probabilities rise up to the most likely number and fall from there.
    const found = logProbability(heterozygous) + ROUNDING;
    const least = rareAlleles % 2;
    const steps = (rareAlleles - least) / 2;
    const isRising = (step: number): boolean => {
      const h = least + 2 * step;
      return (rareAlleles - h) * (commonAlleles - h) > (h + 2) * (h + 1);
    };
    const likely = firstStep(0, steps, (step) => !isRising(step));
    const isUnlikely = (step: number): boolean => logProbability(least + 2 * step) <= found;
    // Where the tails begin: the last step before, and the first one behind the numbers that are more likely.
    const before = firstStep(0, likely, (step) => !isUnlikely(step)) - 1;
    const behind = firstStep(likely, steps + 1, isUnlikely);
    if (before + 1 >= behind) return 1;
    const tails =
      (before < 0 ? 0 : fewerTail(least + 2 * before)) +
      (behind > steps ? 0 : moreTail(least + 2 * behind));
    return Math.min(1, tails);
  };
}

/** The first number of `from` to `to` for which the check holds, where it then holds for all up to `to`; `to` if for none. */
function firstStep(from: number, to: number, check: (step: number) => boolean): number {
  let [low, high] = [from, to];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (check(middle)) high = middle;
    else low = middle + 1;
  }
  return low;
}

/** Logarithms of 0! to `most`!. */
function tabulate(most: number): Float64Array {
  const table = new Float64Array(most + 1);
  // Kahan's summation: the rounding errors of a hundred thousand additions would show.
  let lost = 0;
  for (let n = 2; n <= most; n++) {
    const before = table[n - 1] as number;
    const term = Math.log(n) - lost;
    const sum = before + term;
    lost = sum - before - term;
    table[n] = sum;
  }
  return table;
}
