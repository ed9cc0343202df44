import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import type { Event } from "../services/contract/event.ts";
import { expect, type Cluster } from "./cluster.ts";
import { datasetInstruction, writeLargeMatrix } from "./large-matrix.ts";

/** A job long enough to be spoiled in its middle, and what must be true of it whatever happened. */

/** Its size. */
export const largeMatrix = { markers: 30_000, samples: 1000 };
const { markers, samples } = largeMatrix;

/** Submits it under the key `large`; answers where its files are to lie. */
export async function submitLargeMatrix(cluster: Cluster): Promise<string> {
  const source = join(cluster.dataDir, "files", "large");
  const destination = join(cluster.dataDir, "loader", "digest", "large");
  await writeLargeMatrix(source, { markers, samples });
  await cluster.submit("large", datasetInstruction(source, destination));
  return destination;
}

/** All of its files, and nothing of any attempt beside them. */
export async function expectWholeDigest(cluster: Cluster, destination: string): Promise<void> {
  const digests = ["digest.dataset_dnarun", "digest.dataset_marker", "digest.matrix"];
  const files = [...digests, "quality.json", "quality.marker.tsv", "quality.sample.tsv"];
  expect((await readdir(destination)).toSorted()).toEqual(files);
  // Nothing of any attempt stands beside it.
  expect(await readdir(join(destination, ".."))).toEqual(["large"]);
  const matrix = await readFile(join(destination, "digest.matrix"));
  expect(matrix.length).toBe(markers * samples * 3);
  const { result } = await cluster.job("large");
  expect(result?.matrix).toMatchObject({ markers, samples, missing: (markers * samples) / 4 });
}

/** Claimed once for each attempt, and completed by the last one only. */
export function expectCompletedOnce(events: readonly Event[], attempt: number): void {
  const settled = events.filter(({ type }) => type === "settled");
  expect(settled.map((event) => [event.status, event.attempt])).toEqual([["completed", attempt]]);
  const claims = events.filter(({ type }) => type === "claimed");
  expect(claims.map((event) => event.attempt)).toEqual(
    Array.from({ length: attempt }, (_, i) => i + 1),
  );
}
