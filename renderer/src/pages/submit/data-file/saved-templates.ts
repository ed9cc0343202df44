import { useLocalStorage } from "@mantine/hooks";
import { z } from "zod";
import { dataSetTypes, orientations } from "../../../../../services/contract/gobii-terms.ts";
import { columnRoles, fileFormats } from "../../../../../services/contract/preview.ts";
import { templateParts } from "../../../../../services/contract/templates.ts";
import type { LoadPlan } from "./load-plan.ts";
import type { Mapping } from "./mapping.ts";

/** What a person has set for a kind of file, kept in this browser under a name. */
export interface SavedTemplate {
  readonly name: string;
  readonly mapping: Mapping;
  readonly plan: LoadPlan;
}

const Place = z.number().int().nonnegative();
const Roles = z.record(z.coerce.number().int().nonnegative(), z.enum(columnRoles).nullable());
const Id = z.number().int().nullable();
const Saved: z.ZodType<SavedTemplate> = z.object({
  name: z.string(),
  mapping: z.object({
    format: z.enum(fileFormats).nullable(),
    orientation: z.enum(orientations).nullable(),
    dataSetType: z.enum(dataSetTypes).nullable(),
    corner: z.object({ row: Place, column: Place }).nullable(),
    columns: Roles,
    rows: Roles,
  }),
  plan: z.object({
    parts: z.array(z.enum(templateParts)).nullable(),
    ids: z.object({ project: Id, platform: Id, experiment: Id, mapset: Id, dataset: Id }),
  }),
});

/** What another version of the console has kept and this one does not understand is passed over. */
function read(text: string | undefined): SavedTemplate[] {
  try {
    const list = z.array(z.unknown()).parse(JSON.parse(text ?? "[]"));
    return list.flatMap((one) => Saved.safeParse(one).data ?? []);
  } catch {
    return [];
  }
}

export function useSavedTemplates() {
  const [templates, setTemplates] = useLocalStorage<SavedTemplate[]>({
    key: "digester-templates",
    defaultValue: [],
    getInitialValueInEffect: false,
    deserialize: read,
    serialize: (list) => JSON.stringify(list),
  });
  return {
    templates,
    /** Takes the place of one with the same name. */
    save: (template: SavedTemplate) =>
      setTemplates((before) =>
        [...before.filter(({ name }) => name !== template.name), template].toSorted((a, b) =>
          a.name.localeCompare(b.name),
        ),
      ),
    remove: (name: string) =>
      setTemplates((before) => before.filter((template) => template.name !== name)),
  };
}
