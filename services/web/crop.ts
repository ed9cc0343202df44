/** One crop of GOBii: its own context path, its own keys, its own files. */
export interface Crop {
  /** E.g. `dev`. */
  readonly name: string;
  /** Where its GOBii face answers, e.g. `/gobii-dev`. */
  readonly contextPath: string;
  /** Absolute directories below which its sources and destinations lie. The first one holds `files/` and `loader/`. */
  readonly dataRoots: readonly string[];
  /** Directories inside the roots that are not the crop's: the store's own folder. */
  readonly excluded: readonly string[];
}

/** The directories that GOBii's clients are told of; with their final slash, since the loader concatenates. */
export function fileLocations(crop: Crop) {
  const root = (crop.dataRoots[0] ?? "/").replace(/\/+$/, "");
  return {
    RAW_USER_FILES: `${root}/files/`,
    LOADER_INSTRUCTIONS: `${root}/loader/instructions/`,
    LOADER_INTERMEDIATE_FILES: `${root}/loader/digest/`,
    EXTRACTOR_INSTRUCTIONS: `${root}/extractor/instructions/`,
  } as const;
}
