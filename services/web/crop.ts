import type { DigestSettings } from "../contract/digest-settings.ts";
import type { HandOver } from "../contract/hand-over.ts";

/** One crop of GOBii: its own context path, its own keys, its own files. */
export interface Crop {
  /** E.g. `dev`. */
  readonly name: string;
  /** Where its GOBii face answers, e.g. `/gobii-dev`. */
  readonly contextPath: string;
  /** Absolute directories below which its sources and destinations lie. The first one holds `files/` and `loader/`. */
  readonly dataRoots: readonly string[];
  /** Directories inside the roots, without symbolic links, that are not the crop's: the store's own folder. */
  readonly excluded: readonly string[];
  readonly defaults?: CropDefaults;
  /** The GOBii server that answers what this face does not; without one, it answers alone. */
  readonly upstream?: UpstreamServer;
  /** How its loads are digested, where their instructions do not say. */
  readonly digest?: DigestSettings;
  /** What digesters run with the files of its loads. */
  readonly handOver?: HandOver;
}

/** What holds for an instruction that says nothing else. */
interface CropDefaults {
  /** Who gets the mail of a load that names no contact. */
  readonly contactEmail?: string | undefined;
  readonly priority?: number | undefined;
  /** New jobs wait until someone releases them. */
  readonly hold?: boolean | undefined;
  /** What a digester must carry to be given its jobs. */
  readonly labels?: readonly string[] | undefined;
}

/** A GOBii server that a site already has. */
interface UpstreamServer {
  /** Origin and context root, e.g. `http://gobii.example.org:8080/gobii-maize`. */
  readonly url: string;
  /** What its users may do here, unless `roles` says otherwise. */
  readonly role: Role;
  readonly roles: Readonly<Record<string, Role>>;
}

/** The crop that there is without a configuration: its data root is the data directory itself. */
export function defaultCrop(dataDir: string): Crop {
  return { name: "dev", contextPath: "/gobii-dev", dataRoots: [dataDir], excluded: [] };
}

/** The address of the GOBii server behind a crop: without a path, its context root is taken to be the crop's. */
export function upstreamUrl(url: string, contextPath: string): string {
  return new URL(url).pathname === "/" ? new URL(contextPath, url).href : url;
}

/** What a digester is told of the crop of a job. */
export function cropForDigester(
  crops: readonly Crop[],
  name: string,
): { crop: string; settings?: DigestSettings } {
  const settings = crops.find((crop) => crop.name === name)?.digest;
  return { crop: name, ...(settings === undefined ? {} : { settings }) };
}

/** The hand-over of a crop by its name, in any case; a load that names no crop is of the first. Undefined: there is none. */
export function handOversOf(
  crops: readonly Crop[],
): ((crop: string | null) => HandOver | null) | undefined {
  if (crops.every((crop) => crop.handOver === undefined)) return undefined;
  return (cropName) => {
    const crop =
      cropName === null
        ? crops[0]
        : crops.find((one) => one.name.toLowerCase() === cropName.toLowerCase());
    return crop?.handOver ?? null;
  };
}

/** `read` may look at everything, `submit` may make and move jobs, `admin` may also manage digesters and tokens. */
export const roles = ["read", "submit", "admin"] as const;
export type Role = (typeof roles)[number];

/** Whether someone of the one role may do what the other role may. */
export function mayDo(role: Role, needed: Role): boolean {
  return roles.indexOf(role) >= roles.indexOf(needed);
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
