/** Bytes of the matrix that make one row group, which is held in memory whole. */
const LEAST_GROUP_BYTES = 8 << 20;
const MOST_GROUP_BYTES = 48 << 20;
/** The end of the file describes each column of each row group, and writer and readers hold all of that in memory. */
const GOOD_CHUNKS = 50_000;
const MOST_CHUNKS = 200_000;

/** Why a matrix of this size is not written as Parquet; null where it can be. */
export function parquetProblem(markers: number, samples: number, width: number): string | null {
  const rows = rowsOfGroup(markers, samples, width);
  const chunks = samples * Math.ceil(markers / rows);
  return chunks <= MOST_CHUNKS
    ? null
    : `A matrix of ${markers} markers × ${samples} samples is too wide for parquet, which has a column for each sample; ` +
        "expected fewer samples, or another format";
}

/** Markers of one row group. */
export function rowsOfGroup(markers: number, samples: number, width: number): number {
  const stride = samples * (width + 1);
  const wanted = (markers * stride * samples) / GOOD_CHUNKS;
  const bytes = Math.min(MOST_GROUP_BYTES, Math.max(LEAST_GROUP_BYTES, wanted));
  return Math.max(1, Math.min(markers, Math.floor(bytes / stride)));
}
