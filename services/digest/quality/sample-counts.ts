import type { Quality } from "../../contract/quality.ts";
import { ADDABLE, halfOf, heterozygousOf, missingOf } from "./call-states.ts";

/** At most so many cells of the missingness map in each direction. */
const MAP_SIDE = 200;

type MissingMap = Quality["missingMap"];

/** Counts of each sample, and where in the matrix calls are missing. */
export interface SampleCounts {
  readonly missing: Uint32Array;
  readonly half: Uint32Array;
  readonly heterozygous: Uint32Array;
  /**
   * Where to add the states of calls of a marker, sample k at place k.
   *
   * @param marker not before those of earlier calls with the same `first`.
   * @param first the first of the samples that are going to be added, up to `end`.
   */
  statesOf(marker: number, first: number, end: number): Uint32Array;
  /** After the last call. */
  finish(): void;
  missingMap(markers: number): MissingMap;
}

/**
 * @param markers where they are known: else the map begins fine and becomes coarser while markers come.
 * @param states where states are added up, for as many samples or more; all 0.
 */
export function createSampleCounts(
  samples: number,
  markers: number | null,
  states: Uint32Array = new Uint32Array(samples),
): SampleCounts {
  const missing = new Uint32Array(samples);
  const half = new Uint32Array(samples);
  const heterozygous = new Uint32Array(samples);
  const samplesPerColumn = Math.max(1, Math.ceil(samples / MAP_SIDE));
  const columns = Math.ceil(samples / samplesPerColumn);
  const map = new Float64Array(MAP_SIDE * columns);
  let markersPerRow = Math.max(1, Math.ceil((markers ?? 1) / MAP_SIDE));
  /** What `states` holds. */
  const current = { row: 0, first: 0, end: 0, added: 0 };

  // Called for every marker at first: loops over map columns, so that nothing is divided.
  const takeOut = (): void => {
    const { row, first, end } = current;
    for (let k = first; k < end;) {
      const column = Math.floor(k / samplesPerColumn);
      const next = Math.min(end, (column + 1) * samplesPerColumn);
      let lost = 0;
      for (; k < next; k++) {
        const state = states[k] as number;
        if (state === 0) continue;
        states[k] = 0;
        const missed = missingOf(state);
        lost += missed;
        missing[k] = (missing[k] as number) + missed;
        heterozygous[k] = (heterozygous[k] as number) + heterozygousOf(state);
        if (halfOf(state) !== 0) half[k] = (half[k] as number) + halfOf(state);
      }
      const cell = row * columns + column;
      map[cell] = (map[cell] as number) + lost;
    }
    current.added = 0;
  };

  /** Each row takes in the one below it. */
  const coarsen = (): void => {
    for (let row = 0; row < MAP_SIDE / 2; row++) {
      for (let column = 0; column < columns; column++) {
        const from = 2 * row * columns + column;
        map[row * columns + column] = (map[from] as number) + (map[from + columns] as number);
      }
    }
    map.fill(0, (MAP_SIDE / 2) * columns);
    markersPerRow *= 2;
  };

  return {
    missing,
    half,
    heterozygous,
    statesOf(marker, first, end) {
      let row = Math.floor(marker / markersPerRow);
      if (
        row !== current.row ||
        first !== current.first ||
        end !== current.end ||
        current.added === ADDABLE
      ) {
        takeOut();
        while (row >= MAP_SIDE) {
          coarsen();
          row = Math.floor(marker / markersPerRow);
        }
        current.row = row;
        current.first = first;
        current.end = end;
      }
      current.added++;
      return states;
    },
    finish: takeOut,
    missingMap(total) {
      const rows = Math.ceil(total / markersPerRow);
      return {
        markersPerRow,
        samplesPerColumn,
        rows: Array.from({ length: rows }, (_row, row) =>
          Array.from({ length: columns }, (_column, column) => {
            const height = Math.min(markersPerRow, total - row * markersPerRow);
            const width = Math.min(samplesPerColumn, samples - column * samplesPerColumn);
            const percent = (100 * (map[row * columns + column] ?? 0)) / (height * width);
            return percent === 0 ? 0 : Math.max(1, Math.round(percent));
          }),
        ),
      };
    },
  };
}
