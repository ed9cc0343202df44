import { closeSync, openSync } from "node:fs";
import { readAt } from "../matrix/read-at.ts";
import type { Pace } from "../pace.ts";
import type { CallKind } from "./call-kind.ts";

/** Two samples with nearly the same calls. */
export interface SamplePair {
  readonly first: number;
  readonly second: number;
  /** Equal calls of those that both have. */
  readonly identity: number;
  /** Markers that were called in both. */
  readonly markers: number;
}

interface MatrixFile {
  /** The finished matrix, markers in rows. */
  readonly path: string;
  readonly markers: number;
  readonly samples: number;
  readonly kind: CallKind;
}

/** Fewer calls in common say nothing. */
export const LEAST_MARKERS = 100;
/** From here on two samples count as the same. */
const SAME = 0.99;
/** Markers of the sketch, and calls that it may hold at most. */
export const SKETCH_MARKERS = 256;
const SKETCH_CALLS = 16 << 20;
/** Up to so many samples every pair is looked at. */
const ALL_PAIRS_SAMPLES = 1000;
/** What bounds the work, whatever the data. */
const MOST_CANDIDATES = 5000;
const BANDS = 64;
const NEIGHBOURS = 8;
const LONGEST_WAY = 64;
/** Members that a group of unlike samples should have at most. */
const GROUP = 4;
/** How often two unlike samples have the same call of an informative marker, about. */
const ALIKE_BY_CHANCE = 0.6;
/** How often all calls of a band should be there in both of two samples at least. */
const LEAST_FULL = 0.1;
const CONFIRMED_MARKERS = 5000;
const CONFIRMED_CALLS = 5_000_000;

/**
 * Finds samples with nearly the same calls, at a cost that does not grow with the matrix: first by a sketch, the calls of a
 * few markers; then the pairs that look alike by up to 5,000 markers. Up to 1,000 samples all pairs are looked at; beyond
 * that those that agree in all of some markers of the sketch, which finds nearly all of them.
 *
 * @param sketchMarkers numbers of the markers to look at first; those with several frequent alleles tell the most.
 * @returns the most alike first.
 */
export async function findDuplicateSamples(
  matrix: MatrixFile,
  sketchMarkers: readonly number[],
  pace: Pace,
): Promise<SamplePair[]> {
  const file = openSync(matrix.path, "r");
  try {
    const rows = createRowReader(file, matrix);
    const size = Math.max(64, Math.floor(SKETCH_CALLS / matrix.samples));
    const sketch = await readSketch(rows, matrix, sketchMarkers.slice(0, size), pace);
    const candidates =
      matrix.samples <= ALL_PAIRS_SAMPLES
        ? await allPairs(sketch, matrix.samples, pace)
        : await pairsInBands(sketch, matrix.samples, pace);
    if (candidates.length === 0) return [];
    const pairs = await confirm(rows, matrix, candidates, pace);
    return pairs.toSorted(
      (a, b) => b.identity - a.identity || a.first - b.first || a.second - b.second,
    );
  } finally {
    closeSync(file);
  }
}

function createRowReader(file: number, { samples, kind }: MatrixFile): (marker: number) => Buffer {
  const length = samples * (kind.width + 1);
  const row = Buffer.allocUnsafe(length);
  return (marker) => {
    readAt(file, row, 0, length, marker * length);
    return row;
  };
}

interface Sketch {
  readonly size: number;
  /** Call i of sample k at `k * size + i`: a number of its own for each call of a marker, 0 for one that is not known. */
  readonly calls: Uint8Array;
}

async function readSketch(
  rowOf: (marker: number) => Buffer,
  { samples, kind }: MatrixFile,
  markers: readonly number[],
  pace: Pace,
): Promise<Sketch> {
  const size = markers.length;
  const calls = new Uint8Array(samples * size);
  for (const [i, marker] of markers.entries()) {
    const row = rowOf(marker);
    const numbers = new Map([[0, 0]]);
    for (let k = 0; k < samples; k++) {
      const id = kind.identify(row, k * (kind.width + 1));
      let number = numbers.get(id);
      if (number === undefined) {
        // A marker with so many different calls is a microsatellite; the rest of them may as well be unknown.
        number = numbers.size > 255 ? 0 : numbers.size;
        numbers.set(id, number);
      }
      calls[k * size + i] = number;
    }
    await pace();
  }
  return { size, calls };
}

/**
 * Whether two samples may be the same: whether at no point of the sketch more calls differ than errors explain. Unlike
 * samples are told apart after about ten calls.
 */
function mayBeSame({ size, calls }: Sketch, a: number, b: number): boolean {
  let different = 0;
  let shared = 0;
  for (let i = a * size, j = b * size, end = i + size; i < end; i++, j++) {
    const one = calls[i] as number;
    const other = calls[j] as number;
    if (one === 0 || other === 0) continue;
    shared++;
    if (one !== other && ++different > 2 + (shared >> 4)) return false;
  }
  return shared > 0 && different < shared / 2;
}

type Candidate = readonly [number, number];

