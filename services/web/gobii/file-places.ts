import { fileLocations, type Crop } from "../crop.ts";

/** Names of GOBii's `GobiiFileProcessDir` whose files are ours to take: those of loads. */
const places = ["RAW_USER_FILES", "LOADER_INTERMEDIATE_FILES"] as const;
export type Place = (typeof places)[number];

export function placeNamed(name: string): Place | null {
  return places.find((place) => place === name) ?? null;
}

/** The directory of a place, with its final slash. */
export function directoryOf(crop: Crop, place: Place): string {
  return fileLocations(crop)[place];
}

/** Whether this may be the name of a file: one segment of a path, as file systems take it. */
export function isFileName(name: string): boolean {
  if (name === "" || name === "." || name === "..") return false;
  return Buffer.byteLength(name) <= 255 && /^[^\p{Cc}\p{Cs}/\\]+$/u.test(name);
}
