import { uniformInt } from "pure-rand/distribution/uniformInt";
import { xoroshiro128plus } from "pure-rand/generator/xoroshiro128plus";

export interface Marker {
  readonly name: string;
  readonly chromosome: number;
  /** Base pair. */
  readonly position: number;
  readonly ref: string;
  readonly alt: string;
}

interface Sample {
  readonly name: string;
  readonly externalCode: string;
  readonly pedigree: string;
  readonly plate: string;
  readonly row: string;
  readonly column: number;
}

/** Copies of the alternate allele, 0 to 2; null where the assay failed. */
export type Call = 0 | 1 | 2 | null;

export interface Panel {
  readonly markers: readonly Marker[];
  readonly samples: readonly Sample[];
  /** `calls[marker][sample]`. */
  readonly calls: readonly (readonly Call[])[];
}

interface Founder {
  readonly name: string;
  /** 0 or 1 per marker. */
  readonly haplotype: readonly number[];
}

/**
 * A made-up maize panel, the same for the same seed: inbred lines as mosaics of two of eight founders, every eighth line a
 * hybrid; three chromosomes; a few markers and samples that fail more often than the rest, as in any real plate.
 */
export function breed(options: { seed: number; markers: number; samples: number }): Panel {
  const random = randomOf(options.seed);
  const markers = makeMarkers(options.markers, random);
  const founders = ["B73", "Mo17", "W22", "PH207", "Oh43", "CML247", "Ki11", "NC350"].map(
    (name): Founder => ({ name, haplotype: markers.map(() => (random(100) < 35 ? 1 : 0)) }),
  );
  const parents = Array.from({ length: options.samples }, () => twoOf(founders, random));
  const samples = parents.map(([mother, father], i) => makeSample(i, mother, father));
  const gametes = parents.map(([mother, father], i) => {
    const first = recombine(mother, father, markers, random);
    return i % 8 === 7
      ? ([mother.haplotype, father.haplotype] as const)
      : ([first, first] as const);
  });
  const weakSamples = samples.map(() => (random(100) < 5 ? 25 : 0));
  const calls = markers.map(() => {
    const weakMarker = random(100) < 6 ? 20 : 2;
    return weakSamples.map((weakness) => random(100) < weakMarker + weakness);
  });
  return {
    markers,
    samples,
    calls: calls.map((failed, m) =>
      gametes.map(([one, two], s): Call => {
        if (failed[s] === true) return null;
        // Some heterozygosity is left in every line.
        const residual = random(1000) < 12 ? 1 : 0;
        const copies = (one[m] ?? 0) + (two[m] ?? 0);
        return residual === 1 ? 1 : copies === 0 ? 0 : copies === 1 ? 1 : 2;
      }),
    ),
  };
}

type Random = (below: number) => number;

function randomOf(seed: number): Random {
  const generator = xoroshiro128plus(seed);
  return (below) => uniformInt(generator, 0, below - 1);
}

function makeMarkers(count: number, random: Random): Marker[] {
  const changes = ["AG", "GA", "CT", "TC", "AC", "GT", "AT", "CG"];
  const perChromosome = Math.ceil(count / 3);
  return Array.from({ length: count }, (_, i) => {
    const chromosome = Math.floor(i / perChromosome) + 1;
    const step = i % perChromosome;
    // Transitions are about twice as frequent as transversions.
    const change = changes[random(3) < 2 ? random(4) : 4 + random(4)] ?? "AG";
    const position = 120_000 + step * 2_000_000 + random(1_900_000);
    return {
      name: `S${chromosome}_${position}`,
      chromosome,
      position,
      ref: change.charAt(0),
      alt: change.charAt(1),
    };
  });
}

function makeSample(i: number, mother: Founder, father: Founder): Sample {
  const number = String(i + 1).padStart(3, "0");
  const hybrid = i % 8 === 7;
  return {
    name: `${hybrid ? "HYB" : "RIL"}${number}`,
    externalCode: `ZM-2026-${number}`,
    pedigree: `${mother.name}/${father.name}${hybrid ? "" : " F6"}`,
    plate: `MZ26-${Math.floor(i / 96) + 1}`,
    row: "ABCDEFGH".charAt(Math.floor((i % 96) / 12)),
    column: (i % 12) + 1,
  };
}

function twoOf(founders: readonly Founder[], random: Random): readonly [Founder, Founder] {
  const first = random(founders.length);
  const second = (first + 1 + random(founders.length - 1)) % founders.length;
  return [founders[first] as Founder, founders[second] as Founder];
}

/** One crossover per chromosome on average, at a marker. */
function recombine(
  mother: Founder,
  father: Founder,
  markers: readonly Marker[],
  random: Random,
): number[] {
  let fromMother = random(2) === 0;
  return markers.map((marker, m) => {
    const newChromosome = markers[m - 1]?.chromosome !== marker.chromosome;
    if (newChromosome ? random(2) === 0 : random(100) < 2) fromMother = !fromMother;
    return (fromMother ? mother : father).haplotype[m] ?? 0;
  });
}
