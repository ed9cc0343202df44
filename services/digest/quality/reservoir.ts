/** A sample of the numbers that were offered, each with the same chance, the same in every run. */
export interface Reservoir {
  offer(value: number): void;
  /** In ascending order. */
  take(): number[];
}

/** Source: Vitter 1985, algorithm R. */
export function createReservoir(size: number, seed: number): Reservoir {
  const random = seededRandom(seed);
  const kept: number[] = [];
  let offered = 0;
  return {
    offer(value) {
      offered++;
      if (kept.length < size) {
        kept.push(value);
        return;
      }
      const place = Math.floor(random() * offered);
      if (place < size) kept[place] = value;
    },
    take: () => kept.toSorted((a, b) => a - b),
  };
}

/** Numbers from 0 to below 1 by the generator "mulberry32", good enough to choose by. */
function seededRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
