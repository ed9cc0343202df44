import { AppError, coerceError } from "../../../../../services/contract/errors.ts";
import type { ListInstruction } from "../../../../../services/contract/instruction.ts";
import type { Detection } from "../../../../../services/contract/preview.ts";
import type { LoadPlan } from "../../../../../services/contract/saved-template.ts";
import {
  defaultParts,
  fillTemplate,
  possibleParts,
  type TemplatePart,
} from "../../../../../services/contract/templates.ts";

const idNames = ["project", "platform", "experiment", "dataset", "mapset"] as const;

/** Ids of the GOBii database, which no file can tell. */
export type LoadIds = Readonly<LoadPlan["ids"]>;

export const noIds: LoadIds = {
  project: null,
  platform: null,
  experiment: null,
  mapset: null,
  dataset: null,
};

/** The ids without which the digest files of the parts would not be valid. */
export function neededIds(parts: readonly TemplatePart[]): (keyof LoadIds)[] {
  const needed = new Set(parts.flatMap((part) => idsOfPart[part]));
  return idNames.filter((name) => needed.has(name));
}

const idsOfPart: Readonly<Record<TemplatePart, readonly (keyof LoadIds)[]>> = {
  markers: ["platform"],
  samples: ["project", "experiment"],
  dataset: ["platform", "experiment", "dataset"],
};

export interface LoadPlace {
  readonly source: string;
  readonly destination: string;
  readonly crop: string | null;
}

export type Planned =
  | { readonly kind: "right"; readonly instructions: ListInstruction[] }
  | { readonly kind: "wrong"; readonly message: string; readonly hint: string | null };

/** The instruction for a file, or why there is none. */
export function planLoad(detection: Detection, place: LoadPlace, plan: LoadPlan): Planned {
  const { project, platform, experiment, mapset, dataset } = plan.ids;
  const parts = partsOf(detection, plan);
  if (parts.length === 0) {
    return {
      kind: "wrong",
      message: "Nothing is chosen that could be loaded.",
      hint: "Genotypes need to know which column or row names the markers, and which the samples.",
    };
  }
  try {
    const instructions = fillTemplate(detection, {
      ...place,
      project: { id: project },
      platform: { id: platform },
      experiment: { id: experiment },
      mapset: { id: mapset },
      dataset: { id: dataset },
      parts,
    });
    return { kind: "right", instructions };
  } catch (thrown) {
    const error = coerceError(thrown);
    const hint = error instanceof AppError ? (error.hint ?? null) : null;
    return { kind: "wrong", message: error.message, hint };
  }
}

/** The same with an id of 1 where one is needed and not given yet, so that the rest can be tried out. */
export function withSomeIds(detection: Detection, plan: LoadPlan): LoadPlan {
  const ids: Record<keyof LoadIds, number | null> = { ...plan.ids };
  for (const name of neededIds(partsOf(detection, plan))) ids[name] ??= 1;
  return { ...plan, ids };
}

/** The parts that are loaded: those that were chosen, as far as the file has them. */
export function partsOf(detection: Detection, { parts }: LoadPlan): TemplatePart[] {
  const possible = possibleParts(detection);
  return parts === null ? defaultParts(detection) : possible.filter((part) => parts.includes(part));
}

/** Files that make one data set, the one that is read first: a PLINK trio is one, three VCFs are three. */
export function dataSetsOf(paths: readonly string[]): string[] {
  const chosen = new Set(paths.map(unpacked));
  const isCompanion = (path: string): boolean => {
    const [, stem = "", ending = ""] = /^(.*)\.([a-z]+)$/.exec(unpacked(path)) ?? [];
    if (ending === "bim" || ending === "fam") return chosen.has(`${stem}.bed`);
    return ending === "map" && chosen.has(`${stem}.ped`);
  };
  return paths.filter((path) => !isCompanion(path));
}

/** The path by which files are told to belong together. */
function unpacked(path: string): string {
  return path.toLowerCase().replace(/\.gz$/, "");
}