async function allPairs(sketch: Sketch, samples: number, pace: Pace): Promise<Candidate[]> {
  const found: Candidate[] = [];
  for (let a = 0; a < samples; a++) {
    for (let b = a + 1; b < samples && found.length < MOST_CANDIDATES; b++) {
      if (mayBeSame(sketch, a, b)) found.push([a, b]);
    }
    await pace();
  }
  return found;
}

/**
 * Groups the samples by their calls of a few markers, then by those of a few others, and so on. Two copies of a sample are
 * in one group whenever all of these calls are there: the more calls are missing, the fewer are asked for, though so many
 * that groups stay small.
 */
async function pairsInBands(sketch: Sketch, samples: number, pace: Pace): Promise<Candidate[]> {
  const { size, calls } = sketch;
  let called = 0;
  for (const call of calls) if (call !== 0) called++;
  const bothCalled = Math.min(0.999, Math.max(0.01, called / calls.length) ** 2);
  const forSmallGroups = Math.log(samples / GROUP) / Math.log(1 / ALIKE_BY_CHANCE);
  const forFullCalls = Math.log(LEAST_FULL) / Math.log(bothCalled);
  const width = Math.max(4, Math.round(Math.min(forSmallGroups, forFullCalls, size)));
  const found = new Map<number, Candidate>();
  const look = (a: number, b: number): void => {
    const id = a * samples + b;
    if (found.size < MOST_CANDIDATES && !found.has(id) && mayBeSame(sketch, a, b)) {
      found.set(id, [a, b]);
    }
  };
  const group = createGroups(samples);
  for (let band = 0; band < BANDS; band++) {
    // Odd steps, so that each band has other markers.
    const markers = Array.from(
      { length: width },
      (_marker, i) => (37 * band + i * (2 * band + 1)) % size,
    );
    group.begin();
    for (let k = 0; k < samples; k++) {
      const hash = hashOf(calls, k * size, markers);
      if (hash !== null) group.add(k, hash, look);
    }
    await pace();
  }
  return [...found.values()];
}

interface Groups {
  /** Empties all groups. */
  begin(): void;
  /** Puts a member into the group of its hash; before that, `look` sees it with each of the last few that are there. */
  add(member: number, hash: number, look: (earlier: number, member: number) => void): void;
}

/** Groups of members by their hashes: in places chosen by the hash, each a chain, so that nothing is sorted or allocated. */
function createGroups(members: number): Groups {
  const places = 2 ** Math.ceil(Math.log2(2 * members));
  const last = new Int32Array(places);
  const before = new Int32Array(members);
  const hashes = new Float64Array(members);
  return {
    begin: () => void last.fill(-1),
    add(member, hash, look) {
      const place = hash % places;
      let seen = 0;
      let at = last[place] as number;
      // Two large groups in one place must not make a long way for each of their members.
      for (let steps = 0; at !== -1 && seen < NEIGHBOURS && steps < LONGEST_WAY; steps++) {
        if (hashes[at] === hash) {
          look(at, member);
          seen++;
        }
        at = before[at] as number;
      }
      hashes[member] = hash;
      before[member] = last[place] as number;
      last[place] = member;
    },
  };
}

/** A hash of some calls of a sample; null where one is missing. Source: FNV-1a, twice, for 53 bits. */
function hashOf(calls: Uint8Array, from: number, markers: readonly number[]): number | null {
  let low = 0x811c9dc5;
  let high = 0x1b873593;
  for (const marker of markers) {
    const call = calls[from + marker] as number;
    if (call === 0) return null;
    low = Math.imul(low ^ call, 0x01000193);
    high = Math.imul(high ^ call, 0x85ebca6b);
  }
  return (high >>> 11) * 2 ** 32 + (low >>> 0);
}

/** Compares candidates by many markers, evenly spread. */
async function confirm(
  rowOf: (marker: number) => Buffer,
  { markers, kind }: MatrixFile,
  candidates: readonly Candidate[],
  pace: Pace,
): Promise<SamplePair[]> {
  const most = Math.min(CONFIRMED_MARKERS, CONFIRMED_CALLS / candidates.length);
  const step = Math.max(1, markers / Math.max(1000, most));
  const shared = new Uint32Array(candidates.length);
  const equal = new Uint32Array(candidates.length);
  const cell = kind.width + 1;
  for (let at = 0; at < markers; at += step) {
    const row = rowOf(Math.floor(at));
    for (const [i, [a, b]] of candidates.entries()) {
      const one = kind.identify(row, a * cell);
      const other = kind.identify(row, b * cell);
      if (one === 0 || other === 0) continue;
      shared[i] = (shared[i] as number) + 1;
      if (one === other) equal[i] = (equal[i] as number) + 1;
    }
    await pace();
  }
  return candidates.flatMap(([first, second], i) => {
    const both = shared[i] ?? 0;
    const identity = both === 0 ? 0 : (equal[i] ?? 0) / both;
    if (both < LEAST_MARKERS || identity < SAME) return [];
    return [{ first, second, identity, markers: both }];
  });
}
